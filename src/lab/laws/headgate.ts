/** Headgate's own law: core's steps, driven as the daemon drives them. */
import { beginTarget, stepTarget } from "../../core/controller/step.ts";
import type { TargetSettings } from "../../core/settings.ts";
import type { Law, LawSetup } from "../law.ts";

/** The defaults of the configuration. */
const settingsOf = ({
  pollSeconds,
  refreshSeconds,
  configuredSetpointSeconds,
}: LawSetup): TargetSettings => ({
  policy: {
    kind: "setpoint",
    setpointSeconds: configuredSetpointSeconds,
    maxSeconds: 6 * configuredSetpointSeconds,
  },
  pollMs: pollSeconds * 1000,
  minRate: 1,
  maxRate: null,
  safeRate: "auto",
  onBlind: "safe",
  mode: "enforce",
  circuit: { failureRatio: 0.5, minimum: 20, noProgressMs: 60_000 },
  maxInFlight: null,
  leaseTtlMs: 15_000,
  refreshMs: refreshSeconds * 1000,
});

export const headgate: Law = {
  name: "headgate",
  begin(setup) {
    let { state, decision } = beginTarget("lab", settingsOf(setup), 0);
    const retention = {
      ...(setup.retentionSeconds !== undefined && { retentionMs: setup.retentionSeconds * 1000 }),
      ...(setup.retentionMessages !== undefined && { retentionMessages: setup.retentionMessages }),
    };
    return {
      observed(reading) {
        const { at, receivedAt, lag, produced, consumed, admitted, attempted, rebalancing } = reading;
        const observation = {
          at: at * 1000,
          receivedAt: receivedAt * 1000,
          ready: lag,
          unacked: 0,
          ...(produced !== undefined && { produced }),
          ...(consumed !== undefined && { consumed }),
          admitted,
          attempted,
          consumers: 1,
          groupState: rebalancing ? ("rebalancing" as const) : ("stable" as const),
          ...retention,
        };
        ({ state, decision } = stepTarget(state, { event: "observed", at: receivedAt * 1000, observation }));
      },
      pollFailed(at) {
        const failure = { kind: "timeout", message: "no answer" } as const;
        ({ state, decision } = stepTarget(state, { event: "pollFailed", at: at * 1000, failure }));
      },
      tick(at, admitted, attempted) {
        ({ state, decision } = stepTarget(state, { event: "tick", at: at * 1000, admitted, attempted }));
      },
      rate: () => decision.rate ?? Number.POSITIVE_INFINITY,
      outcomes(at, acked, failed) {
        const event = { event: "outcomes", at: at * 1000, acked, failed, deadLettered: 0 } as const;
        ({ state, decision } = stepTarget(state, event));
      },
      isFailing: () => decision.state === "failing",
    };
  },
};
