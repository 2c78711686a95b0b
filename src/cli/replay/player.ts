/**
 * Takes a target's events one after the other and tells what the daemon would have decided. Where no ticks are
 * recorded it makes its own, as the daemon has them: every 250 ms, and just before each event. Their totals are on the
 * straight line through the two observations around them, or through the last two where the next is not there yet: a
 * sample is old when it arrives, and producers did not stop meanwhile. In a gap of more than an hour it makes those of
 * the first and of the last half hour.
 */
import type { Assessment } from "../../core/assessment.ts";
import type { TargetEvent } from "../../core/controller/events.ts";
import { isNews } from "../../core/controller/publish.ts";
import { beginTarget, stepTarget, type TargetState, tellTarget } from "../../core/controller/step.ts";
import { resumeTarget } from "../../core/controller/warm.ts";
import type { Decision } from "../../core/decision.ts";
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

/** The last two observations that told totals. */
type Line = readonly [from: Totals, to: Totals];

const noLine: Line = [{ at: 0 }, { at: 0 }];

export function createPlayer(target: string, settings: TargetSettings): Player {
  let state: TargetState | undefined;
  let takenAt: Instant = Number.NEGATIVE_INFINITY;
  let nextTickAt: Instant = 0;
  let ticks = true;
  let line = noLine;
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
    line = noLine;
    published = undefined;
    return { ok: true, decision: note(decision), assessment };
  };

  const tickUntil = (from: TargetState, until: Instant): TargetState => {
    let current = from;
    const gap = until - nextTickAt;
    const resumeAt = gap > gapMs ? nextTickAt + Math.ceil((gap - gapMs / 2) / tickMs) * tickMs : nextTickAt;
    const pauseAt = gap > gapMs ? nextTickAt + gapMs / 2 : until;
    const tick = (at: Instant): void => {
      const step = stepTarget(current, { event: "tick", at, ...totalsAt(line, at) });
      note(step.decision);
      current = step.state;
      nextTickAt = at + tickMs;
    };
    for (let at = nextTickAt; at < until; at += tickMs) {
      if (at >= pauseAt && at < resumeAt) at = resumeAt;
      tick(at);
    }
    tick(until);
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
      let current = state;
      if (current === undefined) {
        const begun = beginTarget(target, settings, at);
        note(begun.decision);
        current = begun.state;
        nextTickAt = at + tickMs;
      }
      if (told.event === "tick") ticks = false;
      if (told.event === "observed") line = onwards(line, told.observation);
      if (ticks) current = tickUntil(current, at);
      const event: TargetEvent =
        told.event === "reconfigured"
          ? { ...told, settings: { ...current.settings, ...told.settings } }
          : told;
      const step = stepTarget(current, event);
      state = step.state;
      takenAt = at;
      return { ok: true, decision: note(step.decision), assessment: step.assessment };
    },
  };
}

const onwards = (line: Line, { at, admitted, attempted }: Totals): Line =>
  at <= line[1].at || (admitted === undefined && attempted === undefined)
    ? line
    : [
        line[1],
        { at, ...(admitted !== undefined && { admitted }), ...(attempted !== undefined && { attempted }) },
      ];

/** The totals on a line at `at`; the earlier ones where there are no two, or a counter was reset. */
const totalsAt = ([from, to]: Line, at: Instant): { admitted?: number; attempted?: number } => {
  const share = to.at > from.at ? Math.max(0, (at - from.at) / (to.at - from.at)) : 1;
  const total = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined || b < a ? (b ?? a) : a + share * (b - a);
  const admitted = total(from.admitted, to.admitted);
  const attempted = total(from.attempted, to.attempted);
  return {
    ...(admitted !== undefined && { admitted }),
    ...(attempted !== undefined && { attempted }),
  };
};
