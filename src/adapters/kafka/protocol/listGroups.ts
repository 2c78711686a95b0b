/**
 * All groups that a broker coordinates, with their protocol's type: the one call that tells share groups.
 *
 * ListGroups Request (Version: 5) => [states_filter] [types_filter] TAG_BUFFER
 *   states_filter, types_filter => COMPACT_STRING        empty: all
 *
 * ListGroups Response (Version: 5) => throttle_time_ms error_code [groups] TAG_BUFFER
 *   error_code => INT16
 *   groups => group_id protocol_type group_state group_type TAG_BUFFER
 *     group_id, protocol_type, group_state, group_type => COMPACT_STRING
 */
import { readCompactCount, readCompactString, readInt16, skipCompactString, skipTags } from "../bytes.ts";
import { type Call, call } from "./call.ts";

export const listGroupsKey = 16;

/** Answers the types of those groups that are of one of `types`: `classic`, `consumer`, `share`, `streams`. */
export const listGroups = (
  types: readonly string[],
): Call<{ error: number; groups: ReadonlyMap<string, string> }> =>
  call({
    name: "ListGroups",
    key: listGroupsKey,
    version: 5,
    flexible: true,
    write: (to) => {
      to.compactCount(0).compactCount(types.length);
      for (const type of types) to.compactString(type);
      to.zeros(1);
    },
    read: (from) => {
      const error = readInt16(from);
      const groups = new Map<string, string>();
      for (let left = readCompactCount(from); left > 0; left -= 1) {
        const group = readCompactString(from);
        for (let strings = 0; strings < 2; strings += 1) skipCompactString(from);
        groups.set(group, readCompactString(from));
        skipTags(from);
      }
      return { error, groups };
    },
  });
