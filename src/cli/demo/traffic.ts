/** The demo's two ends: a consumer whose pace changes, and producers that pace themselves through the HTTP API. */
import { setTimeout as sleep } from "node:timers/promises";
import type { MemoryQueue } from "../../adapters/memory/queue.ts";

/** Messages that one step of work takes: few timers, and still a smooth flow. */
const stepMs = 20;

/** Completes messages at the rate that `rateAt` says (messages per second), until the signal aborts. */
export async function consume(queue: MemoryQueue, rateNow: () => number, signal: AbortSignal): Promise<void> {
  const detach = queue.attach();
  let due = 0;
  let last = performance.now();
  while (!signal.aborted) {
    await sleep(stepMs, undefined, { signal }).catch(() => {});
    const now = performance.now();
    due += (rateNow() * (now - last)) / 1000;
    last = now;
    for (; due >= 1; due -= 1) {
      const delivery = queue.take();
      if (delivery === undefined) {
        // Idle time is not saved up for later.
        due = 0;
        break;
      }
      delivery.ack();
    }
  }
  detach();
}

export interface Producer {
  readonly name: string;
  /** Messages per second that it has to send. */
  readonly wants: number;
}

export interface ProducerCounts {
  sent: number;
}

const batch = 5;
const unansweredWaitMs = 500;

/**
 * Sends in small batches, asking before each, as a producer in any language would: 200 says go (after
 * `delayMs`), anything else how long to stay away. What it could not send in time is not made up for later.
 */
export async function produce(
  { name, wants }: Producer,
  url: string,
  queue: MemoryQueue,
  counts: ProducerCounts,
  signal: AbortSignal,
): Promise<void> {
  const ask = `${url}/v1/throttle/orders?producer=${name}&cost=${batch}`;
  const periodMs = (1000 * batch) / wants;
  let next = performance.now();
  const wait = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});
  while (!signal.aborted) {
    next = Math.max(next + periodMs, performance.now() - periodMs);
    await wait(Math.max(0, next - performance.now()));
    try {
      const response = await fetch(ask, { signal });
      const answer: { delayMs?: number; retryAfterMs?: number } = JSON.parse(await response.text());
      if (response.ok) {
        await wait(answer.delayMs ?? 0);
        for (let i = 0; i < batch; i += 1) if (queue.publish("order")) counts.sent += 1;
      } else {
        await wait(answer.retryAfterMs ?? 1000);
      }
    } catch {
      if (signal.aborted) return;
      await wait(unansweredWaitMs);
    }
  }
}
