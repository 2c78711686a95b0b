/**
 * A counter filter: tells position and speed of a running total from noisy, unevenly spaced readings.
 *
 *   e = z − (x + u + v·h), less the slack        the surprise of reading z after h seconds and known input u
 *   s² ← s² + m·(min((e − e₋)²/2, 9s²) − s²)     its noise, from successive differences: an error that persists is
 *   p² ← p² + m·(min(e², 9s²) − p²)              tracking, not noise; it is in p alone. m = max(0.05, 1/readings)
 *   s = max(√s², floor, fa·v/3)
 *   n ≥ 3 and |e| > breakAt·s:  x = z, v += e/h, n = 1      a break: the speed has changed, start afresh; a fall
 *                               may have its own breakAt
 *   else, with ρ = (p² − s²)/p²:
 *     g ← clamp(g·exp(0.2·(ρ − 0.1)), 0.05, 0.4)
 *     α = max(1 − (1−g)², 2(2n−1)/(n(n+1)))      a growing memory after each break (least squares over n
 *     β = max(g²,         6/(n(n+1)))            readings), fading at a rate set by g
 *     x = predicted + α·e,  v += β·e/h
 *
 * ρ is the correlation of one surprise with the next. It is 0 where the gain is right, above it where the filter
 * lags behind, below it where it follows noise: so g finds its place between a steady speed (0.05) and one that
 * wanders, and nobody tunes it.
 *
 * Slack. A counter that moves in steps is off by as much as it may have left unsaid. A surprise within the slack
 * tells nothing, one beyond it only what is beyond, and the gain stays at 0.1.
 *
 * False breaks. A pause, a commit that came late, one more that came early look like a change of speed, and are
 * none. So the old track is kept for three readings. Where a reading returns to it, to within 0.35 of the largest
 * error it had, or the next interval repeats the old speed, the break is taken back, and the tolerance
 * fa = max(fa, min(2h, largest error / old speed)), in seconds, decaying over half an hour, keeps the next one of
 * its size from being a break at all; 0.35 of it is slack.
 *
 * α and β are those of the critically damped g-h filter and of its expanding-memory start (Brookner, Tracking and
 * Kalman Filtering Made Easy, 1998, chapters 1 and 3); that a filter's surprises are white where its gain is right,
 * and how to use it, is Mehra's (On the identification of variances and adaptive Kalman filtering, 1970).
 */
import { clamp, type Instant, type Rate, secondsBetween } from "../units.ts";

export interface CounterFilter {
  readonly at: Instant;
  /** Position: the total, smoothed. */
  readonly x: number;
  /** Speed, per second, beside the known input. */
  readonly v: Rate;
  /** Readings since the last break. */
  readonly n: number;
  /** Readings behind the noise. */
  readonly readings: number;
  /** s², the noise of a reading. */
  readonly variance: number;
  /** p², the mean square of the surprises. */
  readonly power: number;
  readonly lastSurprise: number;
  /** g: how much a reading is worth. */
  readonly gain: number;
  /** fa: as many seconds of work are no break; learned from breaks that were none. */
  readonly tolerantSeconds: number;
  /** The track that the last break left, while that may still be taken back. */
  readonly former?: Former | undefined;
}

interface Former {
  readonly x: number;
  readonly v: Rate;
  readonly n: number;
  /** Readings for which it is kept. */
  readonly left: number;
  readonly largestError: number;
  /** The last reading itself. */
  readonly z: number;
}

export interface Tuning {
  /** What a reading may be off by at the least, in messages. */
  readonly noiseFloor: number;
  /** How many times its usual size a surprise is a break. */
  readonly breakAt: number;
  /** The same for a surprise downwards; absent: as upwards. */
  readonly breakDownAt?: number;
  /** A surprise of so much tells nothing, in messages. */
  readonly slack?: number;
}

/** A reading of a message count is never better than this, in messages. */
const countNoise = 1;
const leastMemory = 0.05;
const leastGain = 0.05;
const mostGain = 0.4;
const firstGain = 0.2;
const steppedGain = 0.1;
const gainPace = 0.2;
/** A little below what is right, since nothing is lost where the speed is steady. */
const calmness = 0.1;
const keptReadings = 3;
const returnShare = 0.35;
const toleranceSlack = 0.35;
const forgetSeconds = 1800;

