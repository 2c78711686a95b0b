/** A target's life, event by event: each scenario a name, its events and what is decided at the end. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TargetEvent } from "../../../src/core/controller/events.ts";
import { beginTarget, type Step, stepTarget } from "../../../src/core/controller/step.ts";
import type { Decision } from "../../../src/core/decision.ts";
import type { Observation } from "../../../src/core/observation.ts";
import type { TargetSettings } from "../../../src/core/settings.ts";
import { settings } from "./settings.ts";

const second = 1000;

/** An observation at `at` seconds: `lag` ready messages, and `consumed` completed so far. */
const observed = (
  at: number,
  lag: number,
  consumed: number,
  over: Partial<Observation> = {},
): TargetEvent => ({
  event: "observed",
  at: at * second,
  observation: {
    at: at * second,
    receivedAt: at * second,
    ready: lag,
    unacked: 0,
    consumed,
    produced: lag + consumed,
    admitted: lag + consumed,
    attempted: lag + consumed,
    consumers: 1,
    ...over,
  },
});
const failed = (at: number): TargetEvent => ({
  event: "pollFailed",
  at: at * second,
  failure: { kind: "unreachable", message: "connection refused" },
});
const tick = (at: number, total: number, attempted = total): TargetEvent => ({
  event: "tick",
  at: at * second,
  admitted: total,
  attempted,
});

/** Consumers that complete 100/s, seen busy over ten seconds, with lag held at `lag` messages. */
const busy = (lag = 1000): TargetEvent[] =>
  Array.from({ length: 11 }, (_, t) => [observed(t, lag, 100 * t), tick(t + 0.5, lag + 100 * t + 50)]).flat();

/** Nothing comes and nothing is to be done. */
const quiet = (): TargetEvent[] => Array.from({ length: 11 }, (_, t) => observed(t, 0, 0));

const live = (events: readonly TargetEvent[], over: Partial<TargetSettings> = {}): Step =>
  events.reduce((step, event) => stepTarget(step.state, event), beginTarget("orders", settings(over), 0));

const near = (actual: number | null, expected: number, share = 0.05) =>
  assert.ok(
    actual !== null && Math.abs(actual - expected) <= share * expected,
    `${actual} is not about ${expected}`,
  );

interface Scenario {
  readonly name: string;
  readonly events: readonly TargetEvent[];
  readonly settings?: Partial<TargetSettings>;
  readonly state: Decision["state"];
  /** About; exactly where it is null or 0. */
  readonly rate: number | null;
  readonly text: RegExp;
}

