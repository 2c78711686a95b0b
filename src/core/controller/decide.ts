/**
 * From what is known of a target to what its producers may do: the one place where a rate is clamped and a
 * state is named. Nothing fresh: blind (blind.ts). Otherwise the law (law.ts), or plain steps (thresholds.ts).
 */
import type { Assessment } from "../assessment.ts";
import type { DecisionState, Reason, Shedding } from "../decision.ts";
import type { Policy, TargetSettings } from "../settings.ts";
import { brief, type Instant, type Rate, secondsBetween } from "../units.ts";
import { blindRate, holdUntil, safeRate } from "./blind.ts";
import { type Circuit, isReached, openForMs, probeRate } from "./circuit.ts";
import type { Delays } from "./delays.ts";
import { usefulShare } from "./evidence.ts";
import type { Facts } from "./judgement.ts";
import { ceilingRate, floorRate, knownDrain, type Law, lawRate } from "./law.ts";
import { type WorstPart, worstRate } from "./parts.ts";
import { areHeldBack, type Pressure } from "./pressure.ts";
import { delaysFor, type Rates } from "./rates.ts";
import {
  blindText,
  failingReason,
  holdingText,
  lossText,
  openText,
  recoveringReason,
  sheddingText,
  thresholdText,
} from "./reason.ts";
import { withinRetention } from "./retention.ts";
import { stepThresholds, thresholdRate } from "./thresholds.ts";

/** What a decision is made of. */
export interface Known {
  readonly settings: TargetSettings;
  readonly rates: Rates | undefined;
  readonly worst: WorstPart | undefined;
  readonly lastFreshAt: Instant | undefined;
  readonly trouble: string | undefined;
  readonly admittedTotal: number | undefined;
  readonly pressure: Pressure;
  readonly circuit: Circuit;
  readonly shedding: boolean;
  readonly thresholdSteps: number;
  readonly rate: Rate | null;
}

export interface Verdict {
  readonly state: DecisionState;
  readonly rate: Rate | null;
  readonly reason: Reason;
  readonly shedding: boolean;
  readonly thresholdSteps: number;
  /** The rate is a ceiling that nobody is meant to reach. */
  readonly isCeiling?: boolean;
  /** While failing. */
  readonly retryAfterMs?: number;
  /** What may pass while the circuit closes has come up to what the law says. */
  readonly reached?: boolean;
  readonly bound?: Shedding;
}

/** A sample is overdue after so many polls; then the rate may fall, not rise. */
const overduePolls = 1.5;

/** Failing beats all else; a circuit that closes bounds what the rest decides. */
export function decide(known: Known, assessment: Assessment, at: Instant): Verdict {
  const { phase } = known.circuit;
  switch (phase.kind) {
    case "closed":
      return decideBusy(known, assessment, at);
    case "open":
    case "halfOpen": {
      const { settings, shedding, thresholdSteps } = known;
      const rate = probeRate(phase.reference, settings);
      const retryAfterMs = openForMs(phase.reopened);
      const reason = failingReason(phase, rate, assessment);
      return { state: "failing", rate, reason, shedding, thresholdSteps, retryAfterMs };
    }
    case "closing": {
      const verdict = decideBusy(known, assessment, at);
      if (verdict.state === "blind") return verdict;
      const rate = Math.min(phase.ramp, verdict.rate ?? phase.ramp);
      const reached = isCurrent(known, at) && isReached(phase, at, verdict.isCeiling ? null : verdict.rate);
      return verdict.state === "shedding"
        ? { ...verdict, rate, reached }
        : { ...verdict, state: "recovering", rate, reason: recoveringReason(phase, rate), reached };
    }
  }
}

/** What the circuit is judged by. */
export function factsOf(known: Known, assessment: Assessment, at: Instant): Facts {
  const { settings, rates, lastFreshAt, pressure } = known;
  const { drain = 0, capacity = 0, inflow = 0 } = assessment;
  const pace = rates?.capacity?.peak ?? 0;
  return {
    at,
    settings,
    delays: delaysFor(settings, rates),
    lagSeconds: sampledSeconds(assessment),
    pace,
    busiest: Math.max(pace, drain, capacity, inflow, pressure.admittedRate ?? 0),
    sighted: lastFreshAt !== undefined && at < holdUntil(lastFreshAt, settings),
    current: isCurrent(known, at),
  };
}

