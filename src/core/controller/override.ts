/**
 * An operator's own decision, in place of the controller's until it ends by itself.
 *
 *   rate      so much, whatever else is known
 *   open      nothing limits
 *   closed    nothing passes
 *   observe   the controller's decision, enforced on nobody
 *
 * The controller goes on deciding beneath it, and builds its next decision on its own last one: when an override
 * ends, what holds is what would have held without it, and no rate that an operator chose is clung to.
 */
import type { DecisionState, Override, Reason } from "../decision.ts";
import type { Mode } from "../settings.ts";
import { brief, type Instant, type Rate } from "../units.ts";

/** What an override replaces of a decision. */
export interface Told {
  readonly state: DecisionState;
  readonly mode: Mode;
  readonly rate: Rate | null;
  readonly reason: Reason;
  /** How long whoever is refused is told to stay away; an override has none of its own. */
  readonly retryAfterMs?: number;
}

/** null where there is none, or it is over. */
export const inForce = (override: Override | null, at: Instant): Override | null =>
  override !== null && at < override.until ? override : null;

/** `areHeldBack` says whether a rate holds anybody back. An operator's word is enforced on a target that only observes, too. */
export function applyOverride(
  override: Override,
  told: Told,
  areHeldBack: (rate: Rate | null) => boolean,
): Told {
  const { kind, rate } = override;
  if (kind === "observe")
    return {
      ...told,
      mode: "observe",
      reason: { ...told.reason, text: `${words(override)}; ${told.reason.text}` },
    };
  const enforced = kind === "closed" ? 0 : kind === "open" ? null : rate;
  const instead = told.rate === null ? "nothing would limit" : `${brief(told.rate)}/s would be the rate`;
  return {
    state: kind === "closed" || areHeldBack(enforced) ? "throttled" : "open",
    mode: "enforce",
    rate: enforced,
    reason: {
      signal: "override",
      value: enforced,
      setpoint: null,
      text: `${words(override)}; without it ${instead} (${told.state}: ${told.reason.text})`,
    },
  };
}

const words = ({ kind, rate, note, author }: Override): string => {
  const does = {
    rate: `held at ${brief(rate ?? 0)}/s`,
    open: "opened",
    closed: "closed",
    observe: "only observed",
  }[kind];
  return `${does} by ${author ?? "an operator"}${note === null ? "" : ` (${note})`}`;
};
