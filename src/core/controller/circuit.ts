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
 *   C6  open       For 5·2ⁿ s, at most 300 s (n: how often it has opened again without closing), and that long
 *                  producers are told to stay away. Half-open sooner, after 5 s, where consumers are seen to work:
 *                  by outcomes as in C7, over the spans of C1 or C2, which count as its trial; or by progress as in
 *                  C8, unless failures opened it.
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
import type { TargetSettings } from "../settings.ts";
import { clamp, type Instant, type Rate, secondsBetween } from "../units.ts";
import {
  addLook,
  addOutcomes,
  beginEvidence,
  type Evidence,
  newOutcomes,
  noteReported,
  noteTotals,
  renewEvidence,
  withoutOutcomes,
} from "./evidence.ts";
import { always, type Cause, causeOf, type Facts, goodOutcomes, isMoving, verdictOf } from "./judgement.ts";
import { addReport, type Buckets, type Report } from "./outcomes.ts";
import { isGap, type Look } from "./progress.ts";

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

const openMs = 5000;
const longestOpenMs = 300_000;
const probeShare = 0.01;
const rampShare = 0.1;

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
  return { ...next, evidence: addLook(next.evidence, pollMs, { ...sample, hasWork }) };
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
    case "open": {
      const open = at - phase.since;
      const good = goodOutcomes(evidence, facts);
      const atWork = good !== undefined || isMoving(phase.cause, evidence);
      if (open < (atWork ? openMs : openForMs(phase.reopened))) return { phase, evidence };
      // Good outcomes are its trial: the next probe may be a long wait away.
      const renewed = renewEvidence(evidence, at);
      return {
        phase: { ...phase, kind: "halfOpen", since: at, trial: good ?? [] },
        evidence: good === undefined ? renewed : { ...renewed, longer: good, recent: good },
      };
    }
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

/** From here on it counts what consumers do from here on. */
const opened = (
  { evidence }: Circuit,
  since: Instant,
  { cause, reopened, reference }: Omit<Opened, "since">,
): Circuit => ({
  phase: { kind: "open", since, cause, reopened, reference },
  evidence: renewEvidence(evidence, since),
});

/** The end of C10, of a circuit that was closing before. */
export const closed = ({ evidence }: Circuit): Circuit => ({ phase: { kind: "closed" }, evidence });

/** What to hold the law against while closing: the rate there was, where the law sets no limit. */
export const isReached = (
  { ramp, since, reference }: Extract<Phase, { kind: "closing" }>,
  at: Instant,
  lawful: Rate | null,
): boolean => at > since && ramp >= (lawful ?? 2 * reference);
