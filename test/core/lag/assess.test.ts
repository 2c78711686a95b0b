import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Assessment, Status } from "../../../src/core/assessment.ts";
import { assess, type KnownRates } from "../../../src/core/lag/assess.ts";
import { beginLag, stepLag } from "../../../src/core/lag/target.ts";
import type { Observation } from "../../../src/core/observation.ts";

type Told = Partial<Observation>;

const assessed = (observations: readonly Told[], rates: KnownRates = {}, pollSeconds = 5): Assessment =>
  assess(
    observations.reduce<ReturnType<typeof beginLag>>((state, observation, index) => {
      const at = index * pollSeconds * 1000;
      return stepLag(state, { at, receivedAt: at, ...observation });
    }, beginLag()),
    rates,
  );

/** A queue that had `lag` messages and had `consumed` completed. */
const queue = (lag: number, consumed?: number): Told => ({
  ready: lag,
  unacked: 0,
  ...(consumed !== undefined && { consumed, produced: consumed + lag }),
});

const repeat = <T>(times: number, each: (index: number) => T): T[] =>
  Array.from({ length: times }, (_, i) => each(i));

describe("an assessment", () => {
  it("of nothing is unknown, not zero", () => {
    assert.deepEqual(assess(beginLag()), {
      status: "unknown",
      lag: {
        quality: "unknown",
        seconds: { quality: "unknown" },
        trend: "unknown",
        covers: { fresh: 0, of: 0 },
      },
      lost: 0,
      groupState: "unknown",
      parts: [],
    });
  });

  it("puts together what is known", () => {
    const observations = repeat(4, (i) => ({ ...queue(5000 - 500 * i, 4000 * i), consumers: 3, delayed: 9 }));
    const rates = { inflow: 700, exogenousInflow: 100, drain: 800, capacity: 800 };
    assert.deepEqual(assessed(observations, rates), {
      at: 15_000,
      status: "keepingUp",
      lag: {
        quality: "fresh",
        messages: 3500,
        seconds: { quality: "fresh", seconds: 4.375, method: "rate" },
        trend: "falling",
        covers: { fresh: 1, of: 1 },
      },
      delayed: 9,
      lost: 0,
      ...rates,
      timeToDrainSeconds: 35,
      consumers: 3,
      groupState: "unknown",
      parts: [],
    });
  });

  it("passes the parts on", () => {
    const { parts, lag } = assessed([
      {
        parts: [
          { part: "orders/0", end: 100, committed: 40 },
          { part: "orders/1", end: 100, committed: -1 },
        ],
      },
    ]);
    assert.deepEqual(parts, [
      { part: "orders/0", lag: 60, lost: 0, quality: "fresh", flags: [] },
      { part: "orders/1", lost: 0, quality: "unknown", flags: ["noCommit"] },
    ]);
    assert.deepEqual(lag.covers, { fresh: 1, of: 2 });
  });

  it("keeps a stale lag in messages, and says nothing that would follow from it", () => {
    const { status, lag, timeToDrainSeconds } = assessed(
      [...repeat(4, (i) => queue(1000 + i)), { ready: { value: 1003, quality: "stale" }, unacked: 0 }],
      { inflow: 10, drain: 20 },
    );
    assert.equal(status, "unknown");
    assert.equal(timeToDrainSeconds, undefined);
    assert.deepEqual(lag, {
      quality: "stale",
      messages: 1003,
      seconds: { quality: "unknown" },
      trend: "unknown",
      covers: { fresh: 0, of: 1 },
    });
  });

  it("takes what is no rate for unknown", () => {
    const { inflow, drain, capacity, exogenousInflow } = assessed([queue(5)], {
      inflow: Number.NaN,
      drain: -1,
      capacity: Number.POSITIVE_INFINITY,
      exogenousInflow: undefined,
    });
    assert.deepEqual(
      [inflow, drain, capacity, exogenousInflow],
      [undefined, undefined, undefined, undefined],
    );
  });
});

