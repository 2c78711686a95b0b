/**
 * State and members of groups of the new consumer protocol (KIP-848, Kafka 3.7).
 *
 * ConsumerGroupDescribe Request (Version: 0) => [group_ids] include_authorized_operations TAG_BUFFER
 *   group_ids => COMPACT_STRING
 *   include_authorized_operations => BOOLEAN
 *
 * ConsumerGroupDescribe Response (Version: 0) => throttle_time_ms [groups] TAG_BUFFER
 *   groups => error_code error_message group_id group_state group_epoch assignment_epoch assignor_name [members]
 *             authorized_operations TAG_BUFFER
 *     error_code => INT16                  GROUP_ID_NOT_FOUND: no group, or one of another protocol
 *     error_message => COMPACT_NULLABLE_STRING
 *     group_id, group_state => COMPACT_STRING
 *     group_epoch, assignment_epoch => INT32
 *     assignor_name => COMPACT_STRING
 *     members => member_id instance_id rack_id member_epoch client_id client_host [subscribed_topic_names]
 *                subscribed_topic_regex assignment target_assignment TAG_BUFFER
 *       member_id, instance_id, rack_id, client_id, client_host, subscribed_topic_names,
 *       subscribed_topic_regex => COMPACT_(NULLABLE_)STRING
 *       member_epoch => INT32
 *       assignment, target_assignment => [topic_partitions] TAG_BUFFER
 *         topic_partitions => topic_id topic_name [partitions] TAG_BUFFER
 *           topic_id => UUID
 *           topic_name => COMPACT_STRING
 *           partitions => INT32
 *     authorized_operations => INT32
 */
import {
  type Cursor,
  readCompactCount,
  readCompactString,
  readInt16,
  skip,
  skipCompactString,
  skipTags,
} from "../bytes.ts";
import { type Call, call } from "./call.ts";
import type { GroupDescription } from "./describeGroups.ts";

export const consumerGroupDescribeKey = 69;

const skipAssignment = (from: Cursor): void => {
  for (let left = readCompactCount(from); left > 0; left -= 1) {
    skip(from, 16);
    skipCompactString(from);
    skip(from, 4 * readCompactCount(from));
    skipTags(from);
  }
  skipTags(from);
};

const skipMember = (from: Cursor): void => {
  for (let strings = 0; strings < 3; strings += 1) skipCompactString(from);
  skip(from, 4);
  for (let strings = 0; strings < 2; strings += 1) skipCompactString(from);
  for (let left = readCompactCount(from); left > 0; left -= 1) skipCompactString(from);
  skipCompactString(from);
  skipAssignment(from);
  skipAssignment(from);
  skipTags(from);
};

/** Answers the descriptions by group. */
export const consumerGroupDescribe = (groups: readonly string[]): Call<Map<string, GroupDescription>> =>
  call({
    name: "ConsumerGroupDescribe",
    key: consumerGroupDescribeKey,
    version: 0,
    flexible: true,
    write: (to) => {
      to.compactCount(groups.length);
      for (const group of groups) to.compactString(group);
      to.zeros(2);
    },
    read: (from) => {
      const answer = new Map<string, GroupDescription>();
      for (let left = readCompactCount(from); left > 0; left -= 1) {
        const error = readInt16(from);
        skipCompactString(from);
        const group = readCompactString(from);
        const state = readCompactString(from);
        skip(from, 8);
        skipCompactString(from);
        const members = readCompactCount(from);
        for (let member = 0; member < members; member += 1) skipMember(from);
        skip(from, 4);
        skipTags(from);
        answer.set(group, { error, state, protocolType: "consumer", members });
      }
      return answer;
    },
  });
