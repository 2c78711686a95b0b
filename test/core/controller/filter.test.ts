import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  beginFilter,
  type CounterFilter,
  rebaseFilter,
  stepFilter,
} from "../../../src/core/controller/filter.ts";

const tuning = { noiseFloor: 40, breakAt: 4 };
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

  it("believes a fall sooner than a rise, where it is told to", () => {
    const steady = Array.from({ length: 10 }, (_, index) => 1000 * index);
    const at = 10 * second;
    const sooner = { ...tuning, breakDownAt: 3 };
    assert.equal(stepFilter(feed(steady), at, 10_000 - 140, 0, tuning).n, 11);
    assert.equal(stepFilter(feed(steady), at, 10_000 - 140, 0, sooner).n, 1);
    assert.equal(stepFilter(feed(steady), at, 10_000 + 140, 0, sooner).n, 11);
  });

  it("takes a pause for no break once the old speed is back, and the next one not even at first", () => {
    const before = Array.from({ length: 10 }, (_, index) => 1000 * index);
    const paused = feed([...before, 9300]);
    near(paused.v, 300, 1);
    const resumed = stepFilter(paused, 11 * second, 10_300, 0, tuning);
    near(resumed.v, 1000, 1);
    near(resumed.tolerantSeconds, 0.7, 0.01);
    const again = stepFilter(
      stepFilter(resumed, 12 * second, 11_300, 0, tuning),
      13 * second,
      11_600,
      0,
      tuning,
    );
    assert.ok(again.v > 900, String(again.v));
  });

  it("takes a late commit for no break once the reading is back on the old track", () => {
    const before = Array.from({ length: 10 }, (_, index) => 1000 * index);
    const late = feed([...before, 9000]);
    near(late.v, 0, 1);
    const back = stepFilter(late, 11 * second, 11_000, 0, tuning);
    near(back.v, 1000, 1);
    near(back.x, 11_000, 1);
  });

  it("keeps a break that is one", () => {
    const before = Array.from({ length: 10 }, (_, index) => 1000 * index);
    const after = Array.from({ length: 10 }, (_, index) => 9000 + 400 * (index + 1));
    const filter = feed([...before, ...after]);
    near(filter.v, 400, 1);
    assert.equal(filter.tolerantSeconds, 0);
  });

  it("forgets its tolerance over half an hour", () => {
    const filter = { ...feed([0, 1000, 2000]), tolerantSeconds: 2 };
    const later = stepFilter(filter, 1802 * second, 1_802_000, 0, tuning);
    near(later.tolerantSeconds, 2 / Math.E, 0.01);
  });

  it("finds its gain: little where speed is steady, much where it wanders", () => {
    const noise = [30, -25, 10, -40, 35, 5, -15, 20, -30, 25];
    const steady = feed(Array.from({ length: 60 }, (_, index) => 1000 * index + (noise[index % 10] ?? 0)));
    const wandering = feed(
      Array.from({ length: 60 }, (_, index) => 1000 * index + 2000 * Math.sin(index / 8)),
    );
    assert.ok(steady.gain <= 0.06, `steady ${steady.gain}`);
    assert.ok(wandering.gain >= 0.3, `wandering ${wandering.gain}`);
  });

  it("learns nothing from what is within the slack", () => {
    const filter = feed([0, 1000, 2000, 3000]);
    const within = stepFilter(filter, 4 * second, 3800, 0, { ...tuning, slack: 200 });
    near(within.v, 1000, 1e-9);
    near(within.x, 4000, 1e-9);
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
