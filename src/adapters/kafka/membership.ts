/**
 * State and members of groups. A group of the new protocol (KIP-848) looks dead to DescribeGroups and one of the
 * classic protocol does not exist for ConsumerGroupDescribe, so a group that is not found one way is asked for the
 * other way before it is called dead; which way found it is kept. Groups that neither knows (share, streams) are told
 * by ListGroups, at the slow pace.
 */
import type { GroupState } from "../../core/observation.ts";
import type { Instant } from "../../core/units.ts";
import { groupsPerRequest } from "./batches.ts";
import type { Broker } from "./cluster.ts";
import { is } from "./errors.ts";
import type { Group, Membership, Protocol } from "./group.ts";
import { chunks, commonVersion } from "./protocol/call.ts";
import { consumerGroupDescribe, consumerGroupDescribeKey } from "./protocol/consumerGroupDescribe.ts";
import { describeGroups, describeGroupsKey, type GroupDescription } from "./protocol/describeGroups.ts";
import { listGroups, listGroupsKey } from "./protocol/listGroups.ts";

const unknownMembership: Membership = { state: "unknown" };

const states: ReadonlyMap<string, GroupState> = new Map([
  ["Stable", "stable"],
  ["Empty", "empty"],
  ["Dead", "dead"],
  ["PreparingRebalance", "rebalancing"],
  ["CompletingRebalance", "rebalancing"],
  ["Assigning", "rebalancing"],
  ["Reconciling", "rebalancing"],
]);

/** A coordinator that refuses the new protocol's call has no such groups. */
const isLost = ({ error, state }: GroupDescription): boolean =>
  is(error, "GROUP_ID_NOT_FOUND") || is(error, "UNSUPPORTED_VERSION") || (error === 0 && state === "Dead");

/** A group without protocol only commits: its members are its own affair, and it always looks empty. */
export const membershipOf = ({ error, state, protocolType, members }: GroupDescription): Membership =>
  error !== 0 || protocolType === "" ? unknownMembership : { state: states.get(state) ?? "unknown", members };

const describe = async (
  { versions, ask }: Broker,
  protocol: Protocol,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, GroupDescription>> => {
  const found = new Map<string, GroupDescription>();
  const call =
    protocol === "classic"
      ? (list: readonly string[]) =>
          describeGroups(commonVersion(versions, describeGroupsKey, 1, 2) ?? 1, list)
      : consumerGroupDescribe;
  await Promise.all(
    chunks(names, groupsPerRequest).map(async (list) => {
      const reply = await ask(call(list), signal);
      if (reply.kind === "failed") return;
      for (const [name, description] of reply.answer) found.set(name, description);
    }),
  );
  return found;
};

const otherWay: Readonly<Record<Protocol, Protocol>> = { classic: "consumer", consumer: "classic" };

/**
 * The membership of `groups`, whose coordinator is that broker. What could not be asked is unknown: commits tell of progress
 * without it.
 */
export const readMembership = async (
  broker: Broker,
  groups: readonly Group[],
  now: Instant,
  otherPaceMs: number,
  signal: AbortSignal,
): Promise<Map<string, Membership>> => {
  const answer = new Map<string, Membership>(groups.map(({ name }) => [name, unknownMembership]));
  const knowsNew = broker.versions.has(consumerGroupDescribeKey);

  /** Those of `asked` that are not found this way. */
  const ask = async (protocol: Protocol, asked: readonly Group[]): Promise<Group[]> => {
    if (asked.length === 0) return [];
    const names = asked.map(({ name }) => name);
    const found = await describe(broker, protocol, names, signal);
    const lost: Group[] = [];
    for (const group of asked) {
      const description = found.get(group.name);
      if (description === undefined) continue;
      if (isLost(description)) lost.push(group);
      else {
        answer.set(group.name, membershipOf(description));
        if (description.error !== 0) continue;
        group.protocol = protocol;
        group.other = undefined;
      }
    }
    return lost;
  };
  const askEach = async (
    protocolOf: (group: Group) => Protocol,
    asked: readonly Group[],
  ): Promise<Group[]> => {
    const lost = await Promise.all(
      (["classic", "consumer"] as const).map((protocol) =>
        ask(
          protocol,
          asked.filter((group) => protocolOf(group) === protocol),
        ),
      ),
    );
    return lost.flat();
  };

  const lost = await askEach(({ protocol }) => protocol, groups);
  const lostBoth = knowsNew ? await askEach(({ protocol }) => otherWay[protocol], lost) : lost;
  if (commonVersion(broker.versions, listGroupsKey, 5, 5) !== undefined) {
    const unsure = lostBoth.filter(({ otherAskedAt }) => now - otherAskedAt >= otherPaceMs);
    if (unsure.length > 0) {
      const reply = await broker.ask(listGroups(["share", "streams"]), signal);
      if (reply.kind === "answered" && reply.answer.error === 0) {
        for (const group of unsure) {
          const type = reply.answer.groups.get(group.name);
          group.other = type === "share" || type === "streams" ? type : undefined;
          group.otherAskedAt = now;
        }
      }
    }
  }
  for (const { name, other } of lostBoth) {
    answer.set(name, other === undefined ? { state: "dead", members: 0 } : { state: "unknown", other });
  }
  return answer;
};
