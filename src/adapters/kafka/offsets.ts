/** Offsets of partitions' logs, each asked of its leader: all partitions of a leader in one request. */
import type { Failure } from "../../core/ports.ts";
import type { Cluster } from "./cluster.ts";
import { withPatience } from "./deadline.ts";
import { failureOf } from "./errors.ts";
import { chunks, commonVersion } from "./protocol/call.ts";
import { type End, listOffsets, listOffsetsKey } from "./protocol/listOffsets.ts";
import type { Topic } from "./topic.ts";

/** Partitions in one request. */
const chunkSize = 3_000;

export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** `places` by the node that leads them. Those without a leader are left out. */
export const byLeader = <P extends Place>(
  topicOf: (name: string) => Topic | undefined,
  places: Iterable<P>,
): Map<number, P[]> => {
  const leaders = new Map<number, P[]>();
  for (const place of places) {
    const leader = topicOf(place.topic)?.leaders[place.partition] ?? -1;
    if (leader === -1) continue;
    const led = leaders.get(leader);
    if (led === undefined) leaders.set(leader, [place]);
    else led.push(place);
  }
  return leaders;
};

const partitionsOf = (places: readonly Place[]): Map<string, number[]> => {
  const partitions = new Map<string, number[]>();
  for (const { topic, partition } of places) {
    const list = partitions.get(topic);
    if (list === undefined) partitions.set(topic, [partition]);
    else list.push(partition);
  }
  return partitions;
};

function* allPlaces(topics: Iterable<Topic>): Generator<Place> {
  for (const { name, leaders } of topics) {
    for (let partition = 0; partition < leaders.length; partition += 1) yield { topic: name, partition };
  }
}

export interface Found {
  offset(topic: Topic, partition: number, offset: number): void;
  /** Why a partition's offset did not come. */
  failed(topic: Topic, failure: Failure): void;
}

/** Reads one end of all partitions of `topics`. Resolves when there is nothing more to come. */
export const readOffsets = async (
  cluster: Cluster,
  topics: readonly Topic[],
  end: End,
  found: Found,
  signal: AbortSignal,
): Promise<void> => {
  const byName = new Map(topics.map((topic) => [topic.name, topic]));

  const readList = async (node: number, places: readonly Place[], stage: AbortSignal): Promise<boolean> => {
    const partitions = partitionsOf(places);
    const onOffset = (name: string, partition: number, error: number, offset: number): void => {
      const topic = byName.get(name);
      if (topic === undefined) return;
      if (error === 0) found.offset(topic, partition, offset);
      else found.failed(topic, failureOf(`topic "${name}", partition ${partition}`, error));
    };
    const broker = await cluster.reach(node, stage);
    const reply =
      broker.kind === "failed"
        ? broker
        : await broker.answer.ask(
            listOffsets(
              commonVersion(broker.answer.versions, listOffsetsKey, 2, 3) ?? 2,
              end,
              partitions,
              onOffset,
            ),
            stage,
          );
    if (reply.kind === "answered") return true;
    for (const name of partitions.keys()) {
      const topic = byName.get(name);
      if (topic !== undefined) found.failed(topic, reply.failure);
    }
    return false;
  };

  const requests: ((stage: AbortSignal) => Promise<boolean>)[] = [];
  for (const [node, places] of byLeader((name) => byName.get(name), allPlaces(topics))) {
    for (const list of chunks(places, chunkSize)) requests.push((stage) => readList(node, list, stage));
  }
  await withPatience(signal, cluster.patienceMs, requests);
};
