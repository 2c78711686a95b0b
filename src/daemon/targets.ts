/** One target at work: feeds its events to the core's steps and keeps what the board shows. */

import { safeRate } from "../core/controller/blind.ts";
import type { TargetEvent } from "../core/controller/events.ts";
import { knownDrain } from "../core/controller/law.ts";
import { isNews } from "../core/controller/publish.ts";
import { beginTarget, stepTarget } from "../core/controller/step.ts";
import { resumeOverride, resumeTarget } from "../core/controller/warm.ts";
import type { Override } from "../core/decision.ts";
import type { Answer, FailureKind, Log, Watch } from "../core/ports.ts";
import type { TargetSettings } from "../core/settings.ts";
import { askerOf, setPie, settle } from "../core/sharing/askers.ts";
import { type Asker, advance, type Book, type BookTerms, openBook, reterm } from "../core/sharing/book.ts";
import type { Cell } from "../core/sharing/cell.ts";
import { pieOf } from "../core/sharing/pie.ts";
import { shadow } from "../core/sharing/shadow.ts";
import type { Tenant } from "../core/sharing/tenants.ts";
import { type Instant, secondsBetween } from "../core/units.ts";
import type { Bound, Following, ReportedOutcome, TargetView } from "./board.ts";
import { countOutcomes } from "./outcomes.ts";
import { watchRetention } from "./retention.ts";
import type { SavedTarget } from "./saving.ts";
import { sharingOf } from "./sharing.ts";
import { countTransitions } from "./transitions.ts";

export interface TargetSetup {
  readonly target: string;
  readonly broker: string;
  readonly watch: Watch;
  readonly settings: TargetSettings;
}

export interface Target {
  /** Its settings are the latest. */
  readonly setup: TargetSetup;
  /** Goes on by other settings, with all that it knows and what it has granted. */
  reconfigure(at: Instant, settings: TargetSettings): void;
  view(): TargetView;
  /** The next observation is taken of what has been admitted by now. */
  beginSample(at: Instant): void;
  answered(at: Instant, answer: Answer): void;
  tick(at: Instant): void;
  /** Of an attempt that was let in: whether its decision, were it enforced, would have refused it. */
  wouldRefuse(at: Instant, cost: number, canWait: boolean): boolean;
  /** null ends the one in force. */
  override(at: Instant, override: Override | null): void;
  /** What consumers report; answers how many of it were known already. */
  report(at: Instant, outcomes: readonly ReportedOutcome[]): number;
  readonly book: Book;
  /** Who asks without a lease, for a tenant in a class. */
  asker(tenant: Tenant, rank: number, at: Instant): Asker;
  /** What an answer says of this target; the same until the next decision is published. */
  bound(): Bound;
  /** The state as of the last event, and when that was. */
  snapshot(): Pick<Following, "at" | "state">;
  /** Calls `onEvent` after each event that was taken, until stopped. */
  follow(onEvent: (event: TargetEvent) => void, onEnd: () => void): Following;
  /** It is no longer there: whoever follows it is told. */
  end(): void;
}

