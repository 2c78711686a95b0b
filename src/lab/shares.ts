/** What each tenant wanted and had, refresh by refresh, and how fair that was. */
import { priorities } from "../core/sharing/priorities.ts";
import type { Claim, Population } from "./population.ts";

export interface Shares {
  readonly intervalSeconds: number;
  readonly claims: readonly Claim[];
  /** By tenant and interval, in messages. */
  readonly wanted: readonly Float64Array[];
  readonly admitted: readonly Float64Array[];
}

export function beginShares({ claims }: Population, seconds: number, intervalSeconds: number): Shares {
  const intervals = Math.ceil(seconds / intervalSeconds) + 1;
  const empty = () => claims.map(() => new Float64Array(intervals));
  return { intervalSeconds, claims, wanted: empty(), admitted: empty() };
}

/** Jain's index: (Σx)² / (n·Σx²); 1 where all have the same, 1/n where one has all. */
export function jain(values: readonly number[]): number {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return squares === 0 ? 1 : (sum * sum) / (values.length * squares);
}

export interface Fairness {
  /** Of what each tenant had, over what it should have had of all that was admitted. */
  readonly jain: number;
  /** At the end of so many refreshes the index of the last one was at least `fairAt`; Infinity: of none. */
  readonly fairRefreshes: number;
  /** What the highest class wanted and was not admitted. */
  readonly topHeldBackPercent: number;
}

const fairAt = 0.98;

/** Between two instants in seconds. */
export function fairness(
  { intervalSeconds, claims, wanted, admitted }: Shares,
  from: number,
  to: number,
): Fairness {
  const first = Math.ceil(from / intervalSeconds);
  const last = Math.floor(to / intervalSeconds);
  const between = (values: readonly Float64Array[], begin: number, end: number): readonly number[] =>
    values.map((one) => one.subarray(begin, end).reduce((sum, value) => sum + value, 0));
  const indexOver = (begin: number, end: number): number => {
    const had = between(admitted, begin, end);
    const due = fairParts(claims, between(wanted, begin, end), sum(had));
    return jain(had.flatMap((value, index) => ((due[index] ?? 0) > 0 ? value / (due[index] ?? 1) : [])));
  };
  let fair = first;
  while (fair < last && indexOver(fair, fair + 1) < fairAt) fair += 1;
  const isTop = (_: number, index: number) => claims[index]?.priority === priorities[0];
  const topWanted = sum(between(wanted, first, last).filter(isTop));
  const topHad = sum(between(admitted, first, last).filter(isTop));
  return {
    jain: indexOver(first, last),
    fairRefreshes: fair >= last ? Number.POSITIVE_INFINITY : fair + 1 - first,
    topHeldBackPercent: topWanted === 0 ? Number.NaN : 100 * (1 - topHad / topWanted),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * What each should have of `total`: class by class, and within one in proportion to weights, nobody more than it
 * wants. Poured in by hand, class after class, so that the core's own arithmetic is not its own judge.
 */
export function fairParts(
  claims: readonly Claim[],
  wanted: readonly number[],
  total: number,
): readonly number[] {
  const parts = claims.map(() => 0);
  const missing = (index: number): number => (wanted[index] ?? 0) - (parts[index] ?? 0);
  let left = total;
  for (const priority of priorities) {
    let open = claims.flatMap((claim, index) => (claim.priority === priority ? [index] : []));
    while (open.length > 0 && left > 1e-9) {
      const weights = sum(open.map((index) => claims[index]?.weight ?? 0));
      const level = left / weights;
      const filled = open.filter((index) => missing(index) <= level * (claims[index]?.weight ?? 0));
      const pour = filled.length > 0 ? filled : open;
      for (const index of pour) {
        const amount = filled.length > 0 ? missing(index) : level * (claims[index]?.weight ?? 0);
        parts[index] = (parts[index] ?? 0) + amount;
        left -= amount;
      }
      if (filled.length === 0) return parts;
      open = open.filter((index) => !filled.includes(index));
    }
  }
  return parts;
}
