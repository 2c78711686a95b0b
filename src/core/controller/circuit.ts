/**
 * Busy or failing. Consumers that get slower are busy, and the law alone sees to that. The circuit opens where
 * they fail: then producers are told so, and only probes pass until the consumers are seen to work again.
 *
 *   closed ──C1-C4──▶ open ──C6──▶ halfOpen ──C7, C8──▶ closing ──C10──▶ closed
 *                      ▲              │ C9                 │ C1-C4
 *                      └──────────────┴────────────────────┘
 *
 *   C1  failures   Over the last max(30 s, 3 polls): at least `failureRatio` of at least `minimum` outcomes, and of
 *                  at least three messages; and they still fail. One message that fails for ever is poison, no outage.
 *   C2  at once    The same over the last max(2 s, 1.5 polls) alone, so that half a minute of good work does not hide
 *                  that it is over: there half-way from `failureRatio` to all, and failing for nearly a poll, which
 *                  what a consumer had in hand as it stopped is not.
 *   C3  progress   Consumers are connected and have completed nothing for max(`noProgress`, 3 polls, 3 commit
 *                  cadences, the time of three messages), with lag above the setpoint. Twice as long where the group
 *                  was not settled all along, nothing is known of it, or consumers were never seen to complete
 *                  anything: a rebalance is no outage.
 *   C4  consumers  None is connected for as long, with such lag.
 *   C5  blind      Nothing opens it while nothing fresh is known, nor what was reported meanwhile: a broker that is
 *                  away is no failing consumer.
 *   C6  open       For 5·2ⁿ s, at most 300 s; n: how often it has opened again without closing.
 *   C7  outcomes   Half-open it is judged by what consumers do, for a producer's probe queues behind the backlog: of
 *                  ten outcomes at most 30 % are failures.
 *   C8  progress   Or two polls of progress; or nothing is left to do, as long as C1 looks back. What was opened by
 *                  failures waits so long for outcomes first: failures can look like progress.
 *   C9  again      Of ten outcomes, of three messages, more than 30 % are failures; or C3, C4.
 *   C10 closing    From 10 % of the rate that there was, doubling each θ, up to what the law says.
 *
 * The pattern is Nygard's (Release It!, 2007); judging by the work of consumers and the ramp are Headgate's.
 */
import type { Observation } from "../observation.ts";
import type { CircuitSettings, TargetSettings } from "../settings.ts";
import { clamp, type Instant, type Rate, secondsBetween } from "../units.ts";
import type { Delays } from "./delays.ts";
import {
  addLook,
  addOutcomes,
  beginEvidence,
  type Evidence,
  longerSpanMs,
  newOutcomes,
  noteReported,
  noteTotals,
  recentSpanMs,
  renewEvidence,
  withoutOutcomes,
} from "./evidence.ts";
import { addConsumed, addReport, type Buckets, leastMessages, type Report, tally } from "./outcomes.ts";
import { isGap, type Look } from "./progress.ts";

/** Why it opened: what was seen, and its limit. */
export type Cause =
  | { readonly signal: "failures"; readonly value: number; readonly limit: number; readonly outcomes: number }
  | { readonly signal: "progress" | "consumers"; readonly value: number; readonly limit: number };

/** What goes with the circuit from opening to closing. */
interface Opened {
  readonly since: Instant;
  readonly cause: Cause;
  /** How often it has opened again without closing. */
  readonly reopened: number;
  /** The rate that consumers, or else producers, were seen to do before. */
  readonly reference: Rate;
}

export type Phase =
  | { readonly kind: "closed" }
  | ({ readonly kind: "open" } & Opened)
  /** `trial`: what was reported since. */
  | ({ readonly kind: "halfOpen"; readonly trial: Buckets } & Opened)
  /** `ramp`: what may pass at `at`, whatever the law says. */
  | ({ readonly kind: "closing"; readonly at: Instant; readonly ramp: Rate } & Opened);

export const circuitPhases = ["closed", "open", "halfOpen", "closing"] as const satisfies Phase["kind"][];

export interface Circuit {
  readonly phase: Phase;
  readonly evidence: Evidence;
}

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

const openMs = 5000;
const longestOpenMs = 300_000;
const trialOutcomes = 10;
const trialRatio = 0.3;
const trialMoves = 2;
const probeShare = 0.01;
const rampShare = 0.1;
const nearlyAPoll = 0.8;
const always = Number.MAX_SAFE_INTEGER;

export const beginCircuit = (): Circuit => ({ phase: { kind: "closed" }, evidence: beginEvidence() });

/** How long it stays open, and how long producers are told to wait: C6. */
export const openForMs = (reopened: number): number => Math.min(longestOpenMs, openMs * 2 ** reopened);

/** What still passes: enough to see consumers work again. */
export const probeRate = (reference: Rate, { minRate, maxRate }: TargetSettings): Rate =>
  clamp(Math.max(1, probeShare * reference), minRate, maxRate ?? Number.POSITIVE_INFINITY);

/** Consumers reported outcomes. */
export const reported = (
  circuit: Circuit,
  { pollMs }: TargetSettings,
  at: Instant,
  report: Report,
): Circuit => take({ ...circuit, evidence: noteReported(circuit.evidence, report) }, pollMs, at, report);

function take({ phase, evidence }: Circuit, pollMs: number, at: Instant, report: Report): Circuit {
  return {
    phase:
      phase.kind === "halfOpen" ? { ...phase, trial: addReport(phase.trial, always, at, report) } : phase,
    evidence: addOutcomes(evidence, pollMs, at, report),
  };
}

