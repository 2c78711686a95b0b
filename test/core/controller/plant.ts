/**
 * A modelled queue around the controller: a fluid with capacity and demand over time, producers that take up a
 * new rate at staggered refreshes, samples that are noisy and arrive late. Deterministic for a seed.
 */
import { beginTarget, stepTarget } from "../../../src/core/controller/step.ts";
import type { Decision } from "../../../src/core/decision.ts";
import { settings } from "./settings.ts";

/** Mulberry32: uniform in [0, 1). */
export const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export interface Plant {
  readonly seed: number;
  readonly pollSeconds: number;
  readonly seconds: number;
  /** Messages per second at a time in seconds. */
  readonly capacity: (t: number) => number;
  readonly demand: (t: number) => number;
  /** Noise of a reading, as a share of the messages of one poll. */
  readonly noise: number;
}

export interface Moment {
  readonly t: number;
  /** True lag in seconds of the capacity there is. */
  readonly lagSeconds: number;
  readonly admittedRate: number;
  readonly decision: Decision;
}

const step = 0.05;
const producers = 20;

export function runPlant({ seed, pollSeconds, seconds, capacity, demand, noise }: Plant): readonly Moment[] {
  const random = seeded(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
  const refresh = Math.min(5, pollSeconds);
  const held: (number | null)[] = Array.from({ length: producers }, () => null);
  const refreshAt = held.map(() => random() * refresh);
  const due: {
    at: number;
    sampledAt: number;
    lag: number;
    produced: number;
    consumed: number;
    admitted: number;
  }[] = [];
  let pollAt = random() * pollSeconds;
  let [lag, produced, consumed, attempted] = [0, 0, 0, 0];
  let { state, decision } = beginTarget("plant", settings({ pollMs: pollSeconds * 1000 }), 0);
  const moments: Moment[] = [];

  for (let index = 0; index * step < seconds; index += 1) {
    const t = index * step;
    let arrived = 0;
    for (let i = 0; i < producers; i += 1) {
      if (t >= (refreshAt[i] ?? 0)) {
        held[i] = decision.rate === null ? null : decision.rate / producers;
        refreshAt[i] = t + refresh * (0.9 + 0.1 * random());
      }
      arrived += Math.min(demand(t) / producers, held[i] ?? Number.POSITIVE_INFINITY) * step;
    }
    attempted += demand(t) * step;
    produced += arrived;
    const completed = Math.min(lag + arrived, capacity(t) * step);
    lag += arrived - completed;
    consumed += completed;

    if (t >= pollAt) {
      const spread = capacity(t) * pollSeconds * noise;
      const read = (value: number) => Math.max(0, value + gauss() * spread);
      const sample = {
        lag: read(lag),
        produced: read(produced),
        consumed: read(consumed),
        admitted: produced,
      };
      due.push({ at: t + 0.2 * pollSeconds, sampledAt: t, ...sample });
      pollAt += pollSeconds * (0.9 + 0.2 * random());
    }
    const sample = due[0];
    if (sample !== undefined && sample.at <= t) {
      due.shift();
      const observation = {
        at: sample.sampledAt * 1000,
        receivedAt: t * 1000,
        ready: sample.lag,
        unacked: 0,
        produced: sample.produced,
        consumed: sample.consumed,
        admitted: sample.admitted,
        attempted,
      };
      ({ state, decision } = stepTarget(state, { event: "observed", at: t * 1000, observation }));
    }
    if (index % 5 === 0) {
      ({ state, decision } = stepTarget(state, {
        event: "tick",
        at: t * 1000,
        admitted: produced,
        attempted,
      }));
    }
    moments.push({ t, lagSeconds: lag / capacity(t), admittedRate: arrived / step, decision });
  }
  return moments;
}
