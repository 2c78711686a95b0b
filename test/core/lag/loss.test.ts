import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type LossEvidence, timeToLoss } from "../../../src/core/lag/loss.ts";

const cases: [name: string, evidence: LossEvidence, seconds: number | undefined][] = [
  ["no retention is known", { lagMessages: 1e6, drain: 1 }, undefined],
  ["nothing waits", { lagMessages: 0, drain: 10, inflow: 5, retentionSeconds: 60 }, undefined],
  [
    "what waits is done in time",
    { lagMessages: 100, drain: 10, inflow: 10, retentionSeconds: 60 },
    undefined,
  ],
  [
    "the head of the line is too old",
    { lagMessages: 100, oldestSeconds: 60, drain: 10, retentionSeconds: 60 },
    0,
  ],
  // All came at once: after 60 s, 600 of the 1000 are done.
  ["a burst of 100 s of work", { lagMessages: 1000, oldestSeconds: 0, drain: 10, retentionSeconds: 60 }, 60],
  // The head is 40 s old and the tail will be 80: half-way they are 60, after half of 80 s.
  [
    "a line that came over 40 s",
    { lagMessages: 800, oldestSeconds: 40, drain: 10, retentionSeconds: 60 },
    40,
  ],
  ["consumers stand still", { lagMessages: 5, oldestSeconds: 20, drain: 0, retentionSeconds: 60 }, 40],
  // In 50 s the line is 600 long; what comes then waits 60.
  [
    "a line that grows",
    { lagMessages: 100, oldestSeconds: 5, drain: 10, inflow: 20, retentionSeconds: 60 },
    110,
  ],
  ["a queue that fills up", { lagMessages: 100, drain: 10, inflow: 20, retentionMessages: 600 }, 50],
  ["a queue that is full", { lagMessages: 600, drain: 10, inflow: 5, retentionMessages: 600 }, 0],
  ["a queue that empties", { lagMessages: 500, drain: 10, inflow: 5, retentionMessages: 600 }, undefined],
  [
    "what comes first counts",
    {
      lagMessages: 100,
      oldestSeconds: 5,
      drain: 10,
      inflow: 20,
      retentionSeconds: 60,
      retentionMessages: 300,
    },
    20,
  ],
  ["in a hundred years", { lagMessages: 100, drain: 10, inflow: 10.0001, retentionMessages: 1e9 }, undefined],
];

describe("forecast of loss", () => {
  for (const [name, evidence, seconds] of cases)
    it(name, () => {
      const told = timeToLoss(evidence);
      if (seconds === undefined) assert.equal(told, undefined);
      else assert.ok(told !== undefined && Math.abs(told - seconds) < 1e-6 * (1 + seconds), `${told}`);
    });

  it("is a time that is not negative, whatever is known", () => {
    const amount = fc.double({ min: 0, max: 1e12, noNaN: true });
    const perhaps = fc.option(amount, { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({
          lagMessages: amount,
          oldestSeconds: perhaps,
          inflow: perhaps,
          drain: perhaps,
          retentionSeconds: fc.option(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { nil: undefined }),
          retentionMessages: perhaps,
        }),
        (evidence) => {
          const told = timeToLoss(evidence);
          assert.ok(told === undefined || (Number.isFinite(told) && told >= 0), `${told}`);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
