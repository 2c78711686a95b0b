/**
 * State and members of groups of the classic protocol. A group of another protocol is Dead here.
 *
 * DescribeGroups Request (Version: 1, 2) => [groups]
 *   groups => STRING
 *
 * DescribeGroups Response (Version: 1, 2) => throttle_time_ms [groups]
 *   groups => error_code group_id group_state protocol_type protocol_data [members]
 *     error_code => INT16
 *     group_id => STRING
 *     group_state => STRING
 *     protocol_type => STRING              empty: the group only ever committed
 *     protocol_data => STRING
 *     members => member_id client_id client_host member_metadata member_assignment
 *       member_id, client_id, client_host => STRING
 *       member_metadata, member_assignment => BYTES
 */
import { readCount, readInt16, readString, skipBytes, skipString } from "../bytes.ts";
import { type Call, call } from "./call.ts";

export const describeGroupsKey = 15;

export interface GroupDescription {
  readonly error: number;
  /** As Kafka spells it. */
  readonly state: string;
  /** `consumer`, another framework's word, or empty for a group without membership. */
  readonly protocolType: string;
  readonly members: number;
}

/** Answers the descriptions by group. */
export const describeGroups = (
  version: number,
  groups: readonly string[],
): Call<Map<string, GroupDescription>> =>
  call({
    name: "DescribeGroups",
    key: describeGroupsKey,
    version,
    flexible: false,
    write: (to) => {
      to.count(groups.length);
      for (const group of groups) to.string(group);
    },
    read: (from) => {
      const answer = new Map<string, GroupDescription>();
      for (let left = readCount(from); left > 0; left -= 1) {
        const error = readInt16(from);
        const group = readString(from);
        const state = readString(from);
        const protocolType = readString(from);
        skipString(from);
        const members = readCount(from);
        for (let member = 0; member < members; member += 1) {
          for (let strings = 0; strings < 3; strings += 1) skipString(from);
          skipBytes(from);
          skipBytes(from);
        }
        answer.set(group, { error, state, protocolType, members });
      }
      return answer;
    },
  });
