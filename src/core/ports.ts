/** What the core asks of the outside: the types that adapters, logs and metrics implement. */
import type { Observation } from "./observation.ts";
import type { Instant } from "./units.ts";

/** The one clock. Never goes back while the process lives. */
export type Clock = () => Instant;

/** Uniform in [0, 1). */
export type Random = () => number;

export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export const failureKinds = [
  "unreachable", // no connection, or it was lost
  "timeout", // connected, but no answer in time
  "unauthorized", // wrong credentials, or not allowed
  "notFound", // the broker has no such group, topic or queue
  "notReady", // the broker asks to come back: coordinator loading, leader moving
  "protocol", // an answer that cannot be right
  "internal", // a fault of ours
] as const;
export type FailureKind = (typeof failureKinds)[number];

/** Why there is no observation. `message` is one line for people, without secrets. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
}

/** What is to be observed of one target. Which fields there are depends on the broker's type. */
export interface Watch {
  readonly target: string;
  /** Kafka: the consumer group. */
  readonly group?: string;
  /** Kafka: the topics; absent: all that the group has committed on. */
  readonly topics?: readonly string[];
  /** RabbitMQ, SQS, memory: the queue. */
  readonly queue?: string;
}

export type Answer =
  | { readonly kind: "observed"; readonly observation: Observation }
  | { readonly kind: "failed"; readonly failure: Failure };

export interface PollReport {
  /** One answer for each watch, by target. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** Requests sent to the broker in this poll, by the name of the call. */
  readonly requests: ReadonlyMap<string, number>;
}

/**
 * One connection to one broker: observes all its targets in one poll. Constructed without I/O; connects when
 * first polled and again whenever that is needed. A failure is data: `poll` rejects only for a fault of ours.
 */
export interface Source {
  /** `signal` aborts when the poll has used up its time; what has no answer by then is a failure. */
  poll(watches: readonly Watch[], signal: AbortSignal): Promise<PollReport>;
  /** Closes all it opened; safe in any state and more than once. A poll under way ends soon. */
  stop(): Promise<void>;
}

export const savedKinds = ["override", "state"] as const;
export type SavedKind = (typeof savedKinds)[number];

/** One thing that outlives a restart. */
export interface Saved {
  readonly target: string;
  readonly kind: SavedKind;
  /** Of the value; another one is not understood. */
  readonly format: number;
  readonly at: Instant;
  /** Plain data; null takes away what there was. */
  readonly value: unknown;
}

export const storeFailures = [
  "missing", // the folder is not there, or may not be entered
  "readOnly",
  "full", // the disk, or what the configuration allows
  "locked", // another process holds it
  "broken", // no database, or one that is damaged
  "newer", // written by a later version of Headgate
  "hung", // no answer from the disk
  "other",
] as const;
export type StoreFailure = (typeof storeFailures)[number];

export interface StoreView {
  readonly path: string;
  /** Why it cannot be used now; null where it can. */
  readonly failing: StoreFailure | null;
  readonly failures: Readonly<Partial<Record<StoreFailure, number>>>;
  readonly saves: number;
  /** Files that were broken. */
  readonly movedAside: number;
  readonly savedAt: Instant | null;
  /** What is not saved yet. */
  readonly waiting: number;
}

/** Keeps the latest of each target and kind. Never throws, and nobody waits for it but whoever loads or stops. */
export interface Store {
  load(): Promise<readonly Saved[]>;
  save(saved: Saved): void;
  view(): StoreView;
  /** Saves what waits, as far as that is quick. */
  stop(): Promise<void>;
}
