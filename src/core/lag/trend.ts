/**
 * Where lag is heading: the least-squares slope over the last samples,
 *
 *   slope = Σ(t − t̄)(y − ȳ) / Σ(t − t̄)²,   error² = (Σ(y − ȳ)² − slope·Σ(t − t̄)(y − ȳ)) / ((n − 2)·Σ(t − t̄)²)
 *
 * It counts where it stands out of its own error (Student's t, one false alarm in 500), is more than 2 % of the
 * throughput, and amounts to a message. Judged over all samples kept, so that neither noise nor the sawtooth of
 * consumers that commit seldom is a trend; and, to be quick, over the newest four alone where they lead clearly
 * out of what the older ones spanned.
 */
import type { Trend } from "../assessment.ts";
import { type Instant, secondsBetween } from "../units.ts";

/** A poll that knew the lag. */
export interface LagPoint {
  readonly at: Instant;
  readonly lag: number;
  /** Totals, never falling; absent where unknown. */
  readonly produced?: number | undefined;
  readonly consumed?: number | undefined;
}

/** How many samples are worth keeping. */
export const mostLagPoints = 10;

const leastPoints = 3;
const quickPoints = 4;
/** How far out of the older samples' range, in shares of that range, the newest has to be for the quick look. */
const leadShare = 0.25;
const throughputShare = 0.02;

/** Student's t for 0.1 % on either side, by degrees of freedom from 1 on. */
const studentT = [318.3, 22.33, 10.21, 7.173, 5.893, 5.208, 4.785, 4.501] as const;

/** `points` are oldest first, at most `mostLagPoints`. */
export const trendOf = (points: readonly LagPoint[]): Trend => {
  if (points.length < leastPoints) return "unknown";
  const quick = slopeSign(points.slice(-quickPoints));
  const sign = quick !== 0 && leads(points, quick) ? quick : slopeSign(points);
  return sign > 0 ? "rising" : sign < 0 ? "falling" : "steady";
};

/** Messages per second that pass through: the greater of what came and what was completed. */
const throughputOf = (first: LagPoint, last: LagPoint, seconds: number): number => {
  const moved = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined ? 0 : to - from;
  return Math.max(moved(first.produced, last.produced), moved(first.consumed, last.consumed)) / seconds;
};

/** -1, 0 or 1. */
const slopeSign = (points: readonly LagPoint[]): number => {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return 0;
  const span = secondsBetween(first.at, last.at);
  const n = points.length;
  let meanT = 0;
  let meanY = 0;
  for (const { at, lag } of points) {
    meanT += secondsBetween(first.at, at) / n;
    meanY += lag / n;
  }
  let tt = 0;
  let ty = 0;
  let yy = 0;
  for (const { at, lag } of points) {
    const t = secondsBetween(first.at, at) - meanT;
    tt += t * t;
    ty += t * (lag - meanY);
    yy += (lag - meanY) ** 2;
  }
  const slope = ty / tt;
  const error = Math.sqrt(Math.max(0, yy - slope * ty) / ((n - 2) * tt));
  const t = studentT[Math.min(n - 2, studentT.length) - 1] ?? 0;
  const size = Math.abs(slope);
  const counts =
    size > t * error && size > throughputShare * throughputOf(first, last, span) && size * span >= 1;
  return counts ? Math.sign(slope) : 0;
};

const leads = (points: readonly LagPoint[], sign: number): boolean => {
  const older = points.slice(0, -quickPoints).map(({ lag }) => lag);
  const newest = points.at(-1)?.lag ?? 0;
  const lowest = Math.min(...older);
  const highest = Math.max(...older);
  const margin = leadShare * (highest - lowest);
  return older.length === 0 || (sign > 0 ? newest > highest + margin : newest < lowest - margin);
};
