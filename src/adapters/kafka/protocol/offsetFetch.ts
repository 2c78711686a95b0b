/**
 * What groups have committed: many groups in one request (KIP-709, Kafka 3.0).
 *
 * OffsetFetch Request (Version: 8) => [groups] require_stable TAG_BUFFER
 *   groups => group_id [topics] TAG_BUFFER
 *     group_id => COMPACT_STRING
 *     topics => name [partition_indexes] TAG_BUFFER      null: all that the group has committed on
 *   require_stable => BOOLEAN                            false: commits of open transactions are not waited for
 *
 * OffsetFetch Response (Version: 8) => throttle_time_ms [groups] TAG_BUFFER
 *   groups => group_id [topics] error_code TAG_BUFFER
 *     group_id => COMPACT_STRING
 *     topics => name [partitions] TAG_BUFFER
 *       name => COMPACT_STRING
 *       partitions => partition_index committed_offset committed_leader_epoch metadata error_code TAG_BUFFER
 *         partition_index => INT32
 *         committed_offset => INT64
 *         committed_leader_epoch => INT32
 *         metadata => COMPACT_NULLABLE_STRING
 *         error_code => INT16
 *     error_code => INT16
 */
import {
  type Cursor,
  readCompactCount,
  readCompactString,
  readInt16,
  readInt32,
  readInt64,
  skip,
  skipCompactString,
  skipTags,
} from "../bytes.ts";
import { type Call, call } from "./call.ts";

export const offsetFetchKey = 9;

/** A group's commits on one topic, index by index the same. A partition that erred has the offset NaN. */
export interface TopicCommits {
  readonly partitions: Int32Array;
  readonly offsets: Float64Array;
}

export interface GroupCommits {
  /** Of the whole group; 0 for none. */
  readonly error: number;
  readonly topics: ReadonlyMap<string, TopicCommits>;
}

const readTopic = (from: Cursor): TopicCommits => {
  const count = readCompactCount(from);
  const partitions = new Int32Array(count);
  const offsets = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    partitions[index] = readInt32(from);
    const offset = readInt64(from);
    skip(from, 4);
    skipCompactString(from);
    offsets[index] = readInt16(from) === 0 ? offset : Number.NaN;
    skipTags(from);
  }
  skipTags(from);
  return { partitions, offsets };
};

const readGroup = (from: Cursor): GroupCommits => {
  const topics = new Map<string, TopicCommits>();
  for (let left = readCompactCount(from); left > 0; left -= 1) {
    topics.set(readCompactString(from), readTopic(from));
  }
  const error = readInt16(from);
  skipTags(from);
  return { error, topics };
};

/** Answers the commits by group. */
export const offsetFetch = (groups: readonly string[]): Call<Map<string, GroupCommits>> =>
  call({
    name: "OffsetFetch",
    key: offsetFetchKey,
    version: 8,
    flexible: true,
    write: (to) => {
      to.compactCount(groups.length);
      for (const group of groups) to.compactString(group).zeros(2);
      to.zeros(2);
    },
    read: (from) => {
      const answer = new Map<string, GroupCommits>();
      for (let left = readCompactCount(from); left > 0; left -= 1) {
        answer.set(readCompactString(from), readGroup(from));
      }
      return answer;
    },
  });
