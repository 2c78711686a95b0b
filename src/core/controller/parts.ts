/**
 * The pace of each part, for `signal: worstPart`: what its consumers complete, what arrives in it, and how far it is
 * behind in time. A part's counters are coarse (a commit every few seconds moves them), so both paces are means that
 * fade over τ = max(20 s, 4 polls):
 *
 *   drain   v ← v + w·(completed/h − v), over intervals with lag at either end; over others it may only rise
 *   inflow  likewise, over all intervals;   w = max(1 − e^(−h/τ), h/time watched)
 *   lag in seconds = lag / drain
 *
 * The slowest part drives the law. Of what is let in it gets its share p of all arrivals, so
 *
 *   L̂ = lag + p·admitted since − (drain − p·λx)·elapsed
 *   R = (drain − p·λx + (S*·drain − L̂)/Tc) / p
 *
 * A part that gets less than a thousandth of the arrivals is not helped by throttling, and drives nothing.
 */
import type { PartAssessment } from "../assessment.ts";
import { mostSeconds } from "../lag/seconds.ts";
import type { LagState } from "../lag/target.ts";
import { type Instant, type Rate, secondsBetween } from "../units.ts";
import type { Delays } from "./delays.ts";

/** Plain data, one for each part, in the order of the target's parts. */
export interface PartPace {
  readonly part: string;
  readonly at: Instant;
  readonly end: number;
  readonly position: number;
  readonly inflow: Rate;
  readonly drain: Rate;
  /** Seconds of intervals that the drain was told by. */
  readonly watched: number;
  readonly busySeconds: number;
}

/** The slowest part, as of a sample. */
export interface WorstPart {
  readonly part: string;
  readonly at: Instant;
  readonly lagMessages: number;
  readonly drain: Rate;
  /** Of all arrivals. */
  readonly share: number;
}

const leastFadeSeconds = 20;
const fadePolls = 4;
const leastShare = 0.001;

/** The paces after an observation; `lag` is the state that it left. */
export function stepPaces(
  paces: readonly PartPace[],
  lag: LagState,
  at: Instant,
  pollMs: number,
): readonly PartPace[] {
  const before = finder(paces);
  const fade = Math.max(leastFadeSeconds, (fadePolls * pollMs) / 1000);
  const next: PartPace[] = [];
  for (const [index, { assessment, end, position }] of lag.parts.entries()) {
    const { part } = assessment;
    const last = before(part, index);
    const isRead = assessment.quality === "fresh" || assessment.quality === "approximate";
    if (!isRead || end === undefined || position === undefined) {
      if (last !== undefined) next.push(last);
      continue;
    }
    next.push(
      last === undefined || end < last.end || position < last.position
        ? { part, at, end, position, inflow: 0, drain: 0, watched: 0, busySeconds: 0 }
        : stepPace(last, at, end, position, fade),
    );
  }
  return next;
}

function stepPace(last: PartPace, at: Instant, end: number, position: number, fade: number): PartPace {
  const h = secondsBetween(last.at, at);
  if (h <= 0) return last;
  const follow = (mean: Rate, now: Rate, watched: number): Rate =>
    mean + Math.max(1 - Math.exp(-h / fade), h / (watched + h)) * (now - mean);
  const drain = follow(last.drain, (position - last.position) / h, last.busySeconds);
  const busy = Math.min(last.end - last.position, end - position) > 0;
  return {
    part: last.part,
    at,
    end,
    position,
    inflow: follow(last.inflow, (end - last.end) / h, last.watched),
    drain: busy ? drain : Math.max(last.drain, drain),
    watched: last.watched + h,
    busySeconds: last.busySeconds + (busy || drain > last.drain ? h : 0),
  };
}

const finder = (paces: readonly PartPace[]) => {
  let byName: Map<string, PartPace> | undefined;
  return (name: string, index: number): PartPace | undefined => {
    const same = paces[index];
    if (same?.part === name) return same;
    byName ??= new Map(paces.map((pace) => [pace.part, pace]));
    return byName.get(name);
  };
};

/** How far a part is behind in time; undefined where its pace is not known. */
export const partSeconds = ({ end, position, drain, busySeconds }: PartPace): number | undefined => {
  if (end === position) return 0;
  if (busySeconds === 0) return undefined;
  return Math.min(mostSeconds, (end - position) / drain);
};

/** What is known of the parts, with their pace. `assessments` and `paces` are in the same order, but for gaps. */
export function tellParts(
  assessments: readonly PartAssessment[],
  paces: readonly PartPace[],
): readonly PartAssessment[] {
  const paceOf = finder(paces);
  return assessments.map((assessment, index) => {
    const pace = paceOf(assessment.part, index);
    if (pace === undefined || pace.busySeconds === 0) return assessment;
    const seconds = partSeconds(pace);
    return { ...assessment, drain: pace.drain, ...(seconds !== undefined && { seconds }) };
  });
}

/** The part that is furthest behind in time, of those that throttling helps. */
export function worstOf(paces: readonly PartPace[]): WorstPart | undefined {
  const inflow = paces.reduce((sum, pace) => sum + pace.inflow, 0);
  let worst: PartPace | undefined;
  let most = 0;
  for (const pace of paces) {
    const seconds = partSeconds(pace) ?? 0;
    if (seconds <= most || pace.inflow < leastShare * inflow) continue;
    most = seconds;
    worst = pace;
  }
  if (worst === undefined || inflow <= 0) return undefined;
  const { part, at, end, position, drain } = worst;
  return { part, at, lagMessages: end - position, drain, share: worst.inflow / inflow };
}

export const worstSeconds = ({ lagMessages, drain }: WorstPart): number =>
  Math.min(mostSeconds, lagMessages / drain);

export interface WorstLaw {
  readonly rate: Rate;
  /** L̂ of the part, in time. */
  readonly seconds: number;
}

/** `admitted`: let in since the part was seen; `exogenous`: what others send, all parts together. */
export function worstRate(
  { at: seenAt, lagMessages: seen, drain, share }: WorstPart,
  at: Instant,
  admitted: number,
  exogenous: Rate,
  { setpointSeconds, correctSeconds }: Delays,
): WorstLaw {
  const beside = drain - share * exogenous;
  const elapsed = Math.max(0, secondsBetween(seenAt, at));
  const lagMessages = Math.max(0, seen + share * admitted - beside * elapsed);
  return {
    seconds: Math.min(mostSeconds, lagMessages / drain),
    rate: Math.max(0, (beside + (setpointSeconds * drain - lagMessages) / correctSeconds) / share),
  };
}
