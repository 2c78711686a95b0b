/**
 * A counter filter: tells position and speed of a running total from noisy, unevenly spaced readings.
 *
 *   e = z − (x + u + v·h)                        the surprise of reading z after h seconds and known input u
 *   s = max(√s², floor)                          its usual size; s² from successive differences, so that
 *   s² ← 0.9·s² + 0.1·min((e − e₋)²/2, 9s²)      an error that persists (tracking) does not count as noise
 *   n ≥ 3 and |e| > breakAt·s:  x = z, v += e/h, n = 1      a break: the speed has changed, start afresh
 *   else, with g = clamp(0.8·(tol/s)², 0.1, 0.4):
 *     α = max(1 − (1−g)², 2(2n−1)/(n(n+1)))      a growing memory after each break (least squares over n
 *     β = max(g²,         6/(n(n+1)))            readings), fading at a rate set by the noise
 *     x = predicted + α·e,  v += β·e/h
 *
 * α and β are those of the critically damped g-h filter and of its expanding-memory start (Brookner,
 * Tracking and Kalman Filtering Made Easy, 1998, chapters 1 and 3).
 */
import { clamp, type Instant, secondsBetween } from "../units.ts";

export interface CounterFilter {
  readonly at: Instant;
  /** Position: the total, smoothed. */
  readonly x: number;
  /** Speed, per second, beside the known input. */
  readonly v: number;
  /** Readings since the last break. */
  readonly n: number;
  /** s², the noise of a reading. */
  readonly variance: number;
  readonly lastSurprise: number;
}

export interface Tuning {
  /** What error of position does not matter, in messages. */
  readonly tolerance: number;
  /** What a reading may be off by at the least, in messages. */
  readonly noiseFloor: number;
  /** How many times its usual size a surprise is a break. */
  readonly breakAt: number;
}

/** A reading of a message count is never better than this, in messages. */
const countNoise = 1;

export const beginFilter = (at: Instant, z: number, speed = 0): CounterFilter => ({
  at,
  x: z,
  v: speed,
  n: 1,
  variance: 0,
  lastSurprise: 0,
});

/** Moves the filter to the reading `z` at `at`; `input` is what is known to have been added since the last one. */
export function stepFilter(
  filter: CounterFilter,
  at: Instant,
  z: number,
  input: number,
  tuning: Tuning,
): CounterFilter {
  const h = secondsBetween(filter.at, at);
  if (h <= 0) return filter;
  const predicted = filter.x + input + filter.v * h;
  const e = z - predicted;
  const s = Math.max(Math.sqrt(filter.variance), tuning.noiseFloor, countNoise);
  const variance = 0.9 * filter.variance + 0.1 * Math.min((e - filter.lastSurprise) ** 2 / 2, 9 * s ** 2);

  if (filter.n >= 3 && Math.abs(e) > tuning.breakAt * s) {
    return { at, x: z, v: filter.v + e / h, n: 1, variance, lastSurprise: 0 };
  }
  const n = filter.n + 1;
  const g = clamp(0.8 * (tuning.tolerance / s) ** 2, 0.1, 0.4);
  const alpha = Math.min(1, Math.max(1 - (1 - g) ** 2, (2 * (2 * n - 1)) / (n * (n + 1))));
  const beta = Math.max(g ** 2, 6 / (n * (n + 1)));
  return { at, x: predicted + alpha * e, v: filter.v + (beta * e) / h, n, variance, lastSurprise: e };
}

/** The same track from a new origin: after a reset of the counter, or a gap too long to speak of noise. */
export const rebaseFilter = (filter: CounterFilter, at: Instant, z: number): CounterFilter => ({
  ...filter,
  at,
  x: z,
  lastSurprise: 0,
});
