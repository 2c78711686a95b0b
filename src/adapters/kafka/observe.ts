/** What a poll has read, as an observation of one target. Pure. */
import type { Observation, PartObservation, Value } from "../../core/observation.ts";
import type { Answer, Failure } from "../../core/ports.ts";
import type { Instant } from "../../core/units.ts";
import { failed, groupText } from "./batches.ts";
import type { Reply } from "./connection.ts";
import { failureOf, is } from "./errors.ts";
import { type Commits, committedOn, type Membership } from "./group.ts";
import type { Topic } from "./topic.ts";

export interface Read {
  readonly group: string;
  /** Topics that the target names; absent: those that the group has committed on. */
  readonly topics: readonly string[] | undefined;
  readonly commits: Reply<Commits>;
  readonly membership: Membership;
  /** What is known of a topic; undefined where nothing is. */
  readonly topicOf: (name: string) => Topic | undefined;
  /** Why what is not known of topics is not known. */
  readonly failure: Failure | undefined;
  readonly receivedAt: Instant;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What was read at a slower pace than the poll's. */
const approximate = (value: number): Value => ({ value, quality: "approximate" });

const partOf = (topic: Topic, partition: number, committed: number): PartObservation => {
  const part: Mutable<PartObservation> = { part: `${topic.name}/${partition}` };
  // Of a topic that is gone no end holds, and that there is no commit says nothing.
  const isGone = topic.error !== 0;
  if (isGone ? committed >= 0 : !Number.isNaN(committed)) part.committed = committed;
  if (topic.id !== undefined) part.topicId = topic.id;
  if (topic.compacted) part.compacted = true;
  if (isGone) return part;

  const end = topic.end[partition] ?? Number.NaN;
  const fresh = topic.fresh[partition] === 1;
  if (!Number.isNaN(end)) part.end = fresh ? end : { value: end, quality: "stale" };
  const logStart = topic.logStart[partition] ?? Number.NaN;
  if (!Number.isNaN(logStart)) part.logStart = approximate(logStart);
  // It was read before the end and is never below it.
  const highWatermark = topic.highWatermark[partition] ?? Number.NaN;
  if (!Number.isNaN(highWatermark)) {
    part.highWatermark = approximate(Number.isNaN(end) ? highWatermark : Math.max(highWatermark, end));
  }
  const lastMessage = topic.lastMessage[partition] ?? Number.NaN;
  const isCovered = topic.lookedTo[partition] === end && committed >= (topic.lookedFrom[partition] ?? 0);
  if (fresh && isCovered && lastMessage >= 0) part.lastRecord = lastMessage;
  return part;
};

/**
 * The parts of one topic, all its partitions. One that is gone keeps those it had (or those with commits, or a first
 * one) without an end, so that no sum shrinks unsaid.
 */
const partsOf = (topic: Topic, commits: Commits): PartObservation[] => {
  const committed = commits.topics.get(topic.name);
  const highest = committed?.partitions.reduce((most, partition) => Math.max(most, partition + 1), 0) ?? 0;
  return Array.from({ length: Math.max(1, topic.leaders.length, highest) }, (_, partition) =>
    partOf(topic, partition, committedOn(committed, partition)),
  );
};

/** The least of the limits that there are. */
const tightest = (limits: readonly (number | undefined)[]): number | undefined => {
  const set = limits.filter((limit) => limit !== undefined && limit >= 0) as number[];
  return set.length === 0 ? undefined : Math.min(...set);
};

const noTopics = (group: string, { state }: Membership): Failure =>
  state === "dead"
    ? { kind: "notFound", message: `${groupText(group)}: the broker knows no such group` }
    : {
        kind: "notReady",
        message: `${groupText(group)} has committed nothing yet, and the target names no topics`,
      };

/** Why the target as a whole has no observation, though its group's commits were read. */
const obstacle = (read: Read, names: readonly string[], topics: readonly Topic[]): Failure | undefined => {
  const { group, membership } = read;
  if (membership.other === "share") {
    const message = `${groupText(group)} is a share group: its progress is not in committed offsets and cannot be read`;
    return { kind: "notFound", message };
  }
  if (names.length === 0) return noTopics(group, membership);
  if (topics.length < names.length) {
    const lacking = names.find((name) => read.topicOf(name) === undefined);
    return read.failure ?? { kind: "notReady", message: `topic "${lacking}": nothing is known of it yet` };
  }
  const erring = topics.filter(({ error }) => error !== 0);
  const forbidden = erring.find(({ error }) => is(error, "TOPIC_AUTHORIZATION_FAILED"));
  const worst = forbidden ?? (erring.length === topics.length ? erring[0] : undefined);
  if (worst !== undefined) return failureOf(`topic "${worst.name}"`, worst.error);
  // Old ends of all partitions are no observation where asking has failed; without leader nobody was asked.
  return topics.some(({ fresh }) => fresh.includes(1))
    ? topics.find(({ failure }) => failure?.kind === "unauthorized")?.failure
    : topics.find(({ failure }) => failure !== undefined)?.failure;
};

/**
 * Committed offsets are -1 where there are none. `retentionMs` and `retentionBytes` are the tightest of the target's
 * topics, the latter of one partition.
 */
export const observe = (read: Read): Answer => {
  const { commits, membership, receivedAt } = read;
  if (commits.kind === "failed") return commits;
  const names = [...new Set(read.topics ?? commits.answer.topics.keys())];
  const topics = names.flatMap((name) => read.topicOf(name) ?? []);
  const failure = obstacle(read, names, topics);
  if (failure !== undefined) return failed(failure);

  const observation: Mutable<Observation> = {
    at: commits.answer.at,
    receivedAt,
    groupState: membership.state,
    parts: topics.flatMap((topic) => partsOf(topic, commits.answer)),
  };
  if (membership.members !== undefined) observation.consumers = membership.members;
  const retentionMs = tightest(topics.map((topic) => topic.retentionMs));
  if (retentionMs !== undefined) observation.retentionMs = retentionMs;
  const retentionBytes = tightest(topics.map((topic) => topic.retentionBytes));
  if (retentionBytes !== undefined) observation.retentionBytes = retentionBytes;
  return { kind: "observed", observation };
};
