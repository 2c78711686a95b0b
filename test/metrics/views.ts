/** Views as the board gives them, for tests of the metrics. */
import type { Board, SourceView, TargetView } from "../../src/daemon/board.ts";
import type { MetricsSnapshot } from "../../src/metrics/samples.ts";

export const now = Date.parse("2026-11-23T19:20:05.000Z");
const observedAt = now - 2500;

/** A throttled target of which everything is known. */
export const knownTarget = (target: string, over: Partial<TargetView> = {}): TargetView => ({
  target,
  broker: "events",
  settings: {
    policy: { kind: "setpoint", setpointSeconds: 10, maxSeconds: 60 },
    pollMs: 5000,
    minRate: 1,
    maxRate: null,
    safeRate: "auto",
    onBlind: "safe",
    mode: "enforce",
    leaseTtlMs: 15_000,
    refreshMs: 5000,
  },
  decision: {
    target,
    state: "throttled",
    mode: "enforce",
    rate: 430.7,
    reason: { signal: "lagSeconds", value: 18.2, setpoint: 10, text: "18.2 s behind, holding 10 s" },
    lag: { messages: 17_290, seconds: 18.2, method: "rate", trend: "falling" },
    observedAt,
    decidedAt: now,
    validUntil: now + 15_000,
    version: "b7c1-4711",
  },
  assessment: {
    at: observedAt,
    status: "behind",
    lag: {
      quality: "fresh",
      messages: 17_290,
      seconds: { quality: "fresh", seconds: 18.2, method: "rate" },
      trend: "falling",
      covers: { fresh: 3, of: 4 },
    },
    held: 12,
    delayed: 7,
    lost: 5,
    inflow: 480.5,
    exogenousInflow: 50,
    drain: 950,
    capacity: 960,
    consumers: 2,
    groupState: "stable",
    parts: [],
  },
  counters: {
    attempted: 61_200,
    admitted: 49_900,
    delayed: 300,
    refused: 11_300,
    blindSeconds: 4.25,
    observations: 120,
    failures: { timeout: 3 },
    decisions: { "open none": 2, "throttled lagSeconds": 41 },
  },
  ...over,
});

/** A target that was never observed and that nothing limits. */
export const unseenTarget = (target: string): TargetView => {
  const seen = knownTarget(target);
  return {
    ...seen,
    settings: { ...seen.settings, policy: { kind: "thresholds", unit: "messages", steps: [] } },
    decision: { ...seen.decision, state: "blind", rate: null, observedAt: null },
    assessment: {
      status: "unknown",
      lag: {
        quality: "unknown",
        seconds: { quality: "unknown" },
        trend: "unknown",
        covers: { fresh: 0, of: 0 },
      },
      lost: 0,
      groupState: "unknown",
      parts: [],
    },
    counters: {
      attempted: 0,
      admitted: 0,
      delayed: 0,
      refused: 0,
      blindSeconds: 0,
      observations: 0,
      failures: {},
      decisions: {},
    },
  };
};

export const knownSource = (broker: string, over: Partial<SourceView> = {}): SourceView => ({
  broker,
  type: "kafka",
  targets: 1,
  reachable: true,
  pollMs: 5000,
  lastPollAt: observedAt,
  lastPollMs: 12,
  lastPollRequests: 3,
  polls: 123,
  requests: { OffsetFetch: 123, ListOffsets: 125 },
  errors: { timeout: 3 },
  lastError: null,
  ...over,
});

/** By its type: what the board shows is what the metrics take. */
export const snapshotOf = (board: Pick<Board, "targets" | "sources">): MetricsSnapshot => ({
  targets: board.targets(),
  sources: board.sources(),
});
