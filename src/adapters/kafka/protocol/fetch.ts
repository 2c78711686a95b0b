/**
 * The heads of record batches from an offset on, to tell messages from transaction markers. Records themselves are
 * neither read nor decompressed.
 *
 * Fetch Request (Version: 4) => replica_id max_wait_ms min_bytes max_bytes isolation_level [topics]
 *   replica_id, max_wait_ms, min_bytes, max_bytes => INT32
 *   isolation_level => INT8                1: up to the last stable offset
 *   topics => topic [partitions]
 *     topic => STRING
 *     partitions => partition fetch_offset partition_max_bytes
 *       partition => INT32
 *       fetch_offset => INT64
 *       partition_max_bytes => INT32
 *
 * Fetch Response (Version: 4) => throttle_time_ms [responses]
 *   responses => topic [partitions]
 *     topic => STRING
 *     partitions => partition_index error_code high_watermark last_stable_offset [aborted_transactions] records
 *       partition_index => INT32
 *       error_code => INT16
 *       high_watermark, last_stable_offset => INT64
 *       aborted_transactions => producer_id first_offset      INT64 each
 *       records => BYTES                   batches, one after the other; the last one may be cut off
 *
 * Batch => base_offset length partition_leader_epoch magic crc attributes last_offset_delta …
 *   base_offset => INT64
 *   length, partition_leader_epoch => INT32        length: what follows it
 *   magic => INT8                          2; older ones are single messages and no transaction knows them
 *   crc => INT32
 *   attributes => INT16                    bit 5: a control batch
 *   last_offset_delta => INT32
 */
import {
  type Cursor,
  readCount,
  readInt8,
  readInt16,
  readInt32,
  readInt64,
  readString,
  skip,
} from "../bytes.ts";
import { type Call, call } from "./call.ts";

export const fetchKey = 1;

/** What the batches from an offset on are. */
export interface Batches {
  readonly error: number;
  /** One past the last offset that they reach; -1 where there are none. */
  readonly reached: number;
  /** Offset of the last one that is a message; -1 where all are markers. */
  readonly lastMessage: number;
}

export interface FetchFrom {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

const control = 0x20;
/** Up to and with `last_offset_delta`. */
const headBytes = 27;

const readBatches = (from: Cursor, end: number): { reached: number; lastMessage: number } => {
  let reached = -1;
  let lastMessage = -1;
  while (end - from.at >= headBytes) {
    const base = readInt64(from);
    const next = from.at + 4 + readInt32(from);
    skip(from, 4);
    const magic = readInt8(from);
    skip(from, 4);
    const attributes = readInt16(from);
    const last = magic >= 2 ? base + readInt32(from) : base;
    reached = last + 1;
    if (magic < 2 || (attributes & control) === 0) lastMessage = last;
    if (next > end || next < from.at) break;
    from.at = next;
  }
  from.at = end;
  return { reached, lastMessage };
};

/** Bytes asked for at most, in all and of one partition. A first batch that is larger comes whole all the same. */
const maxBytes = 1_048_576;
const maxPartitionBytes = 16_384;

/** Calls `found` for each partition of the answer. */
export const fetchBatches = (
  places: readonly FetchFrom[],
  found: (topic: string, partition: number, batches: Batches) => void,
): Call<void> =>
  call({
    name: "Fetch",
    key: fetchKey,
    version: 4,
    flexible: false,
    write: (to) => {
      to.int32(-1).zeros(8).int32(maxBytes).int8(1).count(places.length);
      for (const { topic, partition, offset } of places) {
        to.string(topic).count(1).int32(partition).int64(offset).int32(maxPartitionBytes);
      }
    },
    read: (from) => {
      for (let topics = readCount(from); topics > 0; topics -= 1) {
        const topic = readString(from);
        for (let left = readCount(from); left > 0; left -= 1) {
          const partition = readInt32(from);
          const error = readInt16(from);
          skip(from, 16);
          skip(from, 16 * readCount(from));
          const bytes = Math.max(0, readInt32(from));
          const end = from.at + bytes;
          if (end > from.bytes.length)
            throw new RangeError(`${bytes} bytes of records expected at ${from.at}`);
          found(topic, partition, { error, ...readBatches(from, end) });
        }
      }
    },
  });
