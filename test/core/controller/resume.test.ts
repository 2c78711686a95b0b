/** A restart in the middle of an overload: what was learned goes on, and nothing is made of the time between. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beginTarget, type Step, stepTarget } from "../../../src/core/controller/step.ts";
import { resumeTarget, warmState } from "../../../src/core/controller/warm.ts";
import { settings } from "./settings.ts";

/** Consumers that complete 100/s with 1000 messages before them, looked at each second from `from` to `to`. */
const live = (begun: Step, from: number, to: number, admitted: (t: number) => number): Step => {
  let step = begun;
  for (let t = from; t <= to; t += 1) {
    const at = 1000 * t;
    const counts = { ready: 1000, unacked: 0, consumed: 100 * t, produced: 1000 + 100 * t };
    const observation = { at, receivedAt: at, consumers: 1, admitted: admitted(t), ...counts };
    step = stepTarget(step.state, { event: "observed", at, observation });
    const total = admitted(t + 0.25);
    step = stepTarget(step.state, { event: "tick", at: at + 250, admitted: total, attempted: 2 * total });
  }
  return step;
};

describe("a target after a restart", () => {
  const before = live(beginTarget("orders", settings(), 0), 1, 60, (t) => 100 * t);
  const stored = JSON.parse(JSON.stringify(warmState(before.state, 60_250)));

  for (const away of [2, 30, 600])
    it(`goes on with what it knows after ${away} s, and takes what was sent meanwhile for nobody's inflow`, () => {
      const back = 60 + away;
      const resumed = resumeTarget("orders", settings(), 1000 * back, stored);
      assert.ok(resumed !== undefined);
      // What was admitted while it was away is not known: the count goes on from where it was.
      const { decision, assessment } = live(resumed, back + 1, back + 1, (t) => 6000 + 100 * (t - back - 1));
      assert.ok(Math.abs((assessment.capacity ?? 0) - 100) < 2, String(assessment.capacity));
      assert.ok((assessment.exogenousInflow ?? 0) < 5, String(assessment.exogenousInflow));
      assert.ok(Math.abs((decision.rate ?? 0) - 100) < 15, String(decision.rate));
    });

  it("is blind until a fresh sample comes, and lets in no more than before", () => {
    const resumed = resumeTarget("orders", settings(), 200_000, stored);
    assert.ok(resumed !== undefined);
    assert.equal(resumed.decision.state, "blind");
    assert.ok((resumed.decision.rate ?? 0) <= (before.decision.rate ?? 0));
  });
});
