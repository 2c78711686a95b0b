/**
 * The delays of the loop, and what follows from them.
 *
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
}

/** `ageSeconds`: how old samples usually are when they arrive. Only for settings with a setpoint. */
export function delaysOf(settings: TargetSettings, ageSeconds: number): Delays {
  const sampleSeconds = settings.pollMs / 1000;
  const thetaSeconds = sampleSeconds / 2 + Math.min(settings.refreshMs / 1000, sampleSeconds) / 2;
  const configured = settings.policy.kind === "setpoint" ? settings.policy : undefined;
  const setpointSeconds = Math.max(configured?.setpointSeconds ?? 0, 2 * sampleSeconds);
  return {
    sampleSeconds,
    thetaSeconds,
    correctSeconds: Math.max(3, 1.5 * thetaSeconds + ageSeconds / 2),
    setpointSeconds,
    // A setpoint that was raised to what can be held must stay below the bound.
    maxSeconds: Math.max(configured?.maxSeconds ?? 0, 2 * setpointSeconds),
  };
}
