/** A board made of values, for tests of whoever serves one. */

import type { Request } from "../../src/core/sharing/registry.ts";
import type { Attempt, Board, LeaseView, SourceView, TargetView } from "../../src/daemon/board.ts";
import { settings } from "../core/controller/settings.ts";

/** The board's clock stands still. */
export const now = Date.parse("2026-11-23T19:20:02.000Z");
const observedAt = now - 2000;

export interface TargetChanges {
  readonly broker?: string;
  readonly settings?: Partial<TargetView["settings"]>;
  readonly decision?: Partial<TargetView["decision"]>;
  readonly assessment?: Partial<TargetView["assessment"]>;
}

/** A throttled target of which everything is known, with the given changes. */
export const targetView = (target: string, changes: TargetChanges = {}): TargetView => ({
  target,
  broker: changes.broker ?? "events",
  settings: settings({ pollMs: 5000, ...changes.settings }),
  decision: {
    target,
    state: "throttled",
    mode: "enforce",
    override: null,
    rate: 430.7,
    reason: {
      signal: "lagSeconds",
      value: 18.2,
      setpoint: 10,
      text: "18.2 s behind, holding 10 s; consumers complete 950/s",
    },
    lag: { messages: 17_290, seconds: 18.2, method: "rate", trend: "falling" },
    observedAt,
    decidedAt: now - 100,
    validUntil: observedAt + 15_000,
    version: "b7c1-4711",
    ...changes.decision,
  },
  assessment: {
    at: observedAt,
    status: "behind",
    lag: {
      quality: "fresh",
      messages: 17_290,
      seconds: { quality: "fresh", seconds: 18.2, method: "rate" },
      trend: "falling",
      covers: { fresh: 2, of: 2 },
    },
    lost: 0,
    inflow: 480.5,
    exogenousInflow: 50,
    basis: "counters",
    drain: 950,
    capacity: 950,
    timeToDrainSeconds: 36.8,
    retention: { seconds: 604_800 },
    consumers: 2,
    groupState: "stable",
    parts: [
      { part: "orders/0", lag: 9000, held: 0, lost: 0, quality: "fresh", flags: [] },
      { part: "orders/1", lag: 8290, lost: 0, quality: "fresh", flags: ["noCommit"] },
    ],
    ...changes.assessment,
  },
  circuit: "closed",
  counters: {
    attempted: 61_200,
    admitted: 49_900,
    delayed: 300,
    refused: 11_300,
    wouldRefuse: 0,
    blindSeconds: 0,
    observations: 120,
    failures: {},
    decisions: { "throttled lagSeconds": 41 },
    transitions: {},
    outcomes: { acked: 0, failed: 0, deadLettered: 0, duplicates: 0 },
  },
  sharing: {
    leases: 2,
    leasedRate: 310.5,
    inFlightMax: 0,
    claims: [
      {
        tenant: "acme",
        priority: "normal",
        leases: 2,
        leasedRate: 310.5,
        askedRate: 120.2,
        attempted: 61_200,
        admitted: 49_900,
        delayed: 300,
        refused: 11_300,
      },
    ],
  },
});

/** A target that was never observed, so that nothing limits it. */
export const unseenTarget = (target: string, broker = "events"): TargetView => ({
  ...targetView(target, {
    broker,
    decision: {
      state: "blind",
      rate: null,
      reason: { signal: "blind", value: null, setpoint: 10, text: "never observed, so nothing limits" },
      lag: { messages: null, seconds: null, method: null, trend: "unknown" },
      observedAt: null,
    },
  }),
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
  sharing: { leases: 0, leasedRate: 0, inFlightMax: 0, claims: [] },
});

/** A broker that answers, with the given changes. */
export const sourceView = (broker: string, changes: Partial<SourceView> = {}): SourceView => ({
  broker,
  type: "kafka",
  targets: 2,
  reachable: true,
  pollMs: 5000,
  lastPollAt: observedAt,
  lastPollMs: 12.5,
  lastPollRequests: 3,
  polls: 120,
  requests: { OffsetFetch: 120, ListOffsets: 120, DescribeGroups: 120 },
  errors: {},
  lastError: null,
  ...changes,
});

