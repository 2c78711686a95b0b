/** The embedded broker as a source: the port in its simplest form. */
import type { Answer, Clock, Source } from "../../core/ports.ts";
import type { MemoryBroker, QueueCounts } from "./queue.ts";

export function createMemorySource(broker: MemoryBroker, clock: Clock): Source {
  const answer = (name: string | undefined): Answer => {
    const queue = name === undefined ? undefined : broker.find(name);
    return queue === undefined
      ? { kind: "failed", failure: { kind: "notFound", message: `there is no queue "${name}"` } }
      : { kind: "observed", observation: observe(queue.counts(), clock()) };
  };
  return {
    poll: async (watches) => ({
      answers: new Map(watches.map(({ target, queue }) => [target, answer(queue)])),
      requests: new Map([["counts", watches.length]]),
    }),
    stop: async () => {},
  };
}

const observe = (counts: QueueCounts, at: number) => ({
  at,
  receivedAt: at,
  ready: counts.ready,
  unacked: counts.unacked,
  produced: counts.produced,
  consumed: counts.consumed,
  consumers: counts.consumers,
  ...(counts.oldestArrivedAt !== undefined && { oldestAgeMs: at - counts.oldestArrivedAt }),
});