/** The last poll told something, and the next is not overdue. */
const isCurrent = ({ trouble, lastFreshAt, settings }: Known, at: Instant): boolean =>
  trouble === undefined && lastFreshAt !== undefined && at - lastFreshAt <= overduePolls * settings.pollMs;

function decideBusy(known: Known, assessment: Assessment, at: Instant): Verdict {
  const { settings, rates, lastFreshAt } = known;
  if (rates === undefined || lastFreshAt === undefined) return neverSeen(known);
  if (at >= holdUntil(lastFreshAt, settings)) return blind(known, rates, lastFreshAt, assessment, at);
  const limit = least(settings.maxRate, isCurrent(known, at) ? null : known.rate);
  return settings.policy.kind === "setpoint"
    ? bySetpoint(known, rates, limit, assessment, at)
    : byThresholds(known, settings.policy, limit, assessment, at);
}

/** null is no limit. */
const least = (...rates: readonly (Rate | null)[]): Rate | null => {
  const limits = rates.filter((rate) => rate !== null);
  return limits.length === 0 ? null : Math.min(...limits);
};

const blindReason = (text: string): Reason => ({ signal: "blind", value: null, setpoint: null, text });

function neverSeen({ settings, trouble, shedding, thresholdSteps }: Known): Verdict {
  const rate = settings.onBlind === "safe" ? safeRate(settings, undefined) : settings.maxRate;
  const doing = rate === null ? "nothing limits" : `${brief(rate)}/s at the most`;
  return {
    state: "blind",
    rate,
    reason: blindReason(blindText(undefined, trouble, doing)),
    shedding,
    thresholdSteps,
  };
}

function blind(
  known: Known,
  rates: Rates,
  lastFreshAt: Instant,
  assessment: Assessment,
  at: Instant,
): Verdict {
  const { settings, shedding, thresholdSteps, trouble } = known;
  const ceiling = ceilingRate(rates, delaysFor(settings, rates));
  const { rate, phase } = blindRate(
    settings,
    at,
    lastFreshAt,
    known.rate,
    knownDrain(rates, assessment),
    ceiling,
  );
  const most = rate === null ? "" : `, ${brief(rate)}/s`;
  const settled = phase === "settled" ? settings.onBlind : "safe";
  const doing =
    settled === "closed"
      ? "closed, as configured"
      : settled === "open"
        ? `open, as configured${most}`
        : rate === null
          ? "what consumers can do was never seen, so nothing limits"
          : phase === "descending"
            ? `going down to the safe rate${most} now`
            : `at the safe rate${most}`;
  const text = blindText(secondsBetween(lastFreshAt, at), trouble, doing);
  return { state: "blind", rate, reason: blindReason(text), shedding, thresholdSteps };
}

