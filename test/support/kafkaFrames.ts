/**
 * Kafka's requests as they pass by, without decoding more than their header:
 * `size int32 · apiKey int16 · apiVersion int16 · correlationId int32 · clientId nullable string (int16 length)`.
 */

/** Names of the calls that clients make. */
const apiNames: ReadonlyMap<number, string> = new Map([
  [0, "Produce"],
  [1, "Fetch"],
  [2, "ListOffsets"],
  [3, "Metadata"],
  [8, "OffsetCommit"],
  [9, "OffsetFetch"],
  [10, "FindCoordinator"],
  [11, "JoinGroup"],
  [12, "Heartbeat"],
  [13, "LeaveGroup"],
  [14, "SyncGroup"],
  [15, "DescribeGroups"],
  [16, "ListGroups"],
  [17, "SaslHandshake"],
  [18, "ApiVersions"],
  [19, "CreateTopics"],
  [20, "DeleteTopics"],
  [21, "DeleteRecords"],
  [22, "InitProducerId"],
  [23, "OffsetForLeaderEpoch"],
  [24, "AddPartitionsToTxn"],
  [25, "AddOffsetsToTxn"],
  [26, "EndTxn"],
  [28, "TxnOffsetCommit"],
  [32, "DescribeConfigs"],
  [35, "DescribeLogDirs"],
  [36, "SaslAuthenticate"],
  [37, "CreatePartitions"],
  [42, "DeleteGroups"],
  [44, "IncrementalAlterConfigs"],
  [47, "OffsetDelete"],
  [60, "DescribeCluster"],
  [61, "DescribeProducers"],
  [68, "ConsumerGroupHeartbeat"],
  [69, "ConsumerGroupDescribe"],
  [71, "GetTelemetrySubscriptions"],
  [72, "PushTelemetry"],
  [75, "DescribeTopicPartitions"],
  [76, "ShareGroupHeartbeat"],
  [77, "ShareGroupDescribe"],
  [78, "ShareFetch"],
  [79, "ShareAcknowledge"],
  [90, "DescribeShareGroupOffsets"],
]);

export interface KafkaRequest {
  /** As Kafka's protocol calls it: `OffsetFetch`; `api N` for one that is not listed here. */
  readonly api: string;
  readonly version: number;
  /** Empty where the client gave none. */
  readonly clientId: string;
}

interface Header {
  readonly request: KafkaRequest;
  /** Bytes of the whole frame, its length prefix included. */
  readonly size: number;
}

/** The header that `bytes` begins with; undefined while it is not complete. */
const readHeader = (bytes: Buffer): Header | undefined => {
  if (bytes.length < 14) return undefined;
  const clientIdLength = Math.max(0, bytes.readInt16BE(12));
  if (bytes.length < 14 + clientIdLength) return undefined;
  const apiKey = bytes.readInt16BE(4);
  return {
    size: 4 + Math.max(10, bytes.readInt32BE(0)),
    request: {
      api: apiNames.get(apiKey) ?? `api ${apiKey}`,
      version: bytes.readInt16BE(6),
      clientId: bytes.toString("utf8", 14, 14 + clientIdLength),
    },
  };
};

/** Takes one connection's bytes from client to broker in pieces of any size, and tells each request once. */
export const requestReader = (onRequest: (request: KafkaRequest) => void): ((chunk: Buffer) => void) => {
  let begun: Buffer = Buffer.alloc(0);
  let toSkip = 0;
  return (chunk) => {
    const skipped = Math.min(toSkip, chunk.length);
    toSkip -= skipped;
    begun = Buffer.concat([begun, chunk.subarray(skipped)]);
    for (let header = readHeader(begun); header !== undefined; header = readHeader(begun)) {
      onRequest(header.request);
      toSkip = Math.max(0, header.size - begun.length);
      begun = begun.subarray(header.size);
    }
  };
};
