import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isTight, type Retention, withinRetention } from "../../../src/core/controller/retention.ts";
import { beginTarget, type Step, stepTarget } from "../../../src/core/controller/step.ts";
import type { Observation } from "../../../src/core/observation.ts";
import { settings } from "./settings.ts";

const delays = { sampleSeconds: 1, thetaSeconds: 1, correctSeconds: 3, setpointSeconds: 10, maxSeconds: 60 };

describe("what retention leaves of the setpoint", () => {
  const cases: [
    name: string,
    retention: Retention | undefined,
    setpoint: number,
    max: number,
    most?: number,
  ][] = [
    ["none is known", undefined, 10, 60],
    ["a week", { seconds: 604_800 }, 10, 60],
    ["a minute", { seconds: 60 }, 10, 30],
    ["20 s", { seconds: 20 }, 8, 10],
    ["1000 messages", { messages: 1000 }, 10, 60, 700],
  ];
  for (const [name, retention, setpoint, max, most] of cases)
    it(name, () => {
      const { setpointSeconds, maxSeconds, mostMessages } = withinRetention(delays, retention);
      assert.deepEqual([setpointSeconds, maxSeconds, mostMessages], [setpoint, max, most]);
    });

  it("a setpoint beyond a quarter of it is tight", () => {
    assert.equal(isTight(10, { seconds: 40 }), false);
    assert.equal(isTight(10, { seconds: 39 }), true);
    assert.equal(isTight(10, { messages: 5 }), false);
  });
});

/** Consumers that do 100/s, with `lag` messages waiting, for 20 s. */
const busy = (lag: number, over: Partial<Observation>): Step => {
  let step = beginTarget("orders", settings(), 0);
  for (let t = 1; t <= 20; t += 1) {
    const at = 1000 * t;
    const counts = { ready: lag, unacked: 0, consumed: 100 * t, produced: lag + 100 * t, admitted: 100 * t };
    const observation = { at, receivedAt: at, consumers: 1, attempted: 200 * t, ...counts, ...over };
    step = stepTarget(step.state, { event: "observed", at, observation });
    step = stepTarget(step.state, { event: "tick", at: at + 250, admitted: 100 * t, attempted: 200 * t });
  }
  return step;
};

describe("a target that deletes what waits too long", () => {
  it("is held at less than was asked for, and says why", () => {
    const { decision } = busy(800, { retentionMs: 20_000 });
    assert.equal(decision.reason.signal, "retention");
    assert.equal(decision.reason.setpoint, 8);
    assert.ok(Math.abs((decision.rate ?? 0) - 100) < 15, String(decision.rate));
  });

  it("is held at what fits", () => {
    const { decision } = busy(700, { retentionMessages: 1000 });
    assert.deepEqual([decision.reason.signal, decision.reason.setpoint], ["retention", 700]);
    assert.ok(Math.abs((decision.rate ?? 0) - 100) < 15, String(decision.rate));
  });

  it("sheds where what comes now would wait for half of its time", () => {
    assert.equal(busy(1100, { retentionMs: 20_000 }).decision.state, "shedding");
  });

  it("says when the first message goes", () => {
    const { decision, assessment } = busy(4000, { retentionMs: 30_000, oldestAgeMs: 10_000 });
    assert.ok(Math.abs((assessment.timeToLossSeconds ?? 0) - 26.7) < 1, String(assessment.timeToLossSeconds));
    assert.match(decision.reason.text, /the first message is deleted unread in 2\d(\.\d)? s/);
  });

  it("with room to spare, is held by its setpoint alone", () => {
    const { decision, assessment } = busy(1000, { retentionMs: 604_800_000, retentionMessages: 1e6 });
    assert.equal(decision.reason.signal, "lagSeconds");
    assert.equal(assessment.timeToLossSeconds, undefined);
  });

  it("keeps what it heard of retention where the next observation does not say", () => {
    const { state } = busy(1000, { retentionMs: 40_000 });
    const at = 21_000;
    const { assessment } = stepTarget(state, {
      event: "observed",
      at,
      observation: { at, receivedAt: at, ready: 1000, unacked: 0, consumed: 2100 },
    });
    assert.deepEqual(assessment.retention, { seconds: 40 });
  });
});
