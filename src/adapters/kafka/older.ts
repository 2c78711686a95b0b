/**
 * What is asked of brokers that lack the batched and the flexible versions (before Kafka 3.0 and 2.4): kafkajs's own
 * requests, one a group. Its way of failing a whole answer for one erring element is left out.
 */
import { type ClientCall, requests } from "kafkajs/src/protocol/requests/index.js";
import { type Call, commonVersion, type Versions } from "./protocol/call.ts";
import { type Coordinator, findCoordinatorKey } from "./protocol/findCoordinator.ts";
import { leadersOf, type Metadata, metadataKey } from "./protocol/metadata.ts";
import { type GroupCommits, offsetFetchKey } from "./protocol/offsetFetch.ts";

const lenient = <Decoded, Answer>(
  name: string,
  { request, response }: ClientCall<Decoded>,
  convert: (decoded: Decoded) => Answer,
): Call<Answer> => ({
  request: { ...request, apiName: name },
  response: { decode: response.decode, parse: async (decoded: Decoded) => convert(decoded) },
  logResponseError: false,
});

/** Kafka 2.0 has all of these, so anything older is asked in their words and answers with an error. */
const choice = (versions: Versions, key: number, low: number, high: number): { version: number } => ({
  version: commonVersion(versions, key, low, high) ?? high,
});

export const olderFindCoordinator = (versions: Versions, group: string): Call<Coordinator> =>
  lenient(
    "FindCoordinator",
    requests.GroupCoordinator.protocol(choice(versions, findCoordinatorKey, 1, 2))({ groupId: group }),
    ({ errorCode, coordinator }) => ({
      error: errorCode,
      node: coordinator.nodeId,
    }),
  );

export const olderOffsetFetch = (versions: Versions, group: string): Call<GroupCommits> =>
  lenient(
    "OffsetFetch",
    // No topics stands for all of them.
    requests.OffsetFetch.protocol(choice(versions, offsetFetchKey, 3, 4))({ groupId: group, topics: [] }),
    ({ errorCode, responses }) => ({
      error: errorCode,
      topics: new Map(
        responses.map(({ topic, partitions }) => [
          topic,
          {
            partitions: Int32Array.from(partitions, ({ partition }) => partition),
            offsets: Float64Array.from(partitions, (each) =>
              each.errorCode === 0 ? Number(each.offset) : Number.NaN,
            ),
          },
        ]),
      ),
    }),
  );

export const olderMetadata = (versions: Versions, topics: readonly string[]): Call<Metadata> =>
  lenient(
    "Metadata",
    requests.Metadata.protocol(choice(versions, metadataKey, 4, 6))({
      topics,
      allowAutoTopicCreation: false,
    }),
    ({ brokers, topicMetadata }) => ({
      nodes: brokers.map(({ nodeId, host, port }) => ({ id: nodeId, host, port })),
      topics: topicMetadata.map(({ topicErrorCode, topic, partitionMetadata }) => ({
        error: topicErrorCode,
        name: topic,
        id: undefined,
        leaders: leadersOf(partitionMetadata.map(({ partitionId, leader }) => [partitionId, leader])),
      })),
    }),
  );