const scenarios: Scenario[] = [
  {
    name: "nothing known yet: open, and says so",
    events: [],
    state: "blind",
    rate: null,
    text: /ever known.*nothing limits/,
  },
  {
    name: "nothing known and every poll fails: open, and says why",
    events: [failed(1), failed(2), failed(100)],
    state: "blind",
    rate: null,
    text: /ever known.*unreachable: connection refused/,
  },
  {
    name: "nothing known, closed asked for: still open, or it would never begin",
    events: [failed(100)],
    settings: { onBlind: "closed" },
    state: "blind",
    rate: null,
    text: /ever known/,
  },
  {
    name: "nothing known, a safe rate in numbers",
    events: [failed(100)],
    settings: { safeRate: 40 },
    state: "blind",
    rate: 40,
    text: /40\/s at the most/,
  },
  {
    name: "one sample tells no rate",
    events: [observed(0, 5000, 0)],
    state: "open",
    rate: null,
    text: /5000 messages behind; nobody is held back/,
  },
  {
    name: "idle",
    events: [observed(0, 0, 0), observed(1, 0, 0), observed(2, 0, 0)],
    state: "open",
    rate: null,
    text: /nothing behind/,
  },
  {
    name: "lag at the setpoint: what consumers do",
    events: busy(),
    state: "throttled",
    rate: 100,
    text: /10 s behind, holding 10 s; consumers complete 100\/s/,
  },
  { name: "lag above it: less", events: busy(1150), state: "throttled", rate: 50, text: /11.5 s behind/ },
  {
    name: "lag far above it: the floor",
    events: busy(4000),
    state: "throttled",
    rate: 5,
    text: /40 s behind/,
  },
  {
    name: "beyond the bound: shedding, at the floor",
    events: busy(7000),
    state: "shedding",
    rate: 5,
    text: /70 s behind, beyond the bound of 60 s/,
  },
  {
    name: "maxRate is never passed",
    events: busy(10),
    settings: { maxRate: 70 },
    state: "throttled",
    rate: 70,
    text: /behind/,
  },
  {
    name: "minRate always flows",
    events: busy(9000),
    settings: { minRate: 20 },
    state: "shedding",
    rate: 20,
    text: /behind/,
  },
  {
    name: "a setpoint below twice the poll is raised to it",
    events: busy(1000),
    settings: { policy: { kind: "setpoint", setpointSeconds: 1, maxSeconds: 60 }, pollMs: 5000 },
    state: "throttled",
    rate: 100,
    text: /holding 10 s/,
  },
  {
    name: "the hold: three polls without an answer change nothing",
    events: [...busy(), failed(11), failed(12)],
    state: "throttled",
    rate: 100,
    text: /holding 10 s/,
  },
  {
    name: "then it goes down",
    events: [...busy(), failed(11), failed(12), tick(43, 2100)],
    state: "blind",
    rate: 75,
    text: /nothing fresh for 33 s \(unreachable: connection refused\); going down/,
  },
  {
    name: "to half the last known drain",
    events: [...busy(), tick(200, 2100)],
    state: "blind",
    rate: 50,
    text: /at the safe rate, 50\/s/,
  },
  {
    name: "a rate that is lower already is not raised by blindness",
    events: [...busy(4000), tick(200, 5100)],
    state: "blind",
    rate: 5,
    text: /at the safe rate, 5\/s/,
  },
  {
    name: "a queue that was only ever quiet shows no drain to be safe by: nothing limits",
    events: [...quiet(), tick(200, 0)],
    state: "blind",
    rate: null,
    text: /nothing fresh for 190 s.*what consumers can do was never seen, so nothing limits/,
  },
  {
    name: "nor is it less than the safe rate that is configured, from the first",
    events: [...quiet(), tick(15, 0)],
    settings: { safeRate: 40 },
    state: "blind",
    rate: 40,
    text: /going down to the safe rate, 40\/s now/,
  },
  {
    name: "quiet and to be closed when blind: after the descent, not before",
    events: [...quiet(), tick(200, 0)],
    settings: { onBlind: "closed" },
    state: "blind",
    rate: 0,
    text: /closed, as configured/,
  },
  {
    name: "blind and closed",
    events: [...busy(), tick(200, 2100)],
    settings: { onBlind: "closed" },
    state: "blind",
    rate: 0,
    text: /closed, as configured/,
  },
  {
    name: "blind and open",
    events: [...busy(), tick(200, 2100)],
    settings: { onBlind: "open" },
    state: "blind",
    rate: null,
    text: /open, as configured/,
  },
  {
    name: "open when blind is still below maxRate",
    events: [...busy(), tick(200, 2100)],
    settings: { onBlind: "open", maxRate: 500 },
    state: "blind",
    rate: 500,
    text: /open, as configured, 500\/s/,
  },
  {
    name: "lag that becomes unknown is no news to decide from",
    events: [...busy(), observed(11, 0, 0, { ready: { value: 0, quality: "stale" } }), tick(12, 2100)],
    state: "open",
    rate: 100,
    text: /100\/s at the most/,
  },
  {
    name: "sight comes back",
    events: [
      ...busy(),
      tick(200, 2100),
      observed(201, 1000, 20_100, { admitted: 2100 }),
      observed(202, 1000, 20_200, { admitted: 2200 }),
      tick(202, 2200, 2300),
    ],
    state: "throttled",
    rate: 100,
    text: /holding/,
  },
  {
    name: "consumers gone: the floor, and it says so",
    events: [
      ...busy(),
      ...Array.from({ length: 20 }, (_, i) => [
        observed(11 + i, 1100, 1000, { consumers: 0 }),
        tick(11.5 + i, 2100, 2100 + 50 * i),
      ]).flat(),
    ],
    state: "throttled",
    rate: 1,
    text: /no consumer is connected/,
  },
];

describe("a target's life", () => {
  for (const { name, events, settings: over, state, rate, text } of scenarios) {
    it(name, () => {
      const { decision } = live(events, over);
      assert.equal(decision.state, state, decision.reason.text);
      if (rate === null || rate === 0) assert.equal(decision.rate, rate);
      else near(decision.rate, rate, 0.3);
      assert.match(decision.reason.text, text);
    });
  }

  it("follows plain thresholds with hysteresis", () => {
    const over: Partial<TargetSettings> = {
      policy: { kind: "thresholds", unit: "messages", steps: [{ above: 1000, below: 800, rate: 50 }] },
    };
    const rates = [900, 1001, 900, 799].map(
      (_, index, lags) =>
        live(
          lags.slice(0, index + 1).map((lag, t) => observed(t, lag, 100 * t)),
          over,
        ).decision.rate,
    );
    assert.deepEqual(rates, [null, 50, 50, null]);
  });

  it("takes new settings and keeps what it knows", () => {
    const { decision } = live([
      ...busy(),
      { event: "reconfigured", at: 11 * second, settings: settings({ maxRate: 30 }) },
    ]);
    assert.equal(decision.rate, 30);
  });
});
