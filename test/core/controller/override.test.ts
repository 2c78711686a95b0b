import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beginTarget, type Step, stepTarget } from "../../../src/core/controller/step.ts";
import type { Override, OverrideKind } from "../../../src/core/decision.ts";
import type { TargetSettings } from "../../../src/core/settings.ts";
import { settings } from "./settings.ts";

const override = (kind: OverrideKind, until: number, over: Partial<Override> = {}): Override => ({
  kind,
  rate: kind === "rate" ? 30 : null,
  note: null,
  author: null,
  until,
  ...over,
});

/** Consumers complete 100/s with 2,000 messages before them, for a minute: throttled. */
const busy = (over: Partial<TargetSettings> = {}): Step => {
  let step = beginTarget("orders", settings(over), 0);
  for (let second = 0; second <= 60; second += 1) step = seen(step, second);
  return step;
};

const seen = (step: Step, second: number): Step => {
  const at = 1000 * second;
  const counts = { ready: 2000, unacked: 0, produced: 100 * second + 2000, consumed: 100 * second };
  const observed = stepTarget(step.state, {
    event: "observed",
    at,
    observation: { at, receivedAt: at, ...counts },
  });
  return stepTarget(observed.state, {
    event: "tick",
    at: at + 250,
    admitted: 90 * second,
    attempted: 200 * second,
  });
};

const put = (step: Step, value: Override | null, at = 60_500): Step =>
  stepTarget(step.state, { event: "override", at, override: value });

describe("an override", () => {
  const cases: [name: string, value: Override, settings: Partial<TargetSettings>, expected: object][] = [
    ["a rate", override("rate", 90_000), {}, { rate: 30, mode: "enforce", state: "throttled" }],
    [
      "a rate that holds nobody back",
      override("rate", 90_000, { rate: 1e6 }),
      {},
      { rate: 1e6, state: "throttled" },
    ],
    ["open", override("open", 90_000), {}, { rate: null, mode: "enforce", state: "open" }],
    ["closed", override("closed", 90_000), {}, { rate: 0, mode: "enforce", state: "throttled" }],
    ["observe", override("observe", 90_000), {}, { mode: "observe", state: "throttled" }],
    [
      "a rate where the target only observes",
      override("rate", 90_000),
      { mode: "observe" },
      { rate: 30, mode: "enforce" },
    ],
    ["a rate above the configured one", override("rate", 90_000), { maxRate: 5 }, { rate: 30 }],
  ];
  for (const [name, value, over, expected] of cases)
    it(`holds in place of the decision: ${name}`, () => {
      const { decision } = put(busy(over), value);
      const { rate, mode, state } = decision;
      assert.deepEqual({ rate, mode, state, ...expected }, { rate, mode, state });
      assert.equal(decision.override, value);
      assert.equal(decision.reason.signal, value.kind === "observe" ? "lagSeconds" : "override");
    });

  it("says who, why, and what would be without it", () => {
    const { decision } = put(busy(), override("rate", 90_000, { author: "ada", note: "migration" }));
    assert.match(
      decision.reason.text,
      /^held at 30\/s by ada \(migration\); without it [\d.]+\/s would be the rate \(throttled: 20 s behind, /,
    );
    const observed = put(busy(), override("observe", 90_000)).decision;
    assert.match(observed.reason.text, /^only observed by an operator; 20 s behind, /);
  });

  it("is in force until its expiry, and leaves what would have been without it", () => {
    for (const kind of ["rate", "open", "closed", "observe"] as const) {
      let plain = busy();
      let step = put(busy(), override(kind, 70_100));
      assert.equal(step.decision.validUntil, 70_100);
      for (let second = 61; second <= 80; second += 1) {
        [plain, step] = [seen(plain, second), seen(step, second)];
        const over = 1000 * second + 250 >= 70_100;
        assert.equal(step.decision.override === null, over, `${kind} at ${second} s`);
        if (over) assert.deepEqual(step, plain);
      }
    }
  });

  it("is ended by hand, and replaced by another", () => {
    const step = put(put(busy(), override("closed", 90_000)), override("rate", 90_000), 60_600);
    assert.equal(step.decision.rate, 30);
    const ended = put(step, null, 60_700);
    assert.equal(ended.decision.override, null);
    assert.equal(ended.decision.reason.signal, "lagSeconds");
  });

  it("holds while nothing can be seen, and what follows it is no open gate", () => {
    const step = put(busy(), override("open", 200_000));
    const before = busy().decision.rate;
    assert.ok(before !== null);
    const blind = stepTarget(step.state, { event: "tick", at: 190_000 });
    assert.equal(blind.decision.rate, null);
    assert.equal(blind.decision.state, "open");
    const after = stepTarget(blind.state, { event: "tick", at: 200_000 });
    assert.equal(after.decision.state, "blind");
    assert.ok((after.decision.rate ?? Number.POSITIVE_INFINITY) <= before);
  });
});
