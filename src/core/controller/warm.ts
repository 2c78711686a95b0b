/**
 * What of a target outlives a restart, and how it goes on from there: with all that was learned, blind until a
 * fresh sample comes, and with an operator's override as long as that lasts. What cannot be gone on from is
 * dropped, and the target begins cold.
 */
import type { Override } from "../decision.ts";
import type { TargetSettings } from "../settings.ts";
import type { Instant } from "../units.ts";
import { beginTarget, type Step, stepTarget, type TargetState, tellTarget } from "./step.ts";

/** Of what `warmState` gives; raised when a state of before no longer makes sense. */
export const stateFormat = 1;

export interface WarmState {
  readonly at: Instant;
  readonly state: TargetState;
}

/** Plain data, as of `at`. */
export const warmState = (state: TargetState, at: Instant): WarmState => ({ at, state });

/** `saved`: what `warmState` gave, or anything. Undefined where there is no going on from it. */
export function resumeTarget(
  target: string,
  settings: TargetSettings,
  at: Instant,
  saved: unknown,
): Step | undefined {
  const { at: savedAt, state } = isObject(saved) ? saved : {};
  // Of a clock that was ahead nothing would be newer for a while.
  if (typeof savedAt !== "number" || savedAt > at || !isObject(state)) return undefined;
  const begun = beginTarget(target, settings, at);
  if (!hasShapeOf(state, begun.state)) return undefined;
  // As a whole it is believed only when a step can be made with it.
  const resumed = {
    ...state,
    ...resumedRates(state),
    target,
    settings,
    override: null,
  } as unknown as TargetState;
  try {
    const tick = stepTarget(resumed, { event: "tick", at });
    return isSound(tick) ? { ...tellTarget(resumed, at), state: resumed } : undefined;
  } catch {
    return undefined;
  }
}

/** What was let in since the last sample is not known. */
const resumedRates = ({ rates }: Readonly<Record<string, unknown>>) =>
  isObject(rates) ? { rates: { ...rates, isResumed: true } } : {};

/** An override as it was saved; undefined where it is none, or over. */
export function resumeOverride(saved: unknown, at: Instant): Override | undefined {
  if (!isObject(saved)) return undefined;
  const { kind, rate, until, note, author } = saved as Partial<Override>;
  const known = kind === "open" || kind === "closed" || kind === "observe" || kind === "rate";
  if (!known || typeof until !== "number" || !(until > at)) return undefined;
  if (kind === "rate" ? !(typeof rate === "number" && rate > 0) : rate !== null) return undefined;
  return { kind, rate: rate ?? null, note: note ?? null, author: author ?? null, until };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** All that a state begins with is there, in kind. */
const hasShapeOf = (state: Readonly<Record<string, unknown>>, begun: TargetState): boolean =>
  Object.entries(begun).every(
    ([key, value]) => value === undefined || value === null || typeof state[key] === typeof value,
  );

const isSound = ({ decision: { rate } }: Step): boolean =>
  rate === null || (Number.isFinite(rate) && rate >= 0);
