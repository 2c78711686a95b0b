/** Headgate's own law: core's steps, driven as the daemon drives them. */
import type { TargetEvent } from "../../core/controller/events.ts";
import { beginTarget, stepTarget } from "../../core/controller/step.ts";
import { resumeTarget, warmState } from "../../core/controller/warm.ts";
import type { TargetSettings } from "../../core/settings.ts";
import type { Law, LawSetup } from "../law.ts";
import { openDesk } from "./leases.ts";

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
  signal: "total",
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
    const settings = settingsOf(setup);
    const begunAt = setup.begunAt * 1000;
    let step = resumeTarget("lab", settings, begunAt, setup.kept) ?? beginTarget("lab", settings, begunAt);
    let takenAt = begunAt;
    // The totals that decisions rest on go on where they were, and never go back.
    const { admitted: admittedBefore = 0, attempted: attemptedBefore = 0 } = step.state.pressure;
    let counted = { admitted: admittedBefore, attempted: attemptedBefore };
    const take = (event: TargetEvent): void => {
      takenAt = event.at;
      step = stepTarget(step.state, event);
    };
    const desk = setup.leased ? openDesk(settings, setup.claims, setup.begunAt) : undefined;
    const retention = {
      ...(setup.retentionSeconds !== undefined && { retentionMs: setup.retentionSeconds * 1000 }),
      ...(setup.retentionMessages !== undefined && { retentionMessages: setup.retentionMessages }),
    };
    return {
      observed({ at, receivedAt, lag, produced, consumed, admitted, attempted, rebalancing }) {
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
        take({ event: "observed", at: receivedAt * 1000, observation });
      },
      pollFailed: (at) =>
        take({ event: "pollFailed", at: at * 1000, failure: { kind: "timeout", message: "no answer" } }),
      tick(at, admitted, attempted) {
        take({ event: "tick", at: at * 1000, admitted, attempted });
        desk?.share(at, step);
      },
      outcomes: (at, acked, failed) =>
        take({ event: "outcomes", at: at * 1000, acked, failed, deadLettered: 0 }),
      rate: () => step.decision.rate ?? Number.POSITIVE_INFINITY,
      isFailing: () => step.decision.state === "failing",
      keep: () => warmState(step.state, takenAt),
      ...(desk && {
        renew: desk.renew,
        counted(at) {
          const { admitted, attempted } = desk.count(at);
          counted = {
            admitted: Math.max(counted.admitted, admittedBefore + admitted),
            attempted: Math.max(counted.attempted, attemptedBefore + attempted),
          };
          return counted;
        },
      }),
    };
  },
};