export function createTarget(
  setup: TargetSetup,
  begunAt: Instant,
  nextVersion: () => string,
  log: Log,
  saved?: SavedTarget,
): Target {
  const { target, broker, watch } = setup;
  let { settings } = setup;
  let wouldRefuse = 0;
  let shadowCell: Cell = { at: begunAt, owed: 0 };
  const book = openBook(termsOf(settings), begunAt);
  let blindSeconds = 0;
  let observations = 0;
  const failures: Partial<Record<FailureKind, number>> = {};
  const decisions: Record<string, number> = {};
  const outcomes = countOutcomes();
  const transitions = countTransitions(target, log, outcomes);
  const noteRetention = watchRetention(target, log);
  let lastTickAt = begunAt;

  const followers = new Set<{ onEvent: (event: TargetEvent) => void; onEnd: () => void }>();
  let takenAt = whole(begunAt);

  const resumed =
    saved?.state === undefined ? undefined : resumeTarget(target, settings, takenAt, saved.state);
  let { state, decision, assessment } = resumed ?? beginTarget(target, settings, takenAt);
  // Counters begin at 0 with the daemon; the totals that decisions rest on go on.
  const before = { admitted: state.pressure.admitted ?? 0, attempted: state.pressure.attempted ?? 0 };
  // Those of leases are believed until they are told: a total never goes back for that.
  let totals = before;
  let sampled = totals;
  let published = { ...decision, version: nextVersion() };
  let bound: Bound = { target, settings, decision: published };

  const shareOut = (at: Instant): void => {
    book.safeRate = safeRate(settings, knownDrain(state.rates, assessment)) ?? undefined;
    setPie(book, pieOf(published), at);
  };
  shareOut(takenAt);

  const countNow = (): typeof totals => ({
    admitted: Math.max(totals.admitted, before.admitted + book.asked.admitted + book.admitted),
    attempted: Math.max(totals.attempted, before.attempted + book.asked.attempted + book.attempted),
  });
  const countersNow = (): typeof totals => {
    const { admitted, attempted } = countNow();
    return { admitted: admitted - before.admitted, attempted: attempted - before.attempted };
  };
  const count = (at: Instant): typeof totals => {
    advance(book, at);
    totals = countNow();
    return totals;
  };
  const apply = (event: TargetEvent): void => {
    takenAt = event.at;
    const { phase } = state.circuit;
    ({ state, decision, assessment } = stepTarget(state, event));
    transitions.note(phase, state.circuit.phase, decision);
    noteRetention(assessment, settings);
    for (const { onEvent } of followers) onEvent(event);
    if (!isNews(published, decision)) return;
    // What an operator ends is told where it is done.
    if (published.override !== null && decision.override === null && event.event !== "override")
      log.info(
        { target, override: published.override.kind },
        `the override is over: ${decision.reason.text}`,
      );
    published = { ...decision, version: nextVersion() };
    bound = { target, settings, decision: published };
    shareOut(event.at);
    const key = `${published.state} ${published.reason.signal}`;
    decisions[key] = (decisions[key] ?? 0) + 1;
  };

  if (saved !== undefined) {
    const override = resumeOverride(saved.override, takenAt);
    if (override !== undefined) apply({ event: "override", at: takenAt, override });
    const warm = resumed !== undefined;
    if (warm || override !== undefined)
      log.info(
        { target, warm, override: override?.kind ?? null },
        warm ? "goes on from what was saved" : "begins anew, under an override that was saved",
      );
    else if (saved.state !== undefined)
      log.warn({ target }, "what was saved of it is of no use to this version; it begins anew");
  }

  return {
    get setup() {
      return { target, broker, watch, settings };
    },
    reconfigure(now, next) {
      settings = next;
      reterm(book, termsOf(next));
      apply({ event: "reconfigured", at: whole(now), settings });
      bound = { target, settings, decision: published };
      shareOut(now);
    },
    view: () => ({
      target,
      broker,
      settings,
      decision: published,
      assessment,
      circuit: state.circuit.phase.kind,
      counters: {
        ...countersNow(),
        delayed: book.asked.delayed,
        refused: book.asked.refused,
        wouldRefuse,
        blindSeconds,
        observations,
        failures,
        decisions,
        transitions: transitions.counts,
        outcomes: outcomes.counts,
      },
      sharing: sharingOf(book),
    }),
    beginSample(at) {
      sampled = count(at);
    },
    answered(now, answer) {
      const at = whole(now);
      if (answer.kind === "failed") {
        failures[answer.failure.kind] = (failures[answer.failure.kind] ?? 0) + 1;
        apply({ event: "pollFailed", at, failure: answer.failure });
        return;
      }
      observations += 1;
      const { observation } = answer;
      // It is known here when it is taken, so that event and observation agree on when that was.
      const taken = { at: Math.min(whole(observation.at), at), receivedAt: at };
      apply({ event: "observed", at, observation: { ...observation, ...sampled, ...taken } });
    },
    tick(now) {
      const at = whole(now);
      if (published.state === "blind") blindSeconds += Math.max(0, secondsBetween(lastTickAt, at));
      lastTickAt = at;
      settle(book, at);
      apply({ event: "tick", at, ...count(at) });
    },
    wouldRefuse(at, cost, canWait) {
      if (published.mode !== "observe") return false;
      const held = shadow(shadowCell, published.rate, at, cost, canWait);
      shadowCell = held.cell;
      if (held.refused) wouldRefuse += cost;
      return held.refused;
    },
    override: (now, override) => apply({ event: "override", at: whole(now), override }),
    report(now, reported) {
      const before = outcomes.counts.duplicates;
      const event = outcomes.take(whole(now), reported);
      if (event !== undefined) apply(event);
      return outcomes.counts.duplicates - before;
    },
    book,
    asker: (tenant, rank, at) => askerOf(book, tenant, rank, at),
    bound: () => bound,
    snapshot: () => ({ at: takenAt, state }),
    follow(onEvent, onEnd) {
      const follower = { onEvent, onEnd };
      followers.add(follower);
      return {
        at: takenAt,
        state,
        stop: () => {
          followers.delete(follower);
        },
      };
    },
    end() {
      for (const { onEnd } of followers) onEnd();
    },
  };
}

const termsOf = ({ leaseTtlMs, refreshMs, maxInFlight }: TargetSettings): BookTerms => ({
  ttlMs: leaseTtlMs,
  refreshMs,
  maxInFlight: maxInFlight ?? Number.POSITIVE_INFINITY,
});

/** Events have whole milliseconds: a recorded instant is the one that was. */
const whole = (at: Instant): Instant => Math.round(at);