describe("the status", () => {
  const table: readonly (readonly [string, readonly Told[], KnownRates, Status])[] = [
    ["nothing observed", [], {}, "unknown"],
    ["lag unknown", [{ ready: 5 }], {}, "unknown"],
    ["lag known before, unknown now", [queue(5), queue(5), {}], {}, "unknown"],
    ["no backlog, no traffic", repeat(5, () => queue(0, 100)), {}, "idle"],
    ["no backlog, no counters", [queue(0)], {}, "idle"],
    ["no backlog, traffic", repeat(5, (i) => queue(0, 100 * i)), {}, "keepingUp"],
    ["no backlog now, but a moment ago", [queue(50), queue(0)], {}, "keepingUp"],
    ["what is on its way through", repeat(5, (i) => queue(20, 500 * i)), { drain: 100 }, "keepingUp"],
    ["a backlog", repeat(5, (i) => queue(2000, 500 * i)), { drain: 100 }, "behind"],
    [
      "a backlog beside what they can do",
      repeat(5, (i) => queue(2000, 500 * i)),
      { drain: 100, capacity: 900 },
      "keepingUp",
    ],
    [
      "a backlog for one poll",
      [queue(0, 0), queue(2000, 500), queue(0, 3000), queue(2000, 3100)],
      { drain: 100 },
      "keepingUp",
    ],
    ["a backlog, no counters", repeat(5, () => queue(20)), {}, "behind"],
    ["a backlog at first sight", [queue(20)], {}, "behind"],
    ["two polls without progress", [queue(20, 10), queue(20, 10), queue(20, 10)], { drain: 1 }, "behind"],
    ["three polls without progress", repeat(4, () => queue(20, 10)), { drain: 1 }, "stalled"],
    [
      "without progress while it grows",
      repeat(4, (i) => queue(20 + 90 * i, 10)),
      { capacity: 100 },
      "stalled",
    ],
    ["progress again", [...repeat(9, () => queue(900, 10)), queue(899, 11)], { drain: 1 }, "behind"],
    ["no progress known", repeat(6, () => queue(20)), { drain: 0 }, "behind"],
    [
      "nothing to do for two of three polls",
      [queue(0, 9), queue(0, 9), queue(1, 9), queue(1, 9)],
      { drain: 1 },
      "keepingUp",
    ],
    [
      "a message now and then",
      repeat(9, (i) => queue(i % 3 === 2 ? 1 : 0, Math.floor(i / 3))),
      { drain: 0.06 },
      "keepingUp",
    ],
  ];
  for (const [name, observations, rates, expected] of table) {
    it(`${name}: ${expected}`, () => assert.equal(assessed(observations, rates).status, expected));
  }
});

describe("the time to drain", () => {
  const table: readonly (readonly [string, readonly Told[], KnownRates, number | undefined])[] = [
    ["shrinks", [queue(1000)], { inflow: 50, drain: 100 }, 20],
    ["drained", [queue(0)], {}, 0],
    ["grows", [queue(1000)], { inflow: 100, drain: 50 }, undefined],
    ["stands", [queue(1000)], { inflow: 100, drain: 100 }, undefined],
    ["nothing moves", [queue(1000)], { inflow: 0, drain: 0 }, undefined],
    [
      "stalled, whatever the estimates still say",
      repeat(4, () => queue(1000, 7)),
      { inflow: 0, drain: 90 },
      undefined,
    ],
    ["no inflow known", [queue(1000)], { drain: 100 }, undefined],
    ["no drain known", [queue(1000)], { inflow: 100 }, undefined],
    ["in years", [queue(1e9)], { inflow: 0, drain: 1 }, undefined],
    ["lag unknown", [{}], { inflow: 50, drain: 100 }, undefined],
  ];
  for (const [name, observations, rates, expected] of table) {
    it(`${name}: ${expected}`, () =>
      assert.equal(assessed(observations, rates).timeToDrainSeconds, expected));
  }
});

describe("lag in seconds over time", () => {
  it("of stalled consumers grows with time, by the history of arrivals", () => {
    const seconds = [6, 8, 10].map((polls) => {
      const observations = repeat(polls, (i) => queue(i < 2 ? 0 : (i - 1) * 500, Math.min(i, 1) * 500));
      const { lag } = assessed(observations, { capacity: 100, drain: 30 });
      return lag.seconds;
    });
    assert.deepEqual(
      seconds,
      [20, 30, 40].map((each) => ({ quality: "fresh", seconds: each, method: "interpolated" })),
    );
  });

  it("of stalled consumers grows after producers have stopped as well", () => {
    const observations = repeat(10, (i) => queue(Math.min(i, 3) * 500, 0));
    assert.deepEqual(assessed(observations, { drain: 0 }).lag.seconds, {
      quality: "fresh",
      seconds: 45,
      method: "interpolated",
    });
  });

  it("is unknown, not of an earlier instant, where this observation did not tell what had arrived", () => {
    const { lag } = assessed([...repeat(5, (i) => queue(Math.min(i, 2) * 500, 0)), queue(1000)]);
    assert.deepEqual([lag.messages, lag.seconds], [1000, { quality: "unknown" }]);
  });
});
