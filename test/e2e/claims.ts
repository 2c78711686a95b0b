/** Producers that claim a share over HTTP, for the runs on real Kafka: one that asks each time, one that leases. */
import { setTimeout as sleep } from "node:timers/promises";
import { pacer } from "./traffic.ts";

export interface Tally {
  attempted: number;
  admitted: number;
  refused: number;
}

export interface Claiming {
  readonly url: string;
  readonly gate: string;
  readonly tenant: string;
  readonly priority: string;
  /** Messages per second that it has to send. */
  readonly wants: number;
  /** Sends so many messages; resolves when the broker has confirmed them. */
  readonly send: (count: number) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Claimed {
  readonly tally: Tally;
  readonly done: Promise<void>;
}

/** Asks before each batch. Without `heeds` it asks again at its own pace, whatever it was told on a refusal. */
export function askingProducer(
  options: Claiming & { readonly heeds: boolean; readonly batch?: number },
): Claimed {
  const { url, gate, tenant, priority, wants, send, signal, heeds, batch = 15 } = options;
  const tally = { attempted: 0, admitted: 0, refused: 0 };
  const ask = `${url}/v1/throttle/${gate}?tenant=${tenant}&priority=${priority}&cost=${batch}`;
  const slot = pacer(() => wants / batch);
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});
  const once = async () => {
    tally.attempted += batch;
    const response = await fetch(ask, { signal });
    const answer: { delayMs?: number; retryAfterMs?: number } = JSON.parse(await response.text());
    if (!response.ok) {
      tally.refused += batch;
      if (heeds) await pause(answer.retryAfterMs ?? 1000);
      return;
    }
    tally.admitted += batch;
    await pause(answer.delayMs ?? 0);
    await send(batch);
  };
  const go = async () => {
    while (!signal.aborted) {
      await slot();
      await once().catch(() => pause(500));
    }
  };
  // Several at a time, for whoever heeds nothing waits for no answer either.
  const done = Promise.all(Array.from({ length: heeds ? 1 : 8 }, go)).then(() => {});
  return { tally, done };
}

interface Lease {
  readonly rate: number | null;
  readonly refreshMs: number;
  readonly ttlMs: number;
  readonly safeRate: number | null;
}

export interface Leased extends Claimed {
  /** Messages per second that it goes by now, and whether that is its safe rate: its lease has expired. */
  pace(): { readonly rate: number; readonly safe: boolean };
}

/** Paces itself by its lease, and by the safe rate it was told once that has expired. */
export function leasingProducer(options: Claiming & { readonly producer: string }): Leased {
  const { url, gate, tenant, priority, wants, send, signal, producer } = options;
  const tally = { attempted: 0, admitted: 0, refused: 0 };
  const batch = 5;
  const began = performance.now();
  let rate = 0;
  let safeRate = 0;
  let expiresAt = began;
  const pace = () => (performance.now() < expiresAt ? { rate, safe: false } : { rate: safeRate, safe: true });
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});

  const renew = async (): Promise<number> => {
    tally.attempted = Math.max(tally.admitted, Math.round((wants * (performance.now() - began)) / 1000));
    const { attempted, admitted } = tally;
    // What has expired it has no more.
    const has = pace().safe ? {} : { has: rate };
    const lease = { target: gate, tenant, priority, ...has, attempted, admitted };
    const response = await fetch(`${url}/v1/leases`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ producer, epoch: "1", leases: [lease] }),
      signal,
    });
    const { leases }: { leases: readonly Lease[] } = JSON.parse(await response.text());
    const [granted] = leases;
    if (!response.ok || granted === undefined) throw new Error(`no lease: ${response.status}`);
    rate = Math.min(granted.rate ?? wants, wants);
    safeRate = Math.min(granted.safeRate ?? wants, wants);
    expiresAt = performance.now() + granted.ttlMs;
    return granted.refreshMs;
  };
  const keep = async () => {
    while (!signal.aborted) await pause(await renew().catch(() => 500));
  };
  const work = async () => {
    let due = 0;
    let last = performance.now();
    while (!signal.aborted) {
      await pause(10);
      const now = performance.now();
      // A message at least may always be due; a hiccup is made up for within the burst.
      const going = pace().rate;
      due = Math.min(due + (going * (now - last)) / 1000, Math.max(batch, 0.1 * going + batch));
      last = now;
      for (; due >= batch; due -= batch) {
        tally.admitted += batch;
        await send(batch).catch(() => {});
      }
    }
    await fetch(`${url}/v1/leases/${producer}`, { method: "DELETE" }).catch(() => {});
  };
  return { tally, pace, done: Promise.all([keep(), work()]).then(() => {}) };
}
