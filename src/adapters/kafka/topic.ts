/** What is known of one topic, flat: an array a figure, indexed by partition. NaN is unknown. */
import type { Failure } from "../../core/ports.ts";
import type { Instant } from "../../core/units.ts";
import type { TopicMetadata } from "./protocol/metadata.ts";

export interface Topic {
  readonly name: string;
  /** Kafka's error for the topic as a whole; 0 for none. A topic that is gone keeps what was known of it. */
  readonly error: number;
  /** Changes when the topic is recreated; undefined where the broker is too old to say it. */
  readonly id: string | undefined;
  /** The node that leads each partition; -1 where none does. */
  readonly leaders: Int32Array;

  /** Last stable offsets, and those of the poll before. */
  readonly end: Float64Array;
  readonly previousEnd: Float64Array;
  /** 1 where `end` is of this poll. */
  readonly fresh: Uint8Array;
  /** Why an end is missing from this poll, where it was asked for. */
  failure: Failure | undefined;

  /** Read at the slow pace. */
  readonly logStart: Float64Array;
  readonly highWatermark: Float64Array;
  slowReadAt: Instant;
  /** -1 is without limit; undefined where it could not be read. */
  retentionMs: number | undefined;
  /** Of each partition. */
  retentionBytes: number | undefined;
  compacted: boolean;

  /**
   * What a look at the records from `lookedFrom` to `lookedTo` has found: the last one that is a message, one below
   * `lookedFrom` where all are markers.
   */
  readonly lastMessage: Float64Array;
  readonly lookedFrom: Float64Array;
  readonly lookedTo: Float64Array;
}

/** A topic of which nothing but its metadata is known. */
export const newTopic = ({ name, error, id, leaders }: TopicMetadata): Topic => {
  const figures = (): Float64Array => new Float64Array(leaders.length).fill(Number.NaN);
  return {
    name,
    error,
    id,
    leaders,
    end: figures(),
    previousEnd: figures(),
    fresh: new Uint8Array(leaders.length),
    failure: undefined,
    logStart: figures(),
    highWatermark: figures(),
    slowReadAt: Number.NEGATIVE_INFINITY,
    retentionMs: undefined,
    retentionBytes: undefined,
    compacted: false,
    lastMessage: figures(),
    lookedFrom: figures(),
    lookedTo: figures(),
  };
};

/** What is known after `metadata` came: nothing of a recreated topic's past, all else of a topic that goes on. */
export const relearned = (known: Topic | undefined, metadata: TopicMetadata): Topic => {
  if (known === undefined) return newTopic(metadata);
  // One that is gone has no partitions in the metadata; how many there were must not be forgotten.
  if (metadata.error !== 0 && metadata.leaders.length === 0) return { ...known, error: metadata.error };
  if (known.id !== metadata.id) return newTopic(metadata);
  if (known.leaders.length === metadata.leaders.length) {
    return { ...known, error: metadata.error, leaders: metadata.leaders };
  }
  const grown = newTopic(metadata);
  for (const figure of ["end", "previousEnd", "logStart", "highWatermark"] as const) {
    grown[figure].set(known[figure].subarray(0, grown[figure].length));
  }
  return grown;
};

/** Before a poll reads anew. */
export const beginPoll = (topic: Topic): void => {
  topic.previousEnd.set(topic.end);
  topic.fresh.fill(0);
  topic.failure = undefined;
};

/** Takes the last stable offset that this poll read. Nothing that was known of a log which was longer holds. */
export const setEnd = (topic: Topic, partition: number, offset: number): void => {
  if (offset < (topic.end[partition] ?? 0)) {
    topic.logStart[partition] = Number.NaN;
    topic.highWatermark[partition] = Number.NaN;
  }
  topic.end[partition] = offset;
  topic.fresh[partition] = 1;
};

/** A partition has no leader, or the whole topic is in a state that may pass. */
export const unsettled = (topic: Topic): boolean => topic.error !== 0 || topic.leaders.includes(-1);

/** Records were written before this poll that may not be read yet: an open transaction. */
export const isHeld = (topic: Topic): boolean =>
  topic.end.some(
    (end, partition) => topic.fresh[partition] === 1 && end < (topic.highWatermark[partition] ?? 0),
  );

/** The log of a partition became shorter: it is another topic, or it was truncated. */
export const shrank = (topic: Topic): boolean =>
  topic.end.some((end, partition) => end < (topic.previousEnd[partition] ?? 0));
