/**
 * Without a fresh observation nothing new is decided, and nothing is let in that was not before:
 *
 *   up to 3 polls       the last rate is held
 *   then, over 60 s     it goes down to the safe rate; a rate that was lower already stays
 *   after that          as `onBlind` says: the safe rate, open, or closed
 *
 * With nothing ever known of a target there is no rate to hold and no drain to be safe by: it is open. So is a queue
 * that was only ever quiet: a drain of nothing, for want of messages, is not what its consumers can do.
 */
import type { TargetSettings } from "../settings.ts";
import { type Instant, type Rate, secondsBetween } from "../units.ts";

const holdPolls = 3;
const descentSeconds = 60;

/** Until when the last decision is held. */
export const holdUntil = (lastFreshAt: Instant, settings: TargetSettings): Instant =>
  lastFreshAt + holdPolls * settings.pollMs;

/** All producers together, when nothing fresh is known; null where not even a drain was ever seen. */
export function safeRate(settings: TargetSettings, lastDrain: Rate | undefined): Rate | null {
  const asked =
    settings.safeRate !== "auto" ? settings.safeRate : lastDrain === undefined ? null : lastDrain / 2;
  if (asked === null) return settings.maxRate;
  return Math.min(Math.max(asked, settings.minRate), settings.maxRate ?? Number.POSITIVE_INFINITY);
}

export interface Blind {
  readonly rate: Rate | null;
  readonly phase: "descending" | "settled";
}

/**
 * The rate while blind. `held` is the rate in force when the last fresh sample was taken (null: nothing
 * limited), `ceiling` what a descent from no limit begins at.
 */
export function blindRate(
  settings: TargetSettings,
  at: Instant,
  lastFreshAt: Instant,
  held: Rate | null,
  lastDrain: Rate | undefined,
  ceiling: Rate,
): Blind {
  const share = secondsBetween(holdUntil(lastFreshAt, settings), at) / descentSeconds;
  if (share >= 1 && settings.onBlind !== "safe") {
    return { phase: "settled", rate: settings.onBlind === "closed" ? 0 : settings.maxRate };
  }
  const safe = safeRate(settings, lastDrain);
  const phase = share >= 1 ? "settled" : "descending";
  if (safe === null) return { phase, rate: held };
  const unheld = Math.max(safe, Math.min(ceiling, settings.maxRate ?? ceiling));
  // Also where `minRate` was raised meanwhile.
  const from = Math.max(held ?? unheld, Math.min(settings.minRate, safe));
  const to = Math.min(safe, from);
  return { phase, rate: from + (to - from) * Math.min(1, Math.max(0, share)) };
}
