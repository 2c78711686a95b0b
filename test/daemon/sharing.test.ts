/** What a decision gives to share, and how long whoever has no share is told to stay away. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beginTarget, stepTarget } from "../../src/core/controller/step.ts";
import type { Decision } from "../../src/core/decision.ts";
import { pieOf } from "../../src/core/sharing/pie.ts";
import { createDaemon } from "../../src/daemon/daemon.ts";
import { closedForMs } from "../../src/daemon/sharing.ts";
import { settings } from "../core/controller/settings.ts";
import { fakeSource, fakeTime, silent } from "./fakes.ts";

const none = Number.POSITIVE_INFINITY;
const { decision } = beginTarget("orders", settings(), 0);
const decided = (over: Partial<Decision>): Decision => ({ ...decision, ...over });

describe("what there is to share", () => {
  const cases: readonly [name: string, decision: Partial<Decision>, pie: ReturnType<typeof pieOf>][] = [
    [
      "nothing limits",
      { state: "open", rate: null },
      { rate: none, regime: "all", floorRate: 0, observed: false },
    ],
    [
      "throttled",
      { state: "throttled", rate: 40 },
      { rate: 40, regime: "all", floorRate: 0, observed: false },
    ],
    [
      "shedding",
      { state: "shedding", rate: 40, shedding: { floorRate: 5, endsAt: 9000 } },
      { rate: 40, regime: "shedding", floorRate: 5, observed: false },
    ],
    ["failing", { state: "failing", rate: 1 }, { rate: 1, regime: "probes", floorRate: 0, observed: false }],
    [
      "only observed",
      { state: "throttled", mode: "observe", rate: 40 },
      { rate: none, regime: "all", floorRate: 0, observed: true },
    ],
  ];
  for (const [name, over, pie] of cases) it(name, () => assert.deepEqual(pieOf(decided(over)), pie));
});

describe("whoever has no share stays away", () => {
  const shedding = (endsAt: number | null) =>
    decided({ state: "shedding", shedding: { floorRate: 5, endsAt } });
  const cases: readonly [name: string, decision: Decision, waitMs: number][] = [
    ["until shedding is forecast to end", shedding(31_000), 30_000],
    ["at least a second", shedding(1500), 1000],
    ["as long as can be said where no end is in sight", shedding(null), Number.MAX_SAFE_INTEGER],
    ["a poll where it is closed otherwise", decided({ state: "throttled", rate: 0 }), 5000],
  ];
  for (const [name, one, waitMs] of cases) it(name, () => assert.equal(closedForMs(one, 5000, 1000), waitMs));
});

describe("a target beyond its bound", () => {
  it("lets the higher class in, and tells the lowest when lag will be below half of it", async () => {
    const time = fakeTime();
    // Consumers complete 100/s, 70 s behind.
    const source = fakeSource((_watch, poll) => ({
      kind: "observed",
      observation: {
        at: time.clock(),
        receivedAt: time.clock(),
        ready: 7000,
        unacked: 0,
        produced: 7000 + 100 * poll,
        consumed: 100 * poll,
        consumers: 1,
      },
    }));
    const daemon = createDaemon(
      {
        brokers: [{ broker: "b", type: "memory", source, pollMs: 1000, timeoutMs: 2000 }],
        targets: [
          { target: "orders", broker: "b", watch: { target: "orders", queue: "q" }, settings: settings() },
        ],
        gates: new Map(),
        tenants: new Map(),
      },
      { clock: time.clock, random: () => 0.5, schedule: time.schedule, log: silent },
    );
    const ask = (priority: "normal" | "bulk") =>
      daemon.board.attempt("orders", { cost: 1, canWait: false, tenant: "default", priority });
    daemon.start();
    await time.advance(10_000);
    assert.equal(daemon.board.target("orders")?.decision.state, "shedding");
    for (let second = 0; second < 10; second += 1) {
      ask("normal");
      ask("bulk");
      await time.advance(1000);
    }
    assert.equal(ask("normal").allowed, true);
    const bulk = ask("bulk");
    // What of the inflow nobody asked for here still comes: no end is in sight, or one far off.
    assert.ok(!bulk.allowed && bulk.retryAfterMs > 30_000, JSON.stringify(bulk));
    assert.equal(bulk.rate, 0);
    const claims = daemon.board
      .target("orders")
      ?.sharing.claims.map(({ priority, askedRate }) => [priority, askedRate]);
    assert.equal(claims?.find(([priority]) => priority === "bulk")?.[1], 0);
    await daemon.stop();
  });

  it("forecasts when lag will be below half of it, and what a class alone is held to", () => {
    let step = beginTarget("orders", settings(), 0);
    for (let second = 0; second <= 10; second += 1) {
      const consumed = 100 * second;
      const observation = {
        at: 1000 * second,
        receivedAt: 1000 * second,
        ready: 7000,
        unacked: 0,
        consumed,
        produced: 7000 + consumed,
        admitted: 7000 + consumed,
        attempted: 7000 + consumed,
        consumers: 1,
      };
      step = stepTarget(step.state, { event: "observed", at: 1000 * second, observation });
    }
    const { state, rate, shedding, decidedAt } = step.decision;
    assert.equal(state, "shedding");
    assert.ok(shedding?.endsAt != null && rate !== null);
    // 70 s of lag, 30 s are half the bound: 40 s of work if nothing more comes.
    assert.ok(Math.abs((shedding.endsAt - decidedAt) / 40_000 - 1) < 0.1, `${shedding.endsAt - decidedAt}`);
    assert.ok(Math.abs(shedding.floorRate - 5) < 1);
  });
});
