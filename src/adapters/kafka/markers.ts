/**
 * Lag that is made of transaction markers alone. A group that commits one past its last message never gets past the
 * markers behind it, and would seem to lag by one or two for ever. Where a small lag stands still over two polls, the
 * heads of the batches there tell whether any message is among them; that holds until the end moves.
 */
import type { Cluster } from "./cluster.ts";
import { failureOf } from "./errors.ts";
import { type Commits, committedOn } from "./group.ts";
import { byLeader, type Place } from "./offsets.ts";
import { type Batches, fetchBatches } from "./protocol/fetch.ts";
import type { Topic } from "./topic.ts";

/** Messages; a larger lag is not looked into. */
const smallLag = 10;

/** Partitions of one leader that are looked into in one poll. The others' turn comes with the next polls. */
const mostAtOnce = 100;

export interface Look extends Place {
  /** The lowest commit that stands still so near to the end. */
  readonly offset: number;
}

/** Where a look is worth its request. `now` and `before` are the commits of one group in this poll and in the last. */
export const looksOf = (
  topicOf: (name: string) => Topic | undefined,
  groups: Iterable<{ readonly now: Commits; readonly before: Commits | undefined }>,
): Look[] => {
  const looks = new Map<string, Look>();
  for (const { now, before } of groups) {
    if (before === undefined) continue;
    for (const [name, commits] of now.topics) {
      const topic = topicOf(name);
      if (topic === undefined) continue;
      for (const [index, partition] of commits.partitions.entries()) {
        const offset = commits.offsets[index] ?? Number.NaN;
        const end = topic.end[partition] ?? Number.NaN;
        // Comparisons with NaN, for what is unknown, are false.
        const isSmall = offset >= 0 && end > offset && end - offset <= smallLag;
        if (!isSmall || topic.fresh[partition] !== 1 || topic.previousEnd[partition] !== end) continue;
        if (committedOn(before.topics.get(name), partition) !== offset) continue;
        if (topic.lookedTo[partition] === end && offset >= (topic.lookedFrom[partition] ?? 0)) continue;
        const key = `${name}/${partition}`;
        const other = looks.get(key);
        if (other === undefined || offset < other.offset) looks.set(key, { topic: name, partition, offset });
      }
    }
  }
  return [...looks.values()];
};

/** Keeps what a look has found: below the end, or nothing where the batches did not reach it. */
const keep = (topic: Topic, { partition, offset }: Look, { error, reached, lastMessage }: Batches): void => {
  // A leader that moves is asked again; any other error, a missing right among them, will not go away by asking.
  if (error !== 0 && failureOf(topic.name, error).kind === "notReady") return;
  const end = topic.end[partition] ?? Number.NaN;
  topic.lookedFrom[partition] = offset;
  topic.lookedTo[partition] = end;
  topic.lastMessage[partition] =
    error === 0 && reached >= end ? Math.max(lastMessage, offset - 1) : Number.NaN;
};

export const look = async (
  cluster: Cluster,
  topicOf: (name: string) => Topic | undefined,
  looks: readonly Look[],
  signal: AbortSignal,
): Promise<void> => {
  const lookAt = async (node: number, all: readonly Look[]): Promise<void> => {
    const places = new Map(
      all.slice(0, mostAtOnce).map((place) => [`${place.topic}/${place.partition}`, place]),
    );
    const broker = await cluster.reach(node, signal);
    if (broker.kind === "failed") return;
    const call = fetchBatches([...places.values()], (name, partition, batches) => {
      const topic = topicOf(name);
      const place = places.get(`${name}/${partition}`);
      if (topic !== undefined && place !== undefined) keep(topic, place, batches);
    });
    await broker.answer.ask(call, signal);
  };
  await Promise.all([...byLeader(topicOf, looks)].map(([node, all]) => lookAt(node, all)));
};
