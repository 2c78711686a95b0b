/** Kafka's error codes that an observer meets, and what each is a failure of. */
import type { Failure, FailureKind } from "../../core/ports.ts";

/** Code, Kafka's name, the kind of failure it is where it stands in the way of an observation. */
const errors = [
  [3, "UNKNOWN_TOPIC_OR_PARTITION", "notFound"],
  [5, "LEADER_NOT_AVAILABLE", "notReady"],
  [6, "NOT_LEADER_OR_FOLLOWER", "notReady"],
  [7, "REQUEST_TIMED_OUT", "timeout"],
  [8, "BROKER_NOT_AVAILABLE", "notReady"],
  [9, "REPLICA_NOT_AVAILABLE", "notReady"],
  [13, "NETWORK_EXCEPTION", "notReady"],
  [14, "COORDINATOR_LOAD_IN_PROGRESS", "notReady"],
  [15, "COORDINATOR_NOT_AVAILABLE", "notReady"],
  [16, "NOT_COORDINATOR", "notReady"],
  [17, "INVALID_TOPIC_EXCEPTION", "notFound"],
  [24, "INVALID_GROUP_ID", "notFound"],
  [29, "TOPIC_AUTHORIZATION_FAILED", "unauthorized"],
  [30, "GROUP_AUTHORIZATION_FAILED", "unauthorized"],
  [31, "CLUSTER_AUTHORIZATION_FAILED", "unauthorized"],
  [33, "UNSUPPORTED_SASL_MECHANISM", "unauthorized"],
  [34, "ILLEGAL_SASL_STATE", "unauthorized"],
  [35, "UNSUPPORTED_VERSION", "protocol"],
  [56, "KAFKA_STORAGE_ERROR", "notReady"],
  [58, "SASL_AUTHENTICATION_FAILED", "unauthorized"],
  [69, "GROUP_ID_NOT_FOUND", "notFound"],
  [72, "LISTENER_NOT_FOUND", "notReady"],
  [74, "FENCED_LEADER_EPOCH", "notReady"],
  [75, "UNKNOWN_LEADER_EPOCH", "notReady"],
  [78, "OFFSET_NOT_AVAILABLE", "notReady"],
  [88, "UNSTABLE_OFFSET_COMMIT", "notReady"],
] as const satisfies readonly (readonly [number, string, FailureKind])[];

export type ErrorName = (typeof errors)[number][1];

const byCode = new Map<number, (typeof errors)[number]>(errors.map((error) => [error[0], error]));
const byName = new Map<string, number>(errors.map((error) => [error[1], error[0]]));

/** `code` is the error of that name. */
export const is = (code: number, name: ErrorName): boolean => byName.get(name) === code;

/** The failure that an error code other than 0 is; `subject` says of what: `group "billing"`. */
export const failureOf = (subject: string, code: number): Failure => {
  const known = byCode.get(code);
  return known === undefined
    ? { kind: "protocol", message: `${subject}: the broker answers with error ${code}` }
    : { kind: known[2], message: `${subject}: ${known[1]}` };
};
