/**
 * Settings of topics. Any broker knows them.
 *
 * DescribeConfigs Request (Version: 1, 2) => [resources] include_synonyms
 *   resources => resource_type resource_name [configuration_keys]
 *     resource_type => INT8                2: a topic
 *     resource_name => STRING
 *     configuration_keys => STRING
 *   include_synonyms => BOOLEAN
 *
 * DescribeConfigs Response (Version: 1, 2) => throttle_time_ms [results]
 *   results => error_code error_message resource_type resource_name [configs]
 *     error_code => INT16
 *     error_message => NULLABLE_STRING
 *     resource_type => INT8
 *     resource_name => STRING
 *     configs => name value read_only config_source is_sensitive [synonyms]
 *       name => STRING
 *       value => NULLABLE_STRING
 *       read_only => BOOLEAN
 *       config_source => INT8
 *       is_sensitive => BOOLEAN
 *       synonyms => name value source
 *         name, value => (NULLABLE_)STRING
 *         source => INT8
 */
import { type Cursor, readCount, readInt16, readString, skip, skipString } from "../bytes.ts";
import { type Call, call } from "./call.ts";

export const describeConfigsKey = 32;

export interface TopicConfigs {
  readonly error: number;
  readonly values: ReadonlyMap<string, string>;
}

const readConfigs = (from: Cursor): Map<string, string> => {
  const values = new Map<string, string>();
  for (let left = readCount(from); left > 0; left -= 1) {
    values.set(readString(from), readString(from));
    skip(from, 3);
    for (let synonyms = readCount(from); synonyms > 0; synonyms -= 1) {
      skipString(from);
      skipString(from);
      skip(from, 1);
    }
  }
  return values;
};

/** Answers the settings named `keys` by topic. */
export const describeConfigs = (
  version: number,
  topics: readonly string[],
  keys: readonly string[],
): Call<Map<string, TopicConfigs>> =>
  call({
    name: "DescribeConfigs",
    key: describeConfigsKey,
    version,
    flexible: false,
    write: (to) => {
      to.count(topics.length);
      for (const topic of topics) {
        to.int8(2).string(topic).count(keys.length);
        for (const key of keys) to.string(key);
      }
      to.zeros(1);
    },
    read: (from) => {
      const answer = new Map<string, TopicConfigs>();
      for (let left = readCount(from); left > 0; left -= 1) {
        const error = readInt16(from);
        skipString(from);
        skip(from, 1);
        answer.set(readString(from), { error, values: readConfigs(from) });
      }
      return answer;
    },
  });
