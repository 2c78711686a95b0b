/**
 * Whether consumers fail, or are seen to work: rules C1 to C9 of circuit.ts, over the evidence there is.
 */
import type { CircuitSettings, TargetSettings } from "../settings.ts";
import { type Instant, type Rate, secondsBetween } from "../units.ts";
import type { Delays } from "./delays.ts";
import { type Evidence, failedShare, longerSpanMs, recentSpanMs } from "./evidence.ts";
import { type Buckets, leastMessages, tally } from "./outcomes.ts";

/** Why it opened: what was seen, and its limit. */
export type Cause =
  | { readonly signal: "failures"; readonly value: number; readonly limit: number; readonly outcomes: number }
  | { readonly signal: "progress" | "consumers"; readonly value: number; readonly limit: number };

/** What it is judged by, beside its own evidence. */
export interface Facts {
  readonly at: Instant;
  readonly settings: TargetSettings;
  readonly delays: Delays;
  /** As it is assessed; undefined where unknown. */
  readonly lagSeconds: number | undefined;
  /** What consumers were seen to do at the most; 0 where never. */
  readonly pace: Rate;
  /** The highest of the rates that are known. */
  readonly busiest: Rate;
  /** Something fresh is known: not blind, nor about to be. */
  readonly sighted: boolean;
  /** The last poll told something, and the next is not overdue. */
  readonly current: boolean;
}

const trialOutcomes = 10;
const trialRatio = 0.3;
const trialMoves = 2;
const nearlyAPoll = 0.8;
/** The span of a trial: all of it. */
export const always = Number.MAX_SAFE_INTEGER;

/** C1 to C5. */
export function causeOf(evidence: Evidence, settings: CircuitSettings, facts: Facts): Cause | undefined {
  if (!facts.sighted) return undefined;
  const { at } = facts;
  const { pollMs } = facts.settings;
  const { failureRatio: limit, minimum } = settings;
  const longer = tally(evidence.longer, longerSpanMs(pollMs), at);
  const recent = tally(evidence.recent, recentSpanMs(pollMs), at);
  const ratio = failedShare(longer, evidence);
  const recentRatio = failedShare(recent, evidence);
  if (recent.failures > 0 && longer.outcomes >= minimum && longer.messages >= leastMessages && ratio >= limit)
    return { signal: "failures", value: ratio, limit, outcomes: longer.outcomes };
  if (
    recent.outcomes >= minimum &&
    recent.messages >= leastMessages &&
    recentRatio >= (1 + limit) / 2 &&
    recent.failingForMs >= nearlyAPoll * Math.max(1000, pollMs)
  )
    return { signal: "failures", value: recentRatio, limit, outcomes: recent.outcomes };
  return standstillOf(evidence, settings, facts);
}

/** C3 and C4. */
function standstillOf(
  { progress }: Evidence,
  settings: CircuitSettings,
  { sighted, delays, lagSeconds, pace }: Facts,
): Cause | undefined {
  if (!sighted || progress === undefined) return undefined;
  const { look } = progress;
  const still = secondsBetween(progress.stillSince, look.at);
  const lag = Math.max(lagSeconds ?? 0, still);
  if (!look.hasWork || lag <= delays.setpointSeconds) return undefined;
  const patience = Math.max(settings.noProgressMs / 1000, 3 * delays.sampleSeconds, pace > 0 ? 3 / pace : 0);
  const deserted = secondsBetween(progress.desertedSince, look.at);
  if (look.consumers === 0) {
    const limit = pace > 0 ? patience : 2 * patience;
    return deserted >= limit ? { signal: "consumers", value: deserted, limit } : undefined;
  }
  if (look.consumedTotal === undefined) return undefined;
  const limit = progress.unsettled || pace === 0 ? 2 * patience : patience;
  return still >= limit ? { signal: "progress", value: still, limit } : undefined;
}

/** C7 to C9: undefined while there is nothing to tell yet. */
export function verdictOf(
  {
    since,
    cause,
    trial: buckets,
  }: { readonly since: Instant; readonly cause: Cause; readonly trial: Buckets },
  evidence: Evidence,
  settings: CircuitSettings,
  facts: Facts,
): "good" | Cause | undefined {
  const { at, sighted } = facts;
  const spanMs = longerSpanMs(facts.settings.pollMs);
  // A trial that nobody goes on with tells nothing any more.
  const trial = tally(tally(evidence.longer, spanMs, at).outcomes > 0 ? buckets : [], always, at);
  const enough = trial.outcomes >= trialOutcomes;
  const ratio = failedShare(trial, evidence);
  const bad = ratio > trialRatio;
  const poison = trial.messages < leastMessages;
  if (enough && !bad) return "good";
  if (enough && !poison && sighted)
    return { signal: "failures", value: ratio, limit: trialRatio, outcomes: trial.outcomes };
  const standstill = standstillOf(evidence, settings, facts);
  if (standstill !== undefined) return standstill;

  const { progress } = evidence;
  if (!sighted || progress === undefined || (bad && !poison)) return undefined;
  if (cause.signal === "failures" && at - since < spanMs) return undefined;
  const idle =
    progress.look.lagMessages === 0 &&
    progress.look.consumers !== 0 &&
    at - Math.max(since, progress.behindAt) >= spanMs;
  return progress.moves >= trialMoves || idle ? "good" : undefined;
}

/** C6, while it is open: outcomes, ten at the least, of which few fail; undefined where there are none such. */
export function goodOutcomes(evidence: Evidence, { at, settings: { pollMs } }: Facts): Buckets | undefined {
  const goodOf = (buckets: Buckets, spanMs: number): Buckets | undefined => {
    const told = tally(buckets, spanMs, at);
    const isGood = told.outcomes >= trialOutcomes && failedShare(told, evidence) <= trialRatio;
    return isGood ? buckets.filter((bucket) => bucket.at > at - spanMs) : undefined;
  };
  return goodOf(evidence.longer, longerSpanMs(pollMs)) ?? goodOf(evidence.recent, recentSpanMs(pollMs));
}

/** C6: progress, where want of it opened the circuit, or of consumers. */
export const isMoving = ({ signal }: Cause, { progress }: Evidence): boolean =>
  signal !== "failures" && (progress?.moves ?? 0) >= trialMoves;
