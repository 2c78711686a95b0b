import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Arrivals, addArrival, secondsBehind } from "../../../src/core/lag/arrivals.ts";
import { lagSecondsOf, type SecondsEvidence } from "../../../src/core/lag/seconds.ts";
import { type Reading, unknown } from "../../../src/core/observation.ts";

/** A poll each `pollSeconds` of what had arrived by then. */
const history = (seconds: number, pollSeconds: number, producedAt: (second: number) => number): Arrivals => {
  let arrivals: Arrivals = [];
  for (let second = 0; second <= seconds; second += pollSeconds) {
    arrivals = addArrival(arrivals, { at: second * 1000, produced: producedAt(second) });
  }
  return arrivals;
};

const near = (actual: number | undefined, expected: number, tolerance: number): void =>
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= tolerance,
    `${actual} is not within ${tolerance} of ${expected}`,
  );

describe("the history of arrivals", () => {
  it("tells the age of the oldest message that waits", () => {
    const arrivals = history(60, 5, (second) => second * 100);
    assert.equal(secondsBehind(arrivals, 1000), 10);
    assert.equal(secondsBehind(arrivals, 1), 0.01);
    assert.equal(secondsBehind(arrivals, 6000), 60);
  });

  it("does not reach beyond its beginning", () => {
    assert.equal(secondsBehind([], 1), undefined);
    assert.equal(
      secondsBehind(
        history(0, 5, () => 100),
        1,
      ),
      undefined,
    );
    assert.equal(
      secondsBehind(
        history(60, 5, (second) => second * 100),
        6001,
      ),
      undefined,
    );
  });

  it("tells nothing of a backlog older than a flat history", () => {
    assert.equal(
      secondsBehind(
        history(86_400, 60, () => 1000),
        10,
      ),
      undefined,
    );
  });

  it("takes a message after a silence to be as old as the silence's end", () => {
    const day = 86_400;
    const arrivals = history(day + 10, 5, (second) => (second <= day ? 1000 : 1010));
    near(secondsBehind(arrivals, 10), 10, 1);
  });

  it("stays true to a burst within a long history, where two points would be far off", () => {
    const burst = (second: number) =>
      second < 36_000 ? 0 : second < 36_060 ? (second - 36_000) * 1000 : 60_000;
    const arrivals = history(40_000, 5, burst);
    near(secondsBehind(arrivals, 30_000), 40_000 - 36_030, 40);
    near(secondsBehind(arrivals, 59_000), 40_000 - 36_001, 40);
  });

  it("stays bounded, keeps its beginning, and is dense at its end", () => {
    const arrivals = history(100_000, 5, (second) => second * 10);
    assert.equal(arrivals.length, 60);
    assert.equal(arrivals[0]?.at, 0);
    assert.deepEqual(
      arrivals.slice(-3).map(({ at }) => at / 1000),
      [99_990, 99_995, 100_000],
    );
    const recent = arrivals.filter(({ at }) => at > 99_800_000);
    assert.ok(recent.length >= 10, `${recent.length} points for the last 200 seconds`);
  });

  it("is as exact as a poll is long over the last minute, and within a fifth before, for a rate that swings", () => {
    const total = (second: number) => second * 1000 + 20_000 * Math.sin(second / 30);
    const arrivals = history(50_000, 5, total);
    for (const seconds of [7, 33, 60, 300, 2000, 20_000]) {
      const lag = total(50_000) - total(50_000 - seconds);
      near(secondsBehind(arrivals, lag), seconds, Math.max(5, seconds * 0.2));
    }
  });

  it("is ordered, bounded, and ages within its span, whatever arrives", () => {
    const step = fc.record({
      ms: fc.integer({ min: 1, max: 10_000_000 }),
      messages: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1e9 })),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        (steps, lag) => {
          let arrivals: Arrivals = [{ at: 0, produced: 0 }];
          let last = { at: 0, produced: 0 };
          for (const { ms, messages } of steps) {
            last = { at: last.at + ms, produced: last.produced + messages };
            arrivals = addArrival(arrivals, last);
          }
          assert.ok(arrivals.length <= 60);
          for (const [index, arrival] of arrivals.entries()) {
            const next = arrivals[index + 1];
            assert.ok(next === undefined || (next.at > arrival.at && next.produced >= arrival.produced));
          }
          const seconds = secondsBehind(arrivals, lag);
          assert.ok(seconds === undefined || (seconds >= 0 && seconds <= last.at / 1000));
          assert.equal(seconds === undefined, lag > last.produced || arrivals.length < 2);
        },
      ),
      { examples: [[[{ ms: 9_920_423, messages: 997_802_249 }], 0]] },
    );
  });
});

describe("lag in seconds", () => {
  const arrivals = history(60, 5, (second) => second * 100);
  const evidence: SecondsEvidence = { arrivals, watchedSeconds: 45, stalled: false };
  const of = (value: number, quality: "fresh" | "approximate" | "stale" = "fresh"): Reading => ({
    quality,
    value,
  });

  const table: readonly (readonly [
    string,
    Reading,
    Partial<SecondsEvidence>,
    ReturnType<typeof lagSecondsOf>,
  ])[] = [
    ["by capacity", of(500), { capacity: 100 }, { quality: "fresh", seconds: 5, method: "rate" }],
    [
      "by capacity rather than what a slow inflow lets through",
      of(500),
      { capacity: 100, drain: 1 },
      { quality: "fresh", seconds: 5, method: "rate" },
    ],
    ["by the present drain", of(500), { drain: 50 }, { quality: "fresh", seconds: 10, method: "rate" }],
    [
      "no better than lag",
      of(500, "approximate"),
      { drain: 50 },
      { quality: "approximate", seconds: 10, method: "rate" },
    ],
    ["from arrivals, with no rate", of(500), {}, { quality: "fresh", seconds: 5, method: "interpolated" }],
    [
      "from arrivals, with no drain",
      of(500),
      { drain: 0 },
      { quality: "fresh", seconds: 5, method: "interpolated" },
    ],
    [
      "from arrivals, when nothing is drained now, whatever consumers could once do",
      of(500),
      { drain: 0, capacity: 100 },
      { quality: "fresh", seconds: 5, method: "interpolated" },
    ],
    [
      "from arrivals, when consumers stand still and the estimate has not followed yet",
      of(500),
      { drain: 30, capacity: 100, stalled: true },
      { quality: "fresh", seconds: 5, method: "interpolated" },
    ],
    [
      "from arrivals, when the drain is a message an hour",
      of(1),
      { drain: 1 / 3600 },
      { quality: "fresh", seconds: 0.01, method: "interpolated" },
    ],
    ["unknown beyond the history", of(7000), { drain: 0 }, { quality: "unknown" }],
    ["unknown rather than years", of(1e12), { drain: 1 }, { quality: "unknown" }],
    ["drained", of(0), { drain: 50 }, { quality: "fresh", seconds: 0, method: "rate" }],
    ["drained and idle", of(0), { drain: 0 }, { quality: "fresh", seconds: 0, method: "interpolated" }],
    [
      "drained, and nothing else known",
      of(0),
      { arrivals: [] },
      { quality: "fresh", seconds: 0, method: "interpolated" },
    ],
    ["unknown lag", unknown, { drain: 50 }, { quality: "unknown" }],
    ["stale lag", of(500, "stale"), { drain: 50 }, { quality: "unknown" }],
  ];
  for (const [name, lag, more, expected] of table) {
    it(name, () => assert.deepEqual(lagSecondsOf(lag, { ...evidence, ...more }), expected));
  }
});
