/**
 * Brokers, and topics with their partitions' leaders; since version 10 topics' ids, which change when a topic is
 * recreated.
 *
 * Metadata Request (Version: 9 - 12) => [topics] allow_auto_topic_creation
 *                                       include_cluster_authorized_operations (until 10)
 *                                       include_topic_authorized_operations TAG_BUFFER
 *   topics => topic_id (from 10) name TAG_BUFFER
 *     topic_id => UUID
 *     name => COMPACT_STRING
 *   all others => BOOLEAN
 *
 * Metadata Response (Version: 9 - 12) => throttle_time_ms [brokers] cluster_id controller_id [topics]
 *                                        cluster_authorized_operations (until 10) TAG_BUFFER
 *   brokers => node_id host port rack TAG_BUFFER
 *     node_id => INT32
 *     host => COMPACT_STRING
 *     port => INT32
 *     rack => COMPACT_NULLABLE_STRING
 *   cluster_id => COMPACT_NULLABLE_STRING
 *   controller_id => INT32
 *   topics => error_code name topic_id (from 10) is_internal [partitions] topic_authorized_operations TAG_BUFFER
 *     error_code => INT16
 *     name => COMPACT_STRING
 *     topic_id => UUID
 *     is_internal => BOOLEAN
 *     partitions => error_code partition_index leader_id leader_epoch [replica_nodes] [isr_nodes]
 *                   [offline_replicas] TAG_BUFFER
 *       error_code => INT16
 *       partition_index, leader_id, leader_epoch, replica_nodes, isr_nodes, offline_replicas => INT32
 *     topic_authorized_operations => INT32
 */
import {
  type Cursor,
  readCompactCount,
  readCompactString,
  readInt16,
  readInt32,
  readUuid,
  skip,
  skipCompactString,
  skipTags,
} from "../bytes.ts";
import { type Call, call } from "./call.ts";

export const metadataKey = 3;
export const metadataVersions = { low: 9, high: 12 } as const;

export interface Node {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

export interface TopicMetadata {
  readonly error: number;
  readonly name: string;
  /** Absent where the broker is too old to say it. */
  readonly id: string | undefined;
  /** The node that leads each partition; -1 where none does. */
  readonly leaders: Int32Array;
}

export interface Metadata {
  readonly nodes: readonly Node[];
  readonly topics: readonly TopicMetadata[];
}

/** Leaders by partition out of pairs in any order. */
export const leadersOf = (pairs: readonly (readonly [partition: number, leader: number])[]): Int32Array => {
  const leaders = new Int32Array(pairs.length).fill(-1);
  for (const [partition, leader] of pairs) leaders[partition] = leader;
  return leaders;
};

const readNode = (from: Cursor): Node => {
  const id = readInt32(from);
  const host = readCompactString(from);
  const port = readInt32(from);
  skipCompactString(from);
  skipTags(from);
  return { id, host, port };
};

const readPartition = (from: Cursor): readonly [number, number] => {
  skip(from, 2);
  const partition = readInt32(from);
  const leader = readInt32(from);
  skip(from, 4);
  for (let lists = 0; lists < 3; lists += 1) skip(from, 4 * readCompactCount(from));
  skipTags(from);
  return [partition, leader];
};

const readTopic = (from: Cursor, version: number): TopicMetadata => {
  const error = readInt16(from);
  const name = readCompactString(from);
  const id = version >= 10 ? readUuid(from) : undefined;
  skip(from, 1);
  const leaders = leadersOf(Array.from({ length: readCompactCount(from) }, () => readPartition(from)));
  skip(from, 4);
  skipTags(from);
  return { error, name, id, leaders };
};

export const metadata = (version: number, topics: readonly string[]): Call<Metadata> =>
  call({
    name: "Metadata",
    key: metadataKey,
    version,
    flexible: true,
    write: (to) => {
      to.compactCount(topics.length);
      for (const topic of topics) {
        if (version >= 10) to.zeros(16);
        to.compactString(topic).zeros(1);
      }
      to.zeros(version <= 10 ? 4 : 3);
    },
    read: (from) => {
      const nodes = Array.from({ length: readCompactCount(from) }, () => readNode(from));
      skipCompactString(from);
      skip(from, 4);
      return {
        nodes,
        topics: Array.from({ length: readCompactCount(from) }, () => readTopic(from, version)),
      };
    },
  });
