/**
 * μ, what consumers can do, from a counter of completions.
 *
 *   busy       more than (0.5 + fa)·μ of lag at either end of an interval, and more than the noise of its readings:
 *              the counter's speed is the capacity, and the filter follows it
 *   not busy   consumers had time to spare: what they completed, admitted − lag, shows μ only from below. It is
 *              raised where that is more than a tenth above it, and else remembered, halving each day
 *   from below never seen busy, or raised in an interval that was not: μ is at least so much, and the next busy
 *              interval tells it afresh
 *
 * A counter that moves in steps is read in the middle of what it may have left unsaid, and an error within that is
 * none (cadence.ts).
 */
import { type Instant, type Rate, secondsBetween } from "../units.ts";
import {
  awaitsCommit,
  beginCadence,
  type Cadence,
  cadenceSeconds,
  catchesUp,
  stepCadence,
} from "./cadence.ts";
import { beginFilter, type CounterFilter, rebaseFilter, stepFilter } from "./filter.ts";

export interface Capacity {
  readonly filter: CounterFilter;
  /** The filter as it was before the counter came to stand still; absent while it moves. */
  readonly beforeStill?: CounterFilter | undefined;
  readonly cadence: Cadence;
  /** The counter, as it was read last. */
  readonly total: number;
  /** What is known of it is a lower bound. */
  readonly fromBelow: boolean;
  /** Intervals in which consumers were busy, so far. */
  readonly busyIntervals: number;
  /** The highest seen, halving each day: what a collapsed estimate is held against. */
  readonly peak: Rate;
}

/** What an interval between two samples says of it. */
export interface Interval {
  readonly at: Instant;
  readonly seconds: number;
  /** Since the counter was read last: more where the sample before did not tell it. */
  readonly toldSeconds: number;
  /** The counter of completions. */
  readonly consumedTotal: number;
  /** Completions by all that was read; absent: by the counter alone. */
  readonly completions?: number | undefined;
  /** Messages, at either end. */
  readonly startLag: number;
  readonly endLag: number;
  /** What a reading of lag may be off by, in messages. */
  readonly lagNoise: number;
  /** Messages let in meanwhile, and seen to arrive; undefined where that is not counted. */
  readonly admitted: number | undefined;
  readonly arrived: number | undefined;
  /** The speed of the counter whether or not consumers were busy. */
  readonly drain: Rate;
  /** Too long for the readings to be of one track. */
  readonly isGap: boolean;
  /** The total is a counter's own: it may move in steps, and does not fall. */
  readonly isCounter: boolean;
  /** What a reading may be off by at the least, of the messages of the interval. */
  readonly noiseShare: number;
}

/** Lag below this many seconds of work means time to spare. */
const busySeconds = 0.5;
const breakAt = 4;
/** A fall is believed sooner than a rise: until it is, what comes in too much has to be waited out. */
const breakDownAt = 3.25;
/** Of what a stepped counter may have left unsaid: what tells nothing, and what its readings are off by at least. */
const slackShare = 0.75;
const steppedNoise = 0.4;
const raiseAt = 1.1;
const halvingSeconds = 86_400;

export const beginCapacity = (at: Instant, consumedTotal: number): Capacity => ({
  filter: beginFilter(at, consumedTotal),
  cadence: beginCadence(at, consumedTotal),
  total: consumedTotal,
  fromBelow: true,
  busyIntervals: 0,
  peak: 0,
});

export function stepCapacity(capacity: Capacity, interval: Interval): Capacity {
  const { filter } = capacity;
  const { at, consumedTotal } = interval;
  const h = secondsBetween(filter.at, at);
  const enough = (busySeconds + filter.tolerantSeconds) * filter.v;
  const least = Math.max(1, enough, interval.lagNoise);
  const wasStill = capacity.cadence.stillSamples > 0;
  // Of a target that was never seen busy, what was done at once may have been all of it.
  const once = capacity.fromBelow && !wasStill ? consumedTotal - capacity.total : 0;
  const busy = Math.min(interval.startLag, interval.endLag) > Math.max(least, once);
  // Who stood still before work, and has done all of it since, had work all along.
  const hadWork = busy || (wasStill && interval.startLag > least);
  const cadence = stepCadence(
    capacity.cadence,
    at,
    consumedTotal,
    interval.seconds,
    hadWork && interval.isCounter && !interval.isGap,
  );
  const known = { ...capacity, cadence, total: consumedTotal };
  if (!busy) {
    // What a counter shows that stood still was done since it moved last.
    const since = wasStill ? secondsBetween(capacity.cadence.movedAt, at) : interval.toldSeconds;
    return fromSparing(
      known,
      interval,
      h,
      (consumedTotal - capacity.total - interval.lagNoise) / since,
      wasStill,
    );
  }
  if (awaitsCommit(cadence, at, interval.seconds)) return known;
  const busyIntervals = capacity.busyIntervals + 1;
  const unsaid = (Math.min(cadenceSeconds(cadence), interval.seconds) * filter.v) / 2;
  const z = (interval.completions ?? consumedTotal) + unsaid;
  if (interval.isGap) return { ...known, busyIntervals, filter: rebaseFilter(filter, at, z) };
  const scale = Math.max(filter.v, 0.1 * capacity.peak);
  const before = catchesUp(capacity.cadence, at, consumedTotal, interval.seconds)
    ? (capacity.beforeStill ?? filter)
    : filter;
  const stepped = stepFilter(capacity.fromBelow ? { ...before, n: 1, former: undefined } : before, at, z, 0, {
    noiseFloor: Math.max(interval.noiseShare * scale * h, steppedNoise * unsaid),
    breakAt,
    breakDownAt,
    slack: slackShare * unsaid,
  });
  const v = Math.max(0, stepped.v);
  return {
    ...known,
    filter: { ...stepped, v },
    beforeStill: cadence.stillSamples > 0 ? (capacity.beforeStill ?? filter) : undefined,
    fromBelow: false,
    busyIntervals,
    peak: Math.max(v, capacity.peak * 0.5 ** (h / halvingSeconds)),
  };
}

/**
 * An interval in which consumers had time to spare. `completed`: per second, by the counter; `wasStill`: it stood
 * still before, and lag with it.
 */
function fromSparing(
  capacity: Capacity,
  interval: Interval,
  h: number,
  completed: Rate,
  wasStill: boolean,
): Capacity {
  const { filter } = capacity;
  const { at, consumedTotal, admitted, arrived, startLag, endLag, lagNoise, drain } = interval;
  const forgotten = 0.5 ** (h / halvingSeconds);
  // What was let in is counted exactly, and yet may not have been sent.
  const came = Math.min(admitted ?? 0, arrived === undefined ? Number.POSITIVE_INFINITY : arrived + lagNoise);
  const waited = Math.max(0, startLag - lagNoise);
  const left = endLag > lagNoise ? endLag : 0;
  const given = wasStill ? 0 : (came + waited - left) / interval.seconds;
  const shown = Math.max(drain, given, completed);
  const raised = shown > raiseAt * filter.v;
  const v = raised ? shown : filter.v * forgotten;
  return {
    ...capacity,
    filter: { ...rebaseFilter(filter, at, consumedTotal), v },
    fromBelow: capacity.fromBelow || raised,
    peak: Math.max(v, capacity.peak * forgotten),
  };
}
