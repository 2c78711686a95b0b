/**
 * The embedded broker: queues in this process, for the demo, for trying things out and as the model of a
 * source. A queue counts what arrived and what was completed; messages are payloads in order.
 */
import type { Clock } from "../../core/ports.ts";
import type { Instant } from "../../core/units.ts";

interface Message {
  readonly payload: string;
  readonly arrivedAt: Instant;
}

/** What a queue can say of itself at one instant. */
export interface QueueCounts {
  readonly ready: number;
  readonly unacked: number;
  readonly produced: number;
  readonly consumed: number;
  readonly consumers: number;
  readonly oldestArrivedAt: Instant | undefined;
}

export interface Delivery {
  readonly payload: string;
  /** Completes the message; only the first call counts. */
  ack(): void;
  /** Puts it back at the head of the line; only the first call of either counts. */
  requeue(): void;
}

export interface MemoryQueue {
  /** False where the queue is full: the message was not taken. */
  publish(payload: string): boolean;
  take(): Delivery | undefined;
  /** Says that a consumer is there, until the returned function is called. */
  attach(): () => void;
  counts(): QueueCounts;
}

/** A queue is bounded; beyond this `publish` answers false and the caller keeps the message. */
export const queueLimit = 1_000_000;

export function createQueue(clock: Clock, limit = queueLimit): MemoryQueue {
  const line: Message[] = [];
  let head = 0;
  let produced = 0;
  let consumed = 0;
  let unacked = 0;
  let consumers = 0;
  const returned: Message[] = [];

  const next = (): Message | undefined => {
    const back = returned.pop();
    if (back !== undefined) return back;
    const message = line[head];
    if (message === undefined) return undefined;
    head += 1;
    // The taken head is dropped in blocks, so that taking stays cheap and memory is given back.
    if (head >= 1024 && head * 2 >= line.length) {
      line.splice(0, head);
      head = 0;
    }
    return message;
  };
  const ready = () => line.length - head + returned.length;

  return {
    publish(payload) {
      if (ready() + unacked >= limit) return false;
      line.push({ payload, arrivedAt: clock() });
      produced += 1;
      return true;
    },
    take() {
      const message = next();
      if (message === undefined) return undefined;
      unacked += 1;
      let open = true;
      const settle = (): boolean => {
        const first = open;
        if (first) unacked -= 1;
        open = false;
        return first;
      };
      return {
        payload: message.payload,
        ack: () => {
          if (settle()) consumed += 1;
        },
        requeue: () => {
          if (settle()) returned.push(message);
        },
      };
    },
    attach() {
      consumers += 1;
      let attached = true;
      return () => {
        if (attached) consumers -= 1;
        attached = false;
      };
    },
    counts: () => ({
      ready: ready(),
      unacked,
      produced,
      consumed,
      consumers,
      oldestArrivedAt: (returned.at(-1) ?? line[head])?.arrivedAt,
    }),
  };
}

/** The queues of one embedded broker, by name; a name that is asked for the first time becomes a queue. */
export interface MemoryBroker {
  queue(name: string): MemoryQueue;
  find(name: string): MemoryQueue | undefined;
  remove(name: string): void;
}

export function createMemoryBroker(clock: Clock): MemoryBroker {
  const queues = new Map<string, MemoryQueue>();
  return {
    queue(name) {
      const queue = queues.get(name) ?? createQueue(clock);
      queues.set(name, queue);
      return queue;
    },
    find: (name) => queues.get(name),
    remove: (name) => {
      queues.delete(name);
    },
  };
}