/** `limit`: what the rate must not exceed, whatever the law says. */
function bySetpoint(
  known: Known,
  rates: Rates,
  limit: Rate | null,
  assessment: Assessment,
  at: Instant,
): Verdict {
  const { settings, thresholdSteps, pressure } = known;
  const unbounded = delaysFor(settings, rates);
  const delays = withinRetention(unbounded, assessment.retention);
  const law = lawRate(
    rates,
    at,
    known.admittedTotal,
    delays,
    settings.minRate,
    (rate) => areHeldBack(pressure, at, rate, assessment.inflow),
    usefulShare(known.circuit.evidence),
  );
  const predicted =
    law.cold || law.capacity === 0 ? sampledSeconds(assessment) : law.lagMessages / law.capacity;
  const worst =
    known.worst &&
    worstRate(known.worst, at, admittedSince(known, rates), assessment.exogenousInflow ?? 0, delays);
  const seconds = worst === undefined ? predicted : Math.max(predicted ?? 0, worst.seconds);
  const shedding =
    seconds !== undefined && seconds > delays.maxSeconds * (known.shedding ? 0.5 : 1) && law.rate !== null;
  const part = worst === undefined ? null : Math.max(worst.rate, floorRate(rates, settings.minRate));
  const rate = least(limit, law.rate, part);
  const { setpointSeconds, maxSeconds } = delays;
  const state = shedding
    ? "shedding"
    : areHeldBack(pressure, at, rate, assessment.inflow)
      ? "throttled"
      : "open";
  const text =
    state === "shedding"
      ? sheddingText(assessment, seconds, maxSeconds)
      : state === "throttled"
        ? holdingText(assessment, seconds, setpointSeconds)
        : openText(assessment, seconds, rate);
  const reason: Reason = {
    ...signalOf(state, law, delays, seconds, unbounded.setpointSeconds),
    text: text + lossText(assessment),
  };
  const isCeiling = law.isCeiling && part === null;
  if (!shedding) return { state, rate, reason, shedding, thresholdSteps, isCeiling };
  const bound = {
    floorRate: floorRate(rates, settings.minRate),
    endsAt: sheddingEndsAt(law, maxSeconds, assessment.exogenousInflow ?? 0, at),
  };
  return { state, rate, reason, shedding, thresholdSteps, bound };
}

/** What holds producers: lag, or what of it retention can bear. */
function signalOf(
  state: DecisionState,
  { lagMessages, capacity }: Law,
  { setpointSeconds, mostMessages }: Delays,
  seconds: number | undefined,
  wantedSeconds: number,
): Omit<Reason, "text"> {
  const isHeld = state !== "open";
  if (isHeld && mostMessages !== undefined && mostMessages < setpointSeconds * capacity)
    return { signal: "retention", value: lagMessages, setpoint: mostMessages };
  const signal = isHeld && setpointSeconds < wantedSeconds ? "retention" : "lagSeconds";
  return { signal, value: seconds ?? null, setpoint: setpointSeconds };
}

/** When L̂ has drained to half the bound at μ − λx. */
function sheddingEndsAt(law: Law, maxSeconds: number, exogenous: Rate, at: Instant): Instant | null {
  const excess = law.lagMessages - (maxSeconds / 2) * law.capacity;
  const speed = law.capacity - exogenous;
  if (excess <= 0) return at;
  return speed > 0 ? Math.round(at + (1000 * excess) / speed) : null;
}

function byThresholds(
  known: Known,
  { unit, steps }: Extract<Policy, { kind: "thresholds" }>,
  limit: Rate | null,
  assessment: Assessment,
  at: Instant,
): Verdict {
  const value = unit === "seconds" ? sampledSeconds(assessment) : assessment.lag.messages;
  const thresholdSteps = stepThresholds(steps, known.thresholdSteps, value);
  const rate = least(limit, thresholdRate(steps, thresholdSteps));
  const step = steps[thresholdSteps - 1];
  const held = areHeldBack(known.pressure, at, rate, assessment.inflow);
  const text =
    step === undefined
      ? openText(assessment, sampledSeconds(assessment), rate)
      : thresholdText(assessment, sampledSeconds(assessment), step, unit);
  const signal = unit === "seconds" ? "lagSeconds" : "lagMessages";
  return {
    state: held ? "throttled" : "open",
    rate,
    reason: { signal, value: value ?? null, setpoint: step?.above ?? steps[0]?.above ?? null, text },
    shedding: false,
    thresholdSteps,
  };
}

/** What was let in since the last sample. */
const admittedSince = ({ admittedTotal }: Known, { sample }: Rates): number =>
  Math.max(0, (admittedTotal ?? 0) - (sample.admittedTotal ?? admittedTotal ?? 0));

/** Of the slowest part, where that counts. */
const sampledSeconds = ({ lag: { seconds }, worstPart }: Assessment): number | undefined =>
  seconds.quality === "unknown" ? worstPart?.seconds : Math.max(seconds.seconds, worstPart?.seconds ?? 0);
