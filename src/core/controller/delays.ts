/**
 * The delays of the loop, and what follows from them.
 *
 *   Pe = max(poll, commit cadence)   how far apart samples are that tell something new (cadence.ts)
 *   θ  = Pe/2 + refresh/2            from a change to its being seen, and from a decision to its being obeyed;
 *                                    nobody need refresh less often than there is something new
 *   Tc = max(3 s, 1.5·θ + age/2)     how fast lag may be corrected
 *   S* = max(setpoint, 2·Pe)         what can be held at all
 *
 * Lag is an integrator; with delay θ a correction in time Tc is unstable from θ/Tc = π/2 on. So the gain is
 * taken from delays that are measured, and there is none to tune by hand.
 */
import type { TargetSettings } from "../settings.ts";

export interface Delays {
  /** Pe: how far apart samples are that tell something new. */
  readonly sampleSeconds: number;
  /** θ: from a change to its being seen, and from a decision to its being obeyed. */
  readonly thetaSeconds: number;
  /** Tc: the time in which a deviation of lag is corrected. */
  readonly correctSeconds: number;
  /** S*, the setpoint that is held. */
  readonly setpointSeconds: number;
  readonly maxSeconds: number;
  /** More than this is not held, whatever the setpoint. In messages; absent: no such limit. */
  readonly mostMessages?: number;
}

/** A cadence is a mean: by less than this it does not move the setpoint. */
const raiseAt = 1.25;

/**
 * `ageSeconds`: how old samples usually are when they arrive; `commitSeconds`: how far apart commits are; `width`:
 * how much more slowly lag is corrected than it might be.
 */
export function delaysOf(
  settings: TargetSettings,
  ageSeconds: number,
  commitSeconds: number,
  width = 1,
): Delays {
  const pollSeconds = settings.pollMs / 1000;
  const sampleSeconds = Math.max(pollSeconds, commitSeconds);
  const thetaSeconds = sampleSeconds / 2 + Math.min(settings.refreshMs / 1000, sampleSeconds) / 2;
  const configured = settings.policy.kind === "setpoint" ? settings.policy : undefined;
  const asked = Math.max(configured?.setpointSeconds ?? 0, 2 * pollSeconds);
  const setpointSeconds = 2 * sampleSeconds > raiseAt * asked ? 2 * sampleSeconds : asked;
  return {
    sampleSeconds,
    thetaSeconds,
    correctSeconds: width * Math.max(3, 1.5 * thetaSeconds + ageSeconds / 2),
    setpointSeconds,
    // A setpoint that was raised to what can be held must stay below the bound.
    maxSeconds: Math.max(configured?.maxSeconds ?? 0, 2 * setpointSeconds),
  };
}
