import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { burstOf, type Cell, charge, leak, waitMs } from "../../../src/core/sharing/cell.ts";

const empty: Cell = { at: 0, owed: 0 };

describe("generic cell rate algorithm", () => {
  it("lets a burst of 100 ms of the rate pass, at least one message", () => {
    assert.equal(burstOf(500), 50);
    assert.equal(burstOf(3), 1);
  });

  it("spaces single messages at a low rate", () => {
    const cell = charge(empty, 1);
    assert.equal(waitMs(cell, 2), 500);
    assert.equal(waitMs(leak(cell, 500, 2), 2), 0);
  });

  it("lets a large cost pass when the first cell is free, and owes it then", () => {
    assert.equal(waitMs(empty, 10), 0);
    assert.equal(waitMs(charge(empty, 1000), 10), 100_000);
  });

  it("owes messages: a rate that rises shortens the wait", () => {
    const cell = charge(empty, 100);
    assert.equal(waitMs(cell, 10), 10_000);
    assert.equal(waitMs(cell, 20), (100 - 1) * 50);
  });

  it("never frees a cell at a rate of 0, and always where nothing limits", () => {
    assert.equal(waitMs(empty, 0), Number.POSITIVE_INFINITY);
    assert.equal(waitMs(charge(empty, 1e6), null), 0);
    assert.equal(leak(charge(empty, 1e6), 1, null).owed, 0);
  });

  it("is not moved by a clock that goes back", () => {
    const cell = charge({ at: 1000, owed: 0 }, 5);
    assert.equal(leak(cell, 0, 100), cell);
  });

  it("equals virtual scheduling (ITU-T I.371, annex A) at a constant rate", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 5000 }), (between, rate) => {
        const increment = 1000 / rate;
        const tolerance = (burstOf(rate) - 1) * increment;
        let theoretical = 0;
        let cell = empty;
        let at = 0;
        for (const gap of between) {
          at += gap;
          cell = leak(cell, at, rate);
          const early = theoretical - at - tolerance;
          // At the border itself both may be right: sums of fractions differ in the last digit.
          if (Math.abs(early) < 1e-6) return;
          assert.equal(waitMs(cell, rate) <= 0, early < 0);
          if (early < 0) {
            theoretical = Math.max(theoretical, at) + increment;
            cell = charge(cell, 1);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("never admits more than rate × time + burst + the last cost", () => {
    const attempt = fc.record({
      gap: fc.integer({ min: 0, max: 200 }),
      cost: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(
        fc.array(attempt, { maxLength: 200 }),
        fc.double({ min: 0.5, max: 5000, noNaN: true }),
        (all, rate) => {
          let cell = empty;
          let at = 0;
          let admitted = 0;
          let last = 0;
          for (const { gap, cost } of all) {
            at += gap;
            cell = leak(cell, at, rate);
            if (waitMs(cell, rate) > 0) continue;
            cell = charge(cell, cost);
            admitted += cost;
            last = cost;
          }
          assert.ok(admitted <= (rate * at) / 1000 + burstOf(rate) + last + 1e-6);
        },
      ),
    );
  });
});
