import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Trend } from "../../../src/core/assessment.ts";
import { type LagPoint, mostLagPoints, trendOf } from "../../../src/core/lag/trend.ts";

const pollSeconds = 5;

const points = (lags: readonly number[], inflow = 0): readonly LagPoint[] =>
  lags.map((lag, index) => ({
    at: index * pollSeconds * 1000,
    lag,
    produced: inflow * index * pollSeconds,
    consumed: undefined,
  }));

/** Uniform in [-1, 1), the same on each run. */
const noise = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
};

/** What the trend is said to be at each poll of a longer run, once there are samples enough. */
const told = (lags: readonly number[]): Trend[] =>
  lags
    .map((_, index) => trendOf(points(lags.slice(0, index + 1)).slice(-mostLagPoints)))
    .slice(mostLagPoints);

describe("the trend of lag", () => {
  const table: readonly (readonly [string, readonly number[], number, Trend])[] = [
    ["no samples", [], 0, "unknown"],
    ["two samples", [0, 1000], 0, "unknown"],
    ["three that rise", [0, 1000, 2000], 0, "rising"],
    ["three that differ", [0, 2000, 1000], 0, "steady"],
    ["always the same", [500, 500, 500, 500], 0, "steady"],
    ["nothing", [0, 0, 0, 0], 0, "steady"],
    ["draining", [9000, 8100, 7050, 6000, 4900, 4000], 0, "falling"],
    ["rising out of a calm", [0, 0, 0, 0, 0, 0, 0, 100, 200, 300], 0, "rising"],
    ["falling from a plateau", [900, 900, 900, 900, 900, 900, 900, 800, 700, 600], 0, "falling"],
    ["just past the peak", [100, 200, 300, 400, 500, 600, 700, 600, 500, 400], 0, "steady"],
    ["creeping, beside a great throughput", [1000, 1010, 1020, 1030, 1040], 1000, "steady"],
    ["the same, beside a small one", [1000, 1010, 1020, 1030, 1040], 10, "rising"],
    ["less than a message", [0, 0.1, 0.2, 0.3], 0, "steady"],
  ];
  for (const [name, lags, inflow, expected] of table) {
    it(`${name}: ${expected}`, () => assert.equal(trendOf(points(lags, inflow)), expected));
  }

  it("of steady noise is steady, with few false alarms", () => {
    const random = noise(7);
    const trends = told(Array.from({ length: 5000 }, () => 10_000 * (1 + 0.05 * random())));
    const alarms = trends.filter((trend) => trend !== "steady").length;
    assert.ok(alarms < trends.length / 100, `${alarms} of ${trends.length}`);
  });

  it("of the sawtooth that seldom commits make is steady", () => {
    const random = noise(3);
    const sawtooth = Array.from({ length: 2000 }, (_, index) => 1000 * ((index % 5) + 0.1 * random() + 1));
    const alarms = told(sawtooth).filter((trend) => trend !== "steady").length;
    assert.ok(alarms < sawtooth.length / 50, `${alarms} of ${sawtooth.length}`);
  });

  it("is found through noise, soon", () => {
    const random = noise(11);
    const lags = Array.from(
      { length: 30 },
      (_, index) => 10_000 + 500 * random() + Math.max(0, index - 10) * 1000,
    );
    const trends = told(lags);
    assert.ok(
      trends.slice(4).every((trend) => trend === "rising"),
      trends.join(" "),
    );
  });
});
