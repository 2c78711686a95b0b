/**
 * Either end of partitions' logs, asked of their leader.
 *
 * ListOffsets Request (Version: 2, 3) => replica_id isolation_level [topics]
 *   replica_id => INT32                    -1: a client
 *   isolation_level => INT8                0: up to the high watermark; 1: up to the last stable offset
 *   topics => name [partitions]
 *     name => STRING
 *     partitions => partition_index timestamp
 *       partition_index => INT32
 *       timestamp => INT64                 -1: the end; -2: the first offset that exists
 *
 * ListOffsets Response (Version: 2, 3) => throttle_time_ms [topics]
 *   topics => name [partitions]
 *     name => STRING
 *     partitions => partition_index error_code timestamp offset
 *       partition_index => INT32
 *       error_code => INT16
 *       timestamp => INT64
 *       offset => INT64
 */
import { readCount, readInt16, readInt32, readInt64, readString, skip } from "../bytes.ts";
import { type Call, call } from "./call.ts";

export const listOffsetsKey = 2;

export const ends = ["lastStable", "highWatermark", "logStart"] as const;
export type End = (typeof ends)[number];

/** Partitions by topic. */
export type Partitions = ReadonlyMap<string, readonly number[]>;

/** Calls `found` for each partition of the answer; `offset` is -1 where there is an error other than 0. */
export type OffsetFound = (topic: string, partition: number, error: number, offset: number) => void;

export const listOffsets = (
  version: number,
  end: End,
  partitions: Partitions,
  found: OffsetFound,
): Call<void> =>
  call({
    name: "ListOffsets",
    key: listOffsetsKey,
    version,
    flexible: false,
    write: (to) => {
      const timestamp = end === "logStart" ? -2 : -1;
      to.int32(-1)
        .int8(end === "lastStable" ? 1 : 0)
        .count(partitions.size);
      for (const [topic, indexes] of partitions) {
        to.string(topic).count(indexes.length);
        for (const index of indexes) to.int32(index).int64(timestamp);
      }
    },
    read: (from) => {
      for (let topics = readCount(from); topics > 0; topics -= 1) {
        const topic = readString(from);
        for (let left = readCount(from); left > 0; left -= 1) {
          const partition = readInt32(from);
          const error = readInt16(from);
          skip(from, 8);
          found(topic, partition, error, readInt64(from));
        }
      }
    },
  });
