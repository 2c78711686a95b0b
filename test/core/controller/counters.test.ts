/** What is made of counters that are not always told, or begin again. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beginTarget, stepTarget } from "../../../src/core/controller/step.ts";
import type { Observation } from "../../../src/core/observation.ts";
import { settings } from "./settings.ts";

const capacity = 100;
const samples = 60;
const settledFrom = 30;

type Counter = "produced" | "consumed";

/**
 * Consumers do 100/s and as much is let in; 400 messages waited when they were first looked at, and from
 * the second sample on as many as are to be held. `lacks`: what a sample does not tell; `resetAt`: the sample before which the counters begin again.
 */
function run(pollSeconds: number, lacks: (sample: number) => readonly Counter[], resetAt = samples): void {
  let step = beginTarget("orders", settings({ pollMs: 1000 * pollSeconds }), 0);
  for (let sample = 0; sample < samples; sample += 1) {
    const at = 1000 * sample * pollSeconds;
    const done = capacity * sample * pollSeconds;
    const waits = sample === 0 ? 400 : capacity * Math.max(10, 2 * pollSeconds);
    const admitted = done + waits;
    const before = sample < resetAt ? 0 : capacity * (resetAt - 0.5) * pollSeconds;
    const told: Observation = {
      at,
      receivedAt: at,
      ready: waits,
      unacked: 0,
      produced: done + waits - before,
      consumed: done - before,
      admitted,
      attempted: 2 * admitted,
    };
    const observation = Object.fromEntries(
      Object.entries(told).filter(([field]) => !lacks(sample).some((counter) => counter === field)),
    ) as unknown as Observation;
    step = stepTarget(step.state, { event: "tick", at, admitted, attempted: 2 * admitted });
    step = stepTarget(step.state, { event: "observed", at, observation });
    if (sample < settledFrom) continue;
    const { decision, assessment } = step;
    const near = (value: number | null | undefined, wanted: number, what: string): void =>
      assert.ok(Math.abs((value ?? Number.NaN) - wanted) < 3, `${what} ${value} at sample ${sample}`);
    near(decision.rate, capacity, "rate");
    near(assessment.capacity, capacity, "capacity");
    near(assessment.exogenousInflow, 0, "what others send");
  }
}

describe("counters that are not always told", () => {
  const cases: [name: string, lacks: (sample: number) => readonly Counter[]][] = [
    ["none lacks", () => []],
    ["arrivals, now and then", (sample) => (sample % 3 === 1 ? ["produced"] : [])],
    ["completions, now and then", (sample) => (sample % 3 === 1 ? ["consumed"] : [])],
    ["both, now and then", (sample) => (sample % 4 === 1 ? ["produced", "consumed"] : [])],
    ["arrivals, at first", (sample) => (sample < 5 ? ["produced"] : [])],
    [
      "arrivals at first, completions when they come",
      (s) => (s < 5 ? ["produced"] : s < 9 ? ["consumed"] : []),
    ],
    ["arrivals, from some time on", (sample) => (sample > 20 ? ["produced"] : [])],
  ];
  for (const pollSeconds of [1, 5])
    for (const [name, lacks] of cases)
      it(`hold lag where it is: ${name}, at a poll of ${pollSeconds} s`, () => run(pollSeconds, lacks));
});

describe("counters that begin again", () => {
  for (const pollSeconds of [1, 5, 10])
    it(`make no difference, at a poll of ${pollSeconds} s`, () => run(pollSeconds, () => [], 40));
});

describe("completions that are told in every other sample", () => {
  const stateAfter = (seconds: number, completes: number) => {
    let step = beginTarget("orders", settings(), 0);
    for (let second = 0; second < seconds; second += 1) {
      const at = 1000 * second;
      const consumed = second < 10 ? capacity * second : 1000 + completes * (second - 10);
      const observation: Observation = {
        at,
        receivedAt: at,
        ready: 2500,
        unacked: 0,
        ...(second % 2 === 0 && { consumed }),
        consumers: 2,
        groupState: "stable",
      };
      step = stepTarget(step.state, { event: "observed", at, observation });
    }
    return step.decision.state;
  };

  it("are progress all the same", () => assert.notEqual(stateAfter(200, capacity), "failing"));
  it("are none where they stand still", () => assert.equal(stateAfter(200, 0), "failing"));
});
