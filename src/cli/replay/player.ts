/**
 * Takes a target's events one after the other and tells what the daemon would have decided. Where no ticks are
 * recorded it makes its own, as the daemon has them: every 250 ms, with the totals between two observations
 * taken from a straight line. In a gap of more than an hour those of the first and of the last half hour.
 */
import type { Assessment } from "../../core/assessment.ts";
import type { TargetEvent } from "../../core/controller/events.ts";
import { isNews } from "../../core/controller/publish.ts";
import { beginTarget, stepTarget, type TargetState, tellTarget } from "../../core/controller/step.ts";
import { resumeTarget } from "../../core/controller/warm.ts";
import type { Decision } from "../../core/decision.ts";
import type { Observation } from "../../core/observation.ts";
import type { TargetSettings } from "../../core/settings.ts";
import type { Instant } from "../../core/units.ts";
import type { PublishedDecision } from "../../daemon/board.ts";
import { tickMs } from "../../daemon/daemon.ts";
import { isoInstant } from "../../http/wire.ts";
import type { Told } from "./read.ts";

export type Played =
  | { readonly ok: true; readonly decision: PublishedDecision; readonly assessment: Assessment }
  | { readonly ok: false; readonly says: string };

export interface Player {
  play(told: Told): Played;
}

const gapMs = 3_600_000;

interface Totals {
  readonly at: Instant;
  readonly admitted?: number;
  readonly attempted?: number;
}

export function createPlayer(target: string, settings: TargetSettings): Player {
  let state: TargetState | undefined;
  let takenAt: Instant = Number.NEGATIVE_INFINITY;
  let nextTickAt: Instant = 0;
  let ticks = true;
  let known: Totals = { at: 0 };
  let published: Decision | undefined;
  let versions = 0;

  const note = (decision: Decision): PublishedDecision => {
    if (published === undefined || isNews(published, decision)) {
      published = decision;
      versions += 1;
    }
    return { ...decision, version: `replay-${versions}` };
  };

  const begin = (told: Extract<Told, { event: "state" }>): Played => {
    // It is believed as a daemon would believe it after a restart; but it goes on exactly as it stands.
    if (resumeTarget(target, settings, told.at, told) === undefined)
      return { ok: false, says: "state: is none that this version of Headgate can go on from" };
    const begun = { ...told.state, target, settings };
    const { decision, assessment } = tellTarget(begun, told.at);
    state = begun;
    ticks = !told.ticks;
    published = undefined;
    return { ok: true, decision: note(decision), assessment };
  };

  const tickUntil = (from: TargetState, until: Instant, totals: Totals): TargetState => {
    let current = from;
    const gap = until - nextTickAt;
    const resumeAt = gap > gapMs ? nextTickAt + Math.ceil((gap - gapMs / 2) / tickMs) * tickMs : nextTickAt;
    const pauseAt = gap > gapMs ? nextTickAt + gapMs / 2 : until;
    for (let at = nextTickAt; at < until; at += tickMs) {
      if (at >= pauseAt && at < resumeAt) at = resumeAt;
      const step = stepTarget(current, { event: "tick", at, ...between(known, totals, at) });
      note(step.decision);
      current = step.state;
      nextTickAt = at + tickMs;
    }
    return current;
  };

  return {
    play(told) {
      const { at } = told;
      if (at < takenAt) {
        const field = told.event === "observed" ? "receivedAt" : "at";
        return {
          ok: false,
          says: `${field}: ${isoInstant(at)} is before ${isoInstant(takenAt)}, where the lines had come to`,
        };
      }
      if (told.event === "state") {
        const played = begin(told);
        if (!played.ok) return played;
        takenAt = at;
        nextTickAt = at + tickMs;
        return played;
      }
      const totals = told.event === "observed" ? totalsOf(told.observation) : known;
      let current = state;
      if (current === undefined) {
        const begun = beginTarget(target, settings, at);
        note(begun.decision);
        current = begun.state;
        nextTickAt = at + tickMs;
      }
      if (told.event === "tick") ticks = false;
      if (ticks) current = tickUntil(current, at, totals);
      const event: TargetEvent =
        told.event === "reconfigured"
          ? { ...told, settings: { ...current.settings, ...told.settings } }
          : told;
      const step = stepTarget(current, event);
      state = step.state;
      takenAt = at;
      known = { ...known, ...totals };
      return { ok: true, decision: note(step.decision), assessment: step.assessment };
    },
  };
}

const totalsOf = ({ at, admitted, attempted }: Observation): Totals => ({
  at,
  ...(admitted !== undefined && { admitted }),
  ...(attempted !== undefined && { attempted }),
});

/** The totals at `at`, on the line between two that are known; the earlier ones where one counter was reset. */
const between = (from: Totals, to: Totals, at: Instant): { admitted?: number; attempted?: number } => {
  const share = to.at > from.at ? Math.min(1, Math.max(0, (at - from.at) / (to.at - from.at))) : 1;
  const total = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined || b < a ? a : a + share * (b - a);
  const admitted = total(from.admitted, to.admitted);
  const attempted = total(from.attempted, to.attempted);
  return {
    ...(admitted !== undefined && { admitted }),
    ...(attempted !== undefined && { attempted }),
  };
};
