import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  beginFilter,
  type CounterFilter,
  rebaseFilter,
  stepFilter,
} from "../../../src/core/controller/filter.ts";

const tuning = { tolerance: 200, noiseFloor: 40, breakAt: 4 };
const second = 1000;

/** Feeds the readings, one a second from 0 on. */
const feed = (readings: readonly number[], begun = beginFilter(0, readings[0] ?? 0)): CounterFilter =>
  readings
    .slice(1)
    .reduce((filter, z, index) => stepFilter(filter, (index + 1) * second, z, 0, tuning), begun);

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);

describe("counter filter", () => {
  it("takes the speed from the first two readings", () => {
    const filter = feed([0, 1000]);
    assert.equal(filter.v, 1000);
    assert.equal(filter.x, 1000);
  });

  it("does not look at noise as if it were speed", () => {
    const noise = [30, -25, 10, -40, 35, 5, -15, 20, -30, 25, -5, 15, -20, 30, -10];
    const filter = feed(noise.map((error, index) => 1000 * index + error));
    near(filter.v, 1000, 15);
  });

  it("takes a break of speed at the first reading after it", () => {
    const steady = Array.from({ length: 10 }, (_, index) => 1000 * index);
    const filter = feed([...steady, 9000 + 400]);
    near(filter.v, 400, 1);
    assert.equal(filter.n, 1);
  });

  it("leaves out what is known to have been added", () => {
    let filter = beginFilter(0, 0);
    for (let i = 1; i <= 10; i += 1) filter = stepFilter(filter, i * second, 700 * i, 500, tuning);
    near(filter.v, 200, 1);
  });

  it("ignores a reading that is not newer, and keeps its speed over a rebase", () => {
    const filter = feed([0, 1000, 2000]);
    assert.equal(stepFilter(filter, 2 * second, 9999, 0, tuning), filter);
    const moved = rebaseFilter(filter, 60 * second, 5);
    assert.equal(moved.v, filter.v);
    assert.equal(moved.x, 5);
  });

  it("stays finite whatever it reads", () => {
    const reading = fc.record({
      h: fc.integer({ min: 0, max: 100_000 }),
      z: fc.double({ min: 0, max: 1e15, noNaN: true }),
      u: fc.double({ min: 0, max: 1e9, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 50 }), (readings) => {
        let filter = beginFilter(0, 0);
        let at = 0;
        for (const { h, z, u } of readings) {
          at += h;
          filter = stepFilter(filter, at, z, u, tuning);
          assert.ok(
            Number.isFinite(filter.x) && Number.isFinite(filter.v) && Number.isFinite(filter.variance),
          );
        }
      }),
    );
  });
});
