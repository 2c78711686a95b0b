import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Basis } from "../../../src/core/assessment.ts";
import { basisOf, completionsOf } from "../../../src/core/controller/basis.ts";
import { beginTarget, type Step, stepTarget } from "../../../src/core/controller/step.ts";
import type { Observation } from "../../../src/core/observation.ts";
import { settings } from "./settings.ts";

const all = { lagMessages: 40, producedTotal: 1000, consumedTotal: 960, admittedTotal: 500 };
const none = {
  lagMessages: 40,
  producedTotal: undefined,
  consumedTotal: undefined,
  admittedTotal: undefined,
};
const pollMs = 1000;

const cases: [name: string, counts: typeof all | Partial<typeof all>, basis: Basis, completions?: number][] =
  [
    ["completions are counted", all, "counters", 960],
    ["arrivals are", { lagMessages: 40, producedTotal: 1000, admittedTotal: 500 }, "arrivals", 960],
    ["what was let in is", { lagMessages: 40, admittedTotal: 500 }, "lag", 460],
    ["nothing is", { lagMessages: 40 }, "nothing"],
  ];

describe("basis of completions", () => {
  for (const [name, counts, basis, completions] of cases)
    it(name, () => {
      const told = { ...none, ...counts };
      assert.equal(basisOf(told, 0, undefined, pollMs), basis);
      assert.equal(completionsOf(basis, told), completions);
    });

  it("a counter that is missing for a moment changes nothing, one that stays away does", () => {
    const before = { sample: { basis: "counters" as const }, toldAt: 0 };
    const now = { ...none, admittedTotal: 500 };
    assert.equal(basisOf(now, 5000, before, pollMs), "counters");
    assert.equal(basisOf(now, 7000, before, pollMs), "lag");
    assert.equal(basisOf(all, 1000, { sample: { basis: "lag" }, toldAt: 0 }, pollMs), "counters");
  });
});

/** 20 s at a lag of `lag`, told by its counts of messages alone. */
const watched = (over: (t: number) => Partial<Observation>, lag = 1000): Step => {
  let step = beginTarget("jobs", settings(), 0);
  for (let t = 1; t <= 20; t += 1) {
    const at = 1000 * t;
    const observation = { at, receivedAt: at, ready: lag, unacked: 0, consumers: 1, ...over(t) };
    step = stepTarget(step.state, { event: "observed", at, observation });
  }
  return step;
};

describe("a target without a counter of completions", () => {
  it("is held by lag and admissions, and says what it does not know", () => {
    const { decision, assessment } = watched((t) => ({ admitted: 100 * t, attempted: 200 * t }));
    assert.ok(Math.abs((decision.rate ?? 0) - 100) < 5, String(decision.rate));
    assert.equal(assessment.basis, "lag");
    assert.match(decision.reason.text, /beside what others send, told from lag and admissions alone/);
  });

  it("is held by arrivals and lag, whoever sends", () => {
    const { assessment } = watched((t) => ({ produced: 150 * t, admitted: 100 * t }));
    assert.equal(assessment.basis, "arrivals");
    assert.ok(Math.abs((assessment.capacity ?? 0) - 150) < 5, String(assessment.capacity));
    assert.ok(Math.abs((assessment.exogenousInflow ?? 0) - 50) < 5, String(assessment.exogenousInflow));
  });

  it("with nothing counted at all, holds nobody and says why", () => {
    const { decision, assessment } = watched(() => ({}));
    assert.equal(decision.rate, null);
    assert.equal(assessment.basis, "nothing");
    assert.match(decision.reason.text, /nothing tells what consumers complete/);
  });
});
