import type { TargetSettings } from "../../../src/core/settings.ts";

/** Settings with the defaults of the configuration, at a poll of 1 s. */
export const settings = (over: Partial<TargetSettings> = {}): TargetSettings => ({
  policy: { kind: "setpoint", setpointSeconds: 10, maxSeconds: 60 },
  signal: "total",
  pollMs: 1000,
  minRate: 1,
  maxRate: null,
  safeRate: "auto",
  onBlind: "safe",
  mode: "enforce",
  circuit: { failureRatio: 0.5, minimum: 20, noProgressMs: 60_000 },
  maxInFlight: null,
  leaseTtlMs: 15_000,
  refreshMs: 5000,
  ...over,
});
