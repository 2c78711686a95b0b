/** What consumers can do, interval by interval. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  beginCapacity,
  type Capacity,
  type Interval,
  stepCapacity,
} from "../../../src/core/controller/capacity.ts";

const interval = (over: Partial<Interval> = {}): Omit<Interval, "at" | "consumedTotal"> => ({
  seconds: 1,
  toldSeconds: 1,
  startLag: 0,
  endLag: 0,
  lagNoise: 0,
  admitted: undefined,
  arrived: undefined,
  drain: 0,
  isGap: false,
  isCounter: true,
  noiseShare: 0.04,
  ...over,
});

interface Span {
  readonly seconds: number;
  /** Messages completed in a second, of which `admitted` were let in. */
  readonly completes: number;
  readonly lag: number;
  readonly admitted?: number;
  readonly noise?: number;
}

const live = (...spans: readonly Span[]): Capacity => {
  let [t, total] = [0, 0];
  let capacity = beginCapacity(0, 0);
  for (const { seconds, completes, lag, admitted, noise = 0 } of spans)
    for (let i = 0; i < seconds; i += 1) {
      t += 1;
      total += completes;
      capacity = stepCapacity(capacity, {
        ...interval({ startLag: lag, endLag: lag, lagNoise: noise, admitted, arrived: admitted }),
        at: 1000 * t,
        consumedTotal: total,
      });
    }
  return capacity;
};

const busy: Span = { seconds: 20, completes: 100, lag: 1000 };
const cases: {
  readonly name: string;
  readonly spans: readonly Span[];
  readonly speed: number;
  readonly fromBelow: boolean;
}[] = [
  { name: "nothing is known", spans: [], speed: 0, fromBelow: true },
  { name: "busy: what they complete", spans: [busy], speed: 100, fromBelow: false },
  { name: "they become slower", spans: [busy, { ...busy, completes: 40 }], speed: 40, fromBelow: false },
  {
    name: "never busy: what they were given, at the least",
    spans: [{ seconds: 9, completes: 30, lag: 0, admitted: 30 }],
    speed: 30,
    fromBelow: true,
  },
  {
    name: "never busy, and given more",
    spans: [
      { seconds: 9, completes: 30, lag: 0, admitted: 30 },
      { seconds: 2, completes: 80, lag: 0, admitted: 80 },
    ],
    speed: 80,
    fromBelow: true,
  },
  {
    name: "a quiet hour changes nothing",
    spans: [busy, { seconds: 3600, completes: 5, lag: 0, admitted: 5 }],
    speed: 97,
    fromBelow: false,
  },
  {
    name: "more than was thought, with time to spare",
    spans: [busy, { seconds: 5, completes: 150, lag: 0, admitted: 150 }],
    speed: 150,
    fromBelow: true,
  },
  {
    name: "lag that may be noise is no backlog",
    spans: [{ seconds: 9, completes: 30, lag: 200, admitted: 30, noise: 250 }],
    speed: 30,
    fromBelow: true,
  },
  {
    name: "less lag than half a second of work is none",
    spans: [busy, { seconds: 9, completes: 20, lag: 45, admitted: 20 }],
    speed: 100,
    fromBelow: false,
  },
  { name: "they stand still", spans: [busy, { ...busy, completes: 0 }], speed: 0, fromBelow: false },
];

describe("capacity", () => {
  for (const { name, spans, speed, fromBelow } of cases)
    it(name, () => {
      const capacity = live(...spans);
      assert.ok(
        Math.abs(capacity.filter.v - speed) <= 0.03 * speed + 0.01,
        `${capacity.filter.v} is not ${speed}`,
      );
      assert.equal(capacity.fromBelow, fromBelow);
    });

  it("halves what it remembers each day", () => {
    const day = 86_400;
    const capacity = stepCapacity(live(busy), {
      ...interval({ seconds: day, isGap: true }),
      at: (20 + day) * 1000,
      consumedTotal: 2000,
    });
    assert.ok(Math.abs(capacity.filter.v - 50) < 1, String(capacity.filter.v));
    assert.ok(Math.abs(capacity.peak - 50) < 1, String(capacity.peak));
  });

  it("what was let in and did not arrive shows nothing", () => {
    const capacity = stepCapacity(beginCapacity(0, 0), {
      ...interval({ admitted: 5000, arrived: 10 }),
      at: 1000,
      consumedTotal: 10,
    });
    assert.equal(capacity.filter.v, 10);
  });
});
