/**
 * What is known of a target's lag, from one observation to the next: the sum over its parts, or the counts of its
 * one queue; totals that never fall; and the short histories that seconds and trend are read from.
 *
 * A sum says how many parts it covers. A part that was not read counts with its last lag; where there are as many
 * of those as of parts that were, the sum is stale. A part that has no lag to tell (no commit) is left out. Both
 * make the sum approximate.
 */
import type { PartAssessment } from "../assessment.ts";
import {
  type GroupState,
  type Observation,
  type PartObservation,
  type Quality,
  type Reading,
  unknown,
  type Value,
  worse,
} from "../observation.ts";
import type { Instant } from "../units.ts";
import { type Arrivals, addArrival } from "./arrivals.ts";
import { countOf, countReading, currentCountOf } from "./count.ts";
import { assessPart, type PartState } from "./part.ts";
import { type LagPoint, mostLagPoints } from "./trend.ts";

/** What the last observation amounts to. */
export interface LagSample {
  readonly at: Instant;
  readonly receivedAt: Instant;
  /** Messages. */
  readonly lag: Reading;
  /**
   * Messages that arrived, and that were completed, since the target was first watched. They never fall, and no
   * part that comes, goes or is reset makes them jump. Undefined where this observation did not tell.
   */
  readonly producedTotal: number | undefined;
  readonly consumedTotal: number | undefined;
  /** A counter began again: what it counted since the observation before is in no total. */
  readonly isReset?: true;
}

/** A running total, and the broker's own counter as it was seen last. */
interface Counter {
  readonly total: number;
  readonly seen?: number | undefined;
}

/** What one observation says of the backlog, by parts or by the counts of one queue. */
interface Backlog {
  readonly lag: Reading;
  /** Why lag is unknown or stale, for people; undefined where it is neither. */
  readonly trouble: string | undefined;
  readonly covers: { readonly fresh: number; readonly of: number };
  /** Messages; undefined where unknown. */
  readonly held: number | undefined;
  /** Messages, since the target was first watched. */
  readonly lost: number;
  readonly produced: Counter;
  readonly consumed: Counter;
  readonly parts: readonly PartState[];
  /** Of each part, in the order of `parts`. */
  readonly assessments: readonly PartAssessment[];
}

/** Plain data. Begun by `beginLag`, moved by `stepLag`. */
export interface LagState extends Backlog {
  /** Undefined before the first observation. */
  readonly sample: LagSample | undefined;
  readonly delayed: number | undefined;
  /** What the broker keeps; undefined where it sets no such limit, or never told. */
  readonly retentionMs: number | undefined;
  readonly retentionMessages: number | undefined;
  /** Of the last observation. */
  readonly oldestAgeMs: number | undefined;
  readonly consumers: number | undefined;
  readonly groupState: GroupState;
  readonly arrivals: Arrivals;
  /** The last samples whose lag was neither unknown nor stale, oldest first. */
  readonly points: readonly LagPoint[];
}

export const beginLag = (): LagState => ({
  sample: undefined,
  lag: unknown,
  trouble: "it was not observed yet",
  covers: { fresh: 0, of: 0 },
  held: undefined,
  delayed: undefined,
  retentionMs: undefined,
  retentionMessages: undefined,
  oldestAgeMs: undefined,
  lost: 0,
  produced: { total: 0 },
  consumed: { total: 0 },
  consumers: undefined,
  groupState: "unknown",
  parts: [],
  assessments: [],
  arrivals: [],
  points: [],
});

/** The state after an observation; the same object where that is not newer than the last, which changes nothing. */
export const stepLag = (state: LagState, observation: Observation): LagState => {
  const { at, receivedAt, parts } = observation;
  if (!(at > (state.sample?.at ?? Number.NEGATIVE_INFINITY))) return state;
  const backlog = parts === undefined ? queueBacklog(state, observation) : partsBacklog(state, parts);
  const { lag } = backlog;
  const current = currentOf(lag);
  const told = (value: Value | undefined) => (parts ? current : currentCountOf(value)) !== undefined;
  const produced = told(observation.produced) ? backlog.produced.total : undefined;
  const consumed = told(observation.consumed) ? backlog.consumed.total : undefined;
  const isReset =
    hasBegunAgain(state.produced, backlog.produced) || hasBegunAgain(state.consumed, backlog.consumed);
  return {
    ...backlog,
    sample: {
      at,
      receivedAt,
      lag,
      producedTotal: produced,
      consumedTotal: consumed,
      ...(isReset && { isReset }),
    },
    delayed: countOf(observation.delayed),
    // Asked for less often than lag.
    retentionMs: limitOf(observation.retentionMs) ?? state.retentionMs,
    retentionMessages: limitOf(observation.retentionMessages) ?? state.retentionMessages,
    oldestAgeMs: currentCountOf(observation.oldestAgeMs),
    consumers: countOf(observation.consumers),
    groupState: observation.groupState ?? "unknown",
    arrivals: produced === undefined ? state.arrivals : addArrival(state.arrivals, { at, produced }),
    points:
      current === undefined
        ? state.points
        : [...state.points.slice(1 - mostLagPoints), { at, lag: current, produced, consumed }],
  };
};

