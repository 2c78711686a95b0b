/**
 * Which broker coordinates each group: many groups in one request (KIP-699, Kafka 3.0).
 *
 * FindCoordinator Request (Version: 4) => key_type [coordinator_keys] TAG_BUFFER
 *   key_type => INT8                       0: groups
 *   coordinator_keys => COMPACT_STRING
 *
 * FindCoordinator Response (Version: 4) => throttle_time_ms [coordinators] TAG_BUFFER
 *   coordinators => key node_id host port error_code error_message TAG_BUFFER
 *     key => COMPACT_STRING
 *     node_id => INT32
 *     host => COMPACT_STRING
 *     port => INT32
 *     error_code => INT16
 *     error_message => COMPACT_NULLABLE_STRING
 */
import {
  readCompactCount,
  readCompactString,
  readInt16,
  readInt32,
  skip,
  skipCompactString,
  skipTags,
} from "../bytes.ts";
import { type Call, call } from "./call.ts";

export const findCoordinatorKey = 10;

export interface Coordinator {
  readonly error: number;
  readonly node: number;
}

/** Answers the coordinators by group. */
export const findCoordinator = (groups: readonly string[]): Call<Map<string, Coordinator>> =>
  call({
    name: "FindCoordinator",
    key: findCoordinatorKey,
    version: 4,
    flexible: true,
    write: (to) => {
      to.int8(0).compactCount(groups.length);
      for (const group of groups) to.compactString(group);
      to.zeros(1);
    },
    read: (from) => {
      const answer = new Map<string, Coordinator>();
      for (let left = readCompactCount(from); left > 0; left -= 1) {
        const group = readCompactString(from);
        const node = readInt32(from);
        skipCompactString(from);
        skip(from, 4);
        const error = readInt16(from);
        skipCompactString(from);
        skipTags(from);
        answer.set(group, { error, node });
      }
      return answer;
    },
  });