export interface FakeBoard extends Board {
  /** What was asked, in order. */
  readonly attempts: readonly (Attempt & { readonly gate: string })[];
  readonly renewals: readonly Request[];
  readonly released: readonly string[];
}

/** What a board answers to an attempt, given the gate's first target. */
export type Answer = (
  by: TargetView,
  attempt: Attempt,
) => { readonly by: TargetView } & (
  | { readonly allowed: true; readonly delayMs: number }
  | { readonly allowed: false; readonly retryAfterMs: number }
);

/** The leases that every target of a fake board has. */
const heldLeases: readonly LeaseView[] = [
  {
    producer: "checkout-7",
    gate: "orders",
    tenant: "acme",
    priority: "normal",
    members: 1,
    rate: 210.5,
    inFlight: 12,
    expiresAt: now + 14_000,
  },
  {
    producer: "importer",
    gate: "orders-billing",
    tenant: "acme",
    priority: "normal",
    members: 3,
    rate: 100,
    inFlight: 0,
    expiresAt: now + 9000,
  },
];

export const go: Answer = (by) => ({ allowed: true, delayMs: 0, by });

/** Gates are governed by their first target. */
export const fakeBoard = (parts: {
  readonly targets?: readonly TargetView[];
  readonly sources?: readonly SourceView[];
  readonly gates?: Readonly<Record<string, readonly string[]>>;
  readonly answer?: Answer;
  readonly follow?: Board["follow"];
  readonly override?: Board["override"];
  readonly store?: ReturnType<Board["store"]>;
}): FakeBoard => {
  const { targets = [], sources = [], answer = go } = parts;
  const gates = new Map(Object.entries(parts.gates ?? {}));
  const byName = new Map(targets.map((view) => [view.target, view]));
  const attempts: (Attempt & { readonly gate: string })[] = [];
  const renewals: Request[] = [];
  const released: string[] = [];
  const firstOf = (gate: string) => byName.get(gates.get(gate)?.[0] ?? gate);
  return {
    attempts,
    renewals,
    released,
    startedAt: now - 600_000,
    now: () => now,
    targets: () => targets,
    target: (name) => byName.get(name),
    gates: () => gates,
    has: (name) => firstOf(name) !== undefined,
    attempt(gate, attempt) {
      attempts.push({ gate, ...attempt });
      const by = firstOf(gate);
      if (by === undefined) throw new RangeError(`the board has no ${gate}`);
      const { tenant, priority } = attempt;
      return { rate: by.decision.rate, tenant, priority, ...answer(by, attempt) };
    },
    renew(request) {
      renewals.push(request);
      const by = firstOf(request.gate);
      if (by === undefined) throw new RangeError(`the board has no ${request.gate}`);
      const rate = (by.decision.rate ?? Number.POSITIVE_INFINITY) / 2;
      return {
        granted: true,
        rate,
        burst: Math.max(1, rate / 10),
        inFlightMax: Number.POSITIVE_INFINITY,
        ttlMs: by.settings.leaseTtlMs,
        refreshMs: by.settings.refreshMs,
        safeRate: 237.5,
        tenant: request.tenant,
        priority: request.priority,
        by,
      };
    },
    release: (producer) => released.push(producer),
    leases: (name, most) => (byName.has(name) ? heldLeases.slice(0, most) : undefined),
    registry: () => ({ leases: 2, most: 100_000, refused: 0 }),
    sources: () => sources,
    report: (name, { length }) => (byName.has(name) ? { accepted: length, duplicates: 0 } : undefined),
    store: () => parts.store ?? null,
    override: parts.override ?? ((name) => byName.get(name)),
    follow: parts.follow ?? (() => undefined),
  };
};
