import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stepThresholds, thresholdRate } from "../../../src/core/controller/thresholds.ts";

const steps = [
  { above: 10_000, below: 8_000, rate: 500 },
  { above: 50_000, below: 40_000, rate: 50 },
];

const cases: [name: string, inForce: number, value: number | undefined, next: number][] = [
  ["below all: none", 0, 9_999, 0],
  ["at a step: not above it", 0, 10_000, 0],
  ["above the first", 0, 10_001, 1],
  ["above both at once", 0, 60_000, 2],
  ["between below and above: stays", 1, 9_000, 1],
  ["below the first's below: released", 1, 7_999, 0],
  ["from the second down to the first", 2, 39_999, 1],
  ["from the second to none at once", 2, 0, 0],
  ["unknown changes nothing", 2, undefined, 2],
  ["more in force than there are steps, after a reload", 5, 45_000, 2],
];

describe("plain thresholds", () => {
  for (const [name, inForce, value, next] of cases) {
    it(name, () => assert.equal(stepThresholds(steps, inForce, value), next));
  }
  it("have the rate of the last step in force", () => {
    assert.deepEqual(
      [0, 1, 2].map((n) => thresholdRate(steps, n)),
      [null, 500, 50],
    );
  });
});
