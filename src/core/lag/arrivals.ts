/**
 * When how much had arrived: a bounded history of a target's produced total, to tell how old a place in it is.
 *
 * At most 60 points. Of a longer history the point goes that is missed least: without it, the instants that the
 * line between its neighbours gives are wrong by little, compared with how long ago that was. So corners (the ends
 * of a burst or of a silence) stay, the newest points are dense, and a few cover a long past.
 */
import { type Instant, secondsBetween } from "../units.ts";

export interface Arrival {
  readonly at: Instant;
  /** All messages that had arrived by then, since any fixed origin. Never falls. */
  readonly produced: number;
}

/** Oldest first, instants strictly ascending. */
export type Arrivals = readonly Arrival[];

const mostPoints = 60;

/** Adds a point that is newer than all there are. */
export const addArrival = (arrivals: Arrivals, arrival: Arrival): Arrivals => {
  const longer = [...arrivals, arrival];
  if (longer.length <= mostPoints) return longer;
  let least = Number.POSITIVE_INFINITY;
  let leastNeeded = 1;
  for (let i = 1; i < longer.length - 1; i += 1) {
    const need = needOf(longer[i - 1], longer[i], longer[i + 1], arrival.at);
    if (need < least) {
      least = need;
      leastNeeded = i;
    }
  }
  longer.splice(leastNeeded, 1);
  return longer;
};

/** How wrong the instants at a point would be without it, as a share of its age. */
const needOf = (
  before: Arrival | undefined,
  point: Arrival | undefined,
  after: Arrival | undefined,
  now: Instant,
): number => {
  if (before === undefined || point === undefined || after === undefined) return Number.POSITIVE_INFINITY;
  // Amid a silence a point tells nothing.
  if (after.produced === before.produced) return 0;
  return Math.abs(point.at - passedAt(before, after, point.produced)) / (now - point.at);
};

/** When the total passed `place`, on the line between two points; never after the later one, by rounding either. */
const passedAt = (from: Arrival, to: Arrival, place: number): Instant =>
  to.produced > from.produced
    ? Math.min(to.at, from.at + ((to.at - from.at) * (place - from.produced)) / (to.produced - from.produced))
    : from.at;

/**
 * How long ago, in seconds before the last point, the message came that has `lag` messages from it to the end:
 * the age of the oldest one that waits. Undefined where that is further back than the history goes.
 */
export const secondsBehind = (arrivals: Arrivals, lag: number): number | undefined => {
  const newest = arrivals.at(-1);
  if (newest === undefined) return undefined;
  const place = newest.produced - lag;
  let later = newest;
  for (let i = arrivals.length - 2; i >= 0; i -= 1) {
    const earlier = arrivals[i];
    if (earlier === undefined) break;
    // From the right: after a silence, the next message is as old as the silence's end, not its beginning.
    if (earlier.produced <= place) return secondsBetween(passedAt(earlier, later, place), newest.at);
    later = earlier;
  }
  return undefined;
};