export const beginFilter = (at: Instant, z: number): CounterFilter => ({
  at,
  x: z,
  v: 0,
  n: 1,
  readings: 0,
  variance: 0,
  power: 0,
  lastSurprise: 0,
  gain: firstGain,
  tolerantSeconds: 0,
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
  const tolerantSeconds = filter.tolerantSeconds * Math.exp(-h / forgetSeconds);
  const resumed = takeBack(filter, at, z, input, h, tolerantSeconds);
  if (resumed !== undefined) return resumed;

  const predicted = filter.x + input + filter.v * h;
  const tolerance = tolerantSeconds * Math.abs(filter.v);
  const slack = tuning.slack ?? 0;
  const e = beyond(z - predicted, Math.max(slack, toleranceSlack * tolerance));
  const s = Math.max(Math.sqrt(filter.variance), tuning.noiseFloor, countNoise, tolerance / 3);
  // The first surprise after a start or a break is the speed that was not known yet: it tells no noise.
  const learns = filter.n > 1;
  const readings = filter.readings + (learns ? 1 : 0);
  const memory = learns ? Math.max(leastMemory, 1 / readings) : 0;
  const most = 9 * s ** 2;
  const variance =
    filter.variance + memory * (Math.min((e - filter.lastSurprise) ** 2 / 2, most) - filter.variance);

  if (filter.n >= 3 && (e > tuning.breakAt * s || -e > (tuning.breakDownAt ?? tuning.breakAt) * s)) {
    const former: Former = {
      x: predicted,
      v: filter.v,
      n: filter.n,
      left: keptReadings,
      largestError: Math.abs(e),
      z,
    };
    const v = filter.v + e / h;
    return {
      ...filter,
      at,
      x: z,
      v,
      n: 1,
      readings,
      variance,
      power: variance,
      lastSurprise: 0,
      tolerantSeconds,
      former,
    };
  }
  const n = filter.n + 1;
  const power = filter.power + memory * (Math.min(e ** 2, most) - filter.power);
  const correlation = (power - variance) / Math.max(power, variance, tuning.noiseFloor ** 2 / 10, countNoise);
  const gain = clamp(
    filter.gain * Math.exp(gainPace * clamp(correlation - calmness, -1, 1)),
    leastGain,
    mostGain,
  );
  const g = slack > 0 ? steppedGain : gain;
  const alpha = Math.min(1, Math.max(1 - (1 - g) ** 2, (2 * (2 * n - 1)) / (n * (n + 1))));
  const beta = Math.max(g ** 2, 6 / (n * (n + 1)));
  return {
    at,
    x: predicted + alpha * e,
    v: filter.v + (beta * e) / h,
    n,
    readings,
    variance,
    power,
    lastSurprise: e,
    gain: g,
    tolerantSeconds,
    former: follow(filter.former, z, input, h),
  };
}

/** What of an error is beyond the slack. */
const beyond = (error: number, slack: number): number =>
  Math.sign(error) * Math.max(0, Math.abs(error) - slack);

/** The old track one reading on; undefined once it was kept long enough. */
function follow(former: Former | undefined, z: number, input: number, h: number): Former | undefined {
  if (former === undefined || former.left <= 1) return undefined;
  const x = former.x + input + former.v * h;
  const largestError = Math.max(former.largestError, Math.abs(z - x));
  return { ...former, x, z, left: former.left - 1, largestError };
}

/** The old track, where the reading shows that the last break was none. */
function takeBack(
  filter: CounterFilter,
  at: Instant,
  z: number,
  input: number,
  h: number,
  tolerantSeconds: number,
): CounterFilter | undefined {
  const { former } = filter;
  if (former === undefined) return undefined;
  const near = returnShare * former.largestError;
  const x = former.x + input + former.v * h;
  const returned = Math.abs(z - x) <= near;
  const repeated = former.left === keptReadings && Math.abs(z - former.z - input - former.v * h) <= near;
  if (!returned && !repeated) return undefined;
  const falseSeconds =
    former.v > 0 ? Math.min(2 * h, Math.max(former.largestError, Math.abs(z - x)) / former.v) : 0;
  return {
    ...filter,
    at,
    x: returned ? x : z,
    v: former.v,
    n: former.n,
    lastSurprise: 0,
    tolerantSeconds: Math.max(tolerantSeconds, falseSeconds),
    former: undefined,
  };
}

/** The track goes on to `at` without a reading; `input` as above. */
export function awaitReading(filter: CounterFilter, at: Instant, input: number): CounterFilter {
  const h = secondsBetween(filter.at, at);
  const { former } = filter;
  const moved = former === undefined ? 0 : input + former.v * h;
  return {
    ...filter,
    at,
    x: filter.x + input + filter.v * h,
    former: former && { ...former, x: former.x + moved, z: former.z + moved },
  };
}

/** The same track from a new origin: after a reset of the counter, or a gap too long to speak of noise. */
export const rebaseFilter = (filter: CounterFilter, at: Instant, z: number): CounterFilter => ({
  ...filter,
  at,
  x: z,
  lastSurprise: 0,
  former: undefined,
});

/** Where the total is at `at`, given the speed alone. */
export const positionAt = (filter: CounterFilter, at: Instant): number =>
  filter.x + filter.v * secondsBetween(filter.at, at);
