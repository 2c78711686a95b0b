/** The slowest part: paces from a target's parts, and what follows for its producers. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { partSeconds, worstOf, worstRate } from "../../../src/core/controller/parts.ts";
import { beginTarget, type Step, stepTarget } from "../../../src/core/controller/step.ts";
import type { PartObservation } from "../../../src/core/observation.ts";
import type { TargetSettings } from "../../../src/core/settings.ts";
import { settings } from "./settings.ts";

interface Flow {
  /** Messages per second that arrive and are completed. */
  readonly inflow: number;
  readonly drain: number;
  /** At first. */
  readonly lag: number;
}

/** `seconds` of parts p0, p1 ... that are looked at every second. */
const live = (flows: readonly Flow[], seconds: number, over: Partial<TargetSettings> = {}): Step => {
  let step = beginTarget("orders", settings({ signal: "worstPart", ...over }), 0);
  const total = flows.reduce((sum, { inflow }) => sum + inflow, 0);
  for (let t = 1; t <= seconds; t += 1) {
    const at = 1000 * t;
    const parts = flows.map(({ inflow, drain, lag }, index): PartObservation => {
      const end = lag + inflow * t;
      return { part: `p${index}`, logStart: 0, end, committed: Math.min(end, drain * t) };
    });
    const counts = { admitted: total * t, attempted: 2 * total * t };
    step = stepTarget(step.state, {
      event: "observed",
      at,
      observation: { at, receivedAt: at, groupState: "stable", consumers: 2, parts, ...counts },
    });
    step = stepTarget(step.state, { event: "tick", at: at + 250, ...counts });
  }
  return step;
};

const even = { inflow: 100, drain: 100, lag: 1000 };
const near = (actual: number | null | undefined, expected: number, share = 0.1) =>
  assert.ok(
    typeof actual === "number" && Math.abs(actual - expected) <= share * expected,
    `${actual} is not about ${expected}`,
  );

describe("signal: worstPart", () => {
  it("holds all parts where they are alike", () => {
    const { decision, assessment } = live([even, even], 40);
    near(decision.rate, 200);
    near(assessment.worstPart?.seconds, 10);
  });

  it("holds the part whose consumer is slow, by its own drain and its share of what comes", () => {
    const quick = { inflow: 100, drain: 1000, lag: 0 };
    const flows = [quick, { inflow: 100, drain: 50, lag: 0 }, quick];
    const { decision, assessment } = live(flows, 40);
    assert.equal(assessment.worstPart?.part, "p1");
    near(assessment.worstPart?.seconds, 40);
    assert.match(decision.reason.text, /^part p1 is [34]\d(\.\d)? s behind, holding 10 s/);
    assert.equal(decision.state, "throttled");
    // It could do with 150 a second in all; 40 s behind, it gets less.
    assert.ok((decision.rate ?? 0) < 100, String(decision.rate));
    const total = live(flows, 40, { signal: "total" });
    assert.ok((total.decision.rate ?? 0) > 100, String(total.decision.rate));
  });

  it("tells each part's drain and lag in seconds, and nothing of them where the total counts", () => {
    const [fast, slow] = live([even, { inflow: 100, drain: 50, lag: 0 }], 40).assessment.parts;
    near(fast?.drain, 100);
    near(fast?.seconds, 10);
    near(slow?.drain, 50);
    const { assessment, state } = live([even], 40, { signal: "total" });
    assert.equal(assessment.parts[0]?.drain, undefined);
    assert.equal(assessment.worstPart, undefined);
    assert.deepEqual(state.paces, []);
  });

  it("is not driven by a part that throttling does not help", () => {
    const { assessment } = live([even, { inflow: 0, drain: 1, lag: 5000 }], 40);
    assert.equal(assessment.worstPart?.part, "p0");
  });

  it("a part that stands still holds all, and never for ever", () => {
    const { decision } = live([even, { inflow: 100, drain: 0, lag: 100 }], 200, { circuit: null });
    assert.equal(decision.state, "shedding");
    assert.ok((decision.rate ?? 0) >= 1);
  });

  it("begins anew with a part that was recreated, and forgets one that is gone", () => {
    const { state } = live([even, even], 20);
    const at = 21_000;
    const parts = [{ part: "p1", logStart: 0, end: 10, committed: 5 }];
    const next = stepTarget(state, {
      event: "observed",
      at,
      observation: { at, receivedAt: at, parts },
    }).state;
    assert.deepEqual(
      next.paces.map(({ part, busySeconds }) => [part, busySeconds]),
      [["p1", 0]],
    );
  });

  it("has no worst part where nothing is behind", () => {
    assert.equal(live([{ inflow: 100, drain: 1000, lag: 0 }], 20).assessment.worstPart, undefined);
  });

  it("tells rates and times that are finite and not negative, whatever the counters do", () => {
    const amount = fc.double({ min: 0, max: 1e9, noNaN: true });
    const pace = fc.record({
      part: fc.constantFrom("a", "b", "c"),
      at: fc.constant(0),
      position: amount,
      behind: amount,
      inflow: amount,
      drain: amount,
      watched: fc.constantFrom(0, 10),
      busySeconds: fc.constantFrom(0, 10),
    });
    fc.assert(
      fc.property(
        fc.array(pace, { maxLength: 5 }),
        amount,
        amount,
        fc.nat(100_000),
        (some, admitted, exogenous, at) => {
          const paces = some.map(({ behind, ...rest }) => ({ ...rest, end: rest.position + behind }));
          for (const one of paces) {
            const seconds = partSeconds(one);
            assert.ok(seconds === undefined || (Number.isFinite(seconds) && seconds >= 0), `${seconds}`);
          }
          const worst = worstOf(paces);
          if (worst === undefined) return;
          const delays = {
            sampleSeconds: 1,
            thetaSeconds: 1,
            correctSeconds: 3,
            setpointSeconds: 10,
            maxSeconds: 60,
          };
          const { rate, seconds } = worstRate(worst, at, admitted, exogenous, delays);
          assert.ok(Number.isFinite(rate) && rate >= 0, `${rate}`);
          assert.ok(Number.isFinite(seconds) && seconds >= 0, `${seconds}`);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