/** A limit of nothing, or none, is no limit. */
const limitOf = (limit: number | undefined): number | undefined =>
  limit !== undefined && limit > 0 && Number.isFinite(limit) ? limit : undefined;

/** The value, where this observation itself told it. */
const currentOf = (reading: Reading): number | undefined =>
  reading.quality === "unknown" || reading.quality === "stale" ? undefined : reading.value;

/** Ready and unacked together; where either is unknown, so is the sum. */
const queueBacklog = (state: LagState, observation: Observation): Backlog => {
  const ready = countReading(observation.ready);
  const unacked = countReading(observation.unacked);
  const lag = sum(ready, unacked);
  return {
    lag,
    trouble:
      lag.quality === "unknown"
        ? `how many of its messages are ${ready.quality === "unknown" ? "ready" : "unacked"} is unknown`
        : lag.quality === "stale"
          ? "its counts are old"
          : undefined,
    covers: { fresh: currentOf(lag) === undefined ? 0 : 1, of: 1 },
    held: undefined,
    lost: state.lost,
    produced: count(state.produced, observation.produced),
    consumed: count(state.consumed, observation.consumed),
    parts: [],
    assessments: [],
  };
};

const sum = (a: Reading, b: Reading): Reading => {
  const quality = worse(a.quality, b.quality);
  return quality === "unknown" || a.quality === "unknown" || b.quality === "unknown"
    ? unknown
    : { quality, value: a.value + b.value };
};

/** Goes on by what the broker's counter rose; one that fell was reset, and goes on from where it is now. */
const count = (counter: Counter, value: Value | undefined): Counter => {
  const seen = currentCountOf(value);
  if (seen === undefined) return counter;
  return { total: counter.total + Math.max(0, seen - (counter.seen ?? seen)), seen };
};

/** One that falls by less may be a rough count. */
const hasBegunAgain = (before: Counter, now: Counter): boolean =>
  before.seen !== undefined && now.seen !== undefined && now.seen < before.seen / 2;

const partsBacklog = (state: LagState, observed: readonly PartObservation[]): Backlog => {
  const before = finder(state.parts);
  const parts: PartState[] = [];
  const assessments: PartAssessment[] = [];
  const tally: Record<Quality, number> = { fresh: 0, approximate: 0, stale: 0, unknown: 0 };
  let lag = 0;
  let held: number | undefined;
  let unread = 0;
  let { lost } = state;
  let produced = state.produced.total;
  let consumed = state.consumed.total;
  for (const [index, part] of observed.entries()) {
    const step = assessPart(before(part.part, index), part);
    const { assessment } = step.state;
    parts.push(step.state);
    assessments.push(assessment);
    tally[assessment.quality] += 1;
    lag += assessment.lag ?? 0;
    if (assessment.held !== undefined) held = (held ?? 0) + assessment.held;
    if (!step.read) unread += 1;
    lost += step.lost;
    produced += step.produced;
    consumed += step.consumed;
  }
  const of = parts.length;
  const fresh = tally.fresh + tally.approximate;
  const quality: Quality =
    tally.unknown === of
      ? "unknown"
      : unread >= Math.max(1, fresh)
        ? "stale"
        : tally.fresh === of
          ? "fresh"
          : "approximate";
  return {
    lag: quality === "unknown" ? unknown : { quality, value: lag },
    trouble:
      quality === "fresh" || quality === "approximate"
        ? undefined
        : of === 0
          ? "it has no parts"
          : unread > 0
            ? `${unread} of its ${of} parts could not be read`
            : `no commit of the group lies within any of its ${of} parts`,
    covers: { fresh, of },
    held,
    lost,
    produced: { total: produced },
    consumed: { total: consumed },
    parts,
    assessments,
  };
};

/** Finds a part's last state: at the same place as before, as a rule, and else by its name. */
const finder = (parts: readonly PartState[]) => {
  let byName: Map<string, PartState> | undefined;
  return (name: string, index: number): PartState | undefined => {
    const same = parts[index];
    if (same?.assessment.part === name) return same;
    byName ??= new Map(parts.map((part) => [part.assessment.part, part]));
    return byName.get(name);
  };
};