/** A fresh sample; `at` is when it arrived. */
export function looked(
  circuit: Circuit,
  { pollMs, circuit: settings }: TargetSettings,
  at: Instant,
  sample: Omit<Look, "acked" | "hasWork">,
  pace: Rate,
  totals: Observation["outcomes"],
): Circuit {
  let next = circuit;
  if (totals !== undefined) {
    const before = circuit.evidence.progress?.look.at ?? sample.at;
    if (!isGap(before, sample.at, pollMs))
      next = take(next, pollMs, at, newOutcomes(circuit.evidence, totals));
    next = { ...next, evidence: noteTotals(next.evidence, totals) };
  }
  // Fewer messages than that, or less than a second's work, may wait for their commit.
  const hasWork = sample.lagMessages >= Math.max(settings?.minimum ?? 0, pace);
  const { evidence, consumed } = addLook(next.evidence, pollMs, at, { ...sample, hasWork });
  const { phase } = next;
  return {
    phase:
      phase.kind === "halfOpen" ? { ...phase, trial: addConsumed(phase.trial, always, at, consumed) } : phase,
    evidence,
  };
}

/** Where the circuit stands by all that is known: at most one step on. */
export function judge(circuit: Circuit, facts: Facts): Circuit {
  const settings = facts.settings.circuit;
  if (settings === null) return circuit.phase.kind === "closed" ? circuit : beginCircuit();
  const { phase } = circuit;
  const evidence = facts.sighted ? circuit.evidence : withoutOutcomes(circuit.evidence);
  const { at } = facts;
  switch (phase.kind) {
    case "closed": {
      const cause = causeOf(evidence, settings, facts);
      if (cause === undefined) return { phase, evidence };
      return opened(circuit, at, { cause, reopened: 0, reference: facts.busiest });
    }
    case "open":
      return at - phase.since < openForMs(phase.reopened)
        ? circuit
        : {
            phase: { ...phase, kind: "halfOpen", since: at, trial: [] },
            evidence: renewEvidence(evidence, at),
          };
    case "halfOpen": {
      const verdict = verdictOf(phase, evidence, settings, facts);
      if (verdict === undefined) return circuit;
      const { trial: _, ...rest } = phase;
      if (verdict !== "good")
        return opened(circuit, at, { ...rest, cause: verdict, reopened: phase.reopened + 1 });
      const ramp = Math.max(probeRate(phase.reference, facts.settings), rampShare * phase.reference);
      return { phase: { ...rest, kind: "closing", since: at, at, ramp }, evidence };
    }
    case "closing": {
      const cause = causeOf(evidence, settings, facts);
      if (cause !== undefined) {
        const { cause: _, reopened, reference } = phase;
        return opened(circuit, at, { cause, reopened: reopened + 1, reference });
      }
      // While nothing new is known, what may pass does not rise.
      const grown = facts.current ? 2 ** (secondsBetween(phase.at, at) / facts.delays.thetaSeconds) : 1;
      return { phase: { ...phase, at, ramp: phase.ramp * grown }, evidence };
    }
  }
}

const opened = (
  { evidence }: Circuit,
  since: Instant,
  { cause, reopened, reference }: Omit<Opened, "since">,
): Circuit => ({ phase: { kind: "open", since, cause, reopened, reference }, evidence });

/** The end of C10, of a circuit that was closing before. */
export const closed = ({ evidence }: Circuit): Circuit => ({ phase: { kind: "closed" }, evidence });

/** C1 to C5. */
function causeOf(evidence: Evidence, settings: CircuitSettings, facts: Facts): Cause | undefined {
  if (!facts.sighted) return undefined;
  const { at } = facts;
  const { pollMs } = facts.settings;
  const { failureRatio: limit, minimum } = settings;
  const longer = tally(evidence.longer, longerSpanMs(pollMs), at);
  const recent = tally(evidence.recent, recentSpanMs(pollMs), at);
  if (
    recent.failures > 0 &&
    longer.outcomes >= minimum &&
    longer.messages >= leastMessages &&
    longer.ratio >= limit
  )
    return { signal: "failures", value: longer.ratio, limit, outcomes: longer.outcomes };
  if (
    recent.outcomes >= minimum &&
    recent.messages >= leastMessages &&
    recent.ratio >= (1 + limit) / 2 &&
    recent.failingForMs >= nearlyAPoll * Math.max(1000, pollMs)
  )
    return { signal: "failures", value: recent.ratio, limit, outcomes: recent.outcomes };
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
function verdictOf(
  { since, cause, trial: buckets }: Extract<Phase, { kind: "halfOpen" }>,
  evidence: Evidence,
  settings: CircuitSettings,
  facts: Facts,
): "good" | Cause | undefined {
  const { at, sighted } = facts;
  const spanMs = longerSpanMs(facts.settings.pollMs);
  const heard = tally(evidence.longer, spanMs, at);
  // A trial that nobody goes on with tells nothing any more.
  const trial = tally(heard.acked + heard.failures > 0 ? buckets : [], always, at);
  const enough = trial.outcomes >= trialOutcomes;
  const bad = trial.ratio > trialRatio;
  const poison = trial.messages < leastMessages;
  if (enough && !bad) return "good";
  if (enough && !poison && sighted)
    return { signal: "failures", value: trial.ratio, limit: trialRatio, outcomes: trial.outcomes };
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

/** What to hold the law against while closing: the rate there was, where the law sets no limit. */
export const isReached = (
  { ramp, since, reference }: Extract<Phase, { kind: "closing" }>,
  at: Instant,
  lawful: Rate | null,
): boolean => at > since && ramp >= (lawful ?? 2 * reference);
