/** What a poll has read, as an observation of one target. Pure. */
import type { Observation, PartObservation, Value } from "../../core/observation.ts";
import type { Answer, Failure } from "../../core/ports.ts";
import type { Instant } from "../../core/units.ts";
import { failed, groupText } from "./batches.ts";
import type { Reply } from "./connection.ts";
import { failureOf, is } from "./errors.ts";
import { type Commits, committedOn, type Membership } from "./group.ts";
import type { Topic } from "./topic.ts";

/** What the poll knows of all topics. */
export interface TopicsRead {
  /** What is known of a topic; undefined where nothing is. */
  readonly topicOf: (name: string) => Topic | undefined;
  /** Why what is not known of topics is not known. */
  readonly failure: Failure | undefined;
  readonly receivedAt: Instant;
}

/** What the poll knows of one target. */
export interface TargetRead {
  readonly group: string;
  /** Topics that the target names; absent: those that the group has committed on. */
  readonly topics: readonly string[] | undefined;
  readonly commits: Reply<Commits>;
  readonly membership: Membership;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What was read at a slower pace than the poll's. */
const approximate = (value: number): Value => ({ value, quality: "approximate" });

/** What a part is to every group alike. */
const faceOf = (topic: Topic, partition: number): PartObservation => {
  const face: Mutable<PartObservation> = { part: `${topic.name}/${partition}` };
  if (topic.id !== undefined) face.topicId = topic.id;
  if (topic.compacted) face.compacted = true;
  // Of a topic that is gone no offset holds any more.
  if (topic.error !== 0) return face;

  const end = topic.end[partition] ?? Number.NaN;
  if (!Number.isNaN(end)) face.end = topic.fresh[partition] === 1 ? end : { value: end, quality: "stale" };
  const logStart = topic.logStart[partition] ?? Number.NaN;
  if (!Number.isNaN(logStart)) face.logStart = approximate(logStart);
  // It was read before the end and is never below it.
  const highWatermark = topic.highWatermark[partition] ?? Number.NaN;
  if (!Number.isNaN(highWatermark)) {
    face.highWatermark = approximate(Number.isNaN(end) ? highWatermark : Math.max(highWatermark, end));
  }
  return face;
};

const partOf = (
  topic: Topic,
  partition: number,
  face: PartObservation,
  committed: number,
): PartObservation => {
  // That there is no commit says nothing where the topic is gone.
  if (Number.isNaN(committed) || (committed < 0 && topic.error !== 0)) return face;
  const isCovered =
    topic.fresh[partition] === 1 &&
    topic.lookedTo[partition] === topic.end[partition] &&
    committed >= (topic.lookedFrom[partition] ?? 0);
  const lastMessage = isCovered ? (topic.lastMessage[partition] ?? -1) : -1;
  return lastMessage >= 0 ? { ...face, committed, lastRecord: lastMessage } : { ...face, committed };
};

/**
 * The parts of one topic, all its partitions. One that is gone keeps those it had (or those with commits, or a first
 * one) without an end, so that no sum shrinks unsaid.
 */
const partsOf = (topic: Topic, faces: PartObservation[], commits: Commits): PartObservation[] => {
  const committed = commits.topics.get(topic.name);
  const highest = committed?.partitions.reduce((most, partition) => Math.max(most, partition + 1), 0) ?? 0;
  return Array.from({ length: Math.max(1, topic.leaders.length, highest) }, (_, partition) => {
    const face = faces[partition] ?? faceOf(topic, partition);
    faces[partition] = face;
    return partOf(topic, partition, face, committedOn(committed, partition));
  });
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
const obstacle = (
  { group, membership }: TargetRead,
  read: TopicsRead,
  names: readonly string[],
  topics: readonly Topic[],
): Failure | undefined => {
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
 * Gives the function that answers for one target. In its observations committed offsets are -1 where there are none;
 * `retentionMs` and `retentionBytes` are the tightest of the target's topics, the latter of one partition.
 */
export const createObserver = (read: TopicsRead): ((target: TargetRead) => Answer) => {
  // Many groups read the same partitions.
  const faces = new Map<Topic, PartObservation[]>();
  const facesOf = (topic: Topic): PartObservation[] => {
    const present = faces.get(topic) ?? [];
    faces.set(topic, present);
    return present;
  };

  return (target) => {
    const { commits, membership } = target;
    if (commits.kind === "failed") return commits;
    const names = [...new Set(target.topics ?? commits.answer.topics.keys())];
    const topics = names.flatMap((name) => read.topicOf(name) ?? []);
    const failure = obstacle(target, read, names, topics);
    if (failure !== undefined) return failed(failure);

    const observation: Mutable<Observation> = {
      at: commits.answer.at,
      receivedAt: read.receivedAt,
      groupState: membership.state,
      parts: topics.flatMap((topic) => partsOf(topic, facesOf(topic), commits.answer)),
    };
    if (membership.members !== undefined) observation.consumers = membership.members;
    const retentionMs = tightest(topics.map((topic) => topic.retentionMs));
    if (retentionMs !== undefined) observation.retentionMs = retentionMs;
    const retentionBytes = tightest(topics.map((topic) => topic.retentionBytes));
    if (retentionBytes !== undefined) observation.retentionBytes = retentionBytes;
    return { kind: "observed", observation };
  };
};
