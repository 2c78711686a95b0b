import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beginLag, type LagState, stepLag } from "../../../src/core/lag/target.ts";
import type { Observation, PartObservation, Value } from "../../../src/core/observation.ts";

/** Observations a second apart, each known 200 ms later. */
const watch = (observations: readonly Partial<Observation>[]): LagState =>
  observations.reduce<LagState>(
    (state, observation, index) =>
      stepLag(state, { at: index * 1000, receivedAt: index * 1000 + 200, ...observation }),
    beginLag(),
  );

const part = (
  name: string,
  end?: Value,
  committed?: Value,
  more: Partial<PartObservation> = {},
): PartObservation => ({
  part: name,
  logStart: 0,
  ...(end !== undefined && { end }),
  ...(committed !== undefined && { committed }),
  ...more,
});

describe("a target of one queue", () => {
  it("has what is ready and what is unacked as its lag", () => {
    const { sample, covers, trouble, delayed } = watch([{ ready: 1200, unacked: 40, delayed: 7 }]);
    assert.deepEqual(sample?.lag, { quality: "fresh", value: 1240 });
    assert.deepEqual(covers, { fresh: 1, of: 1 });
    assert.equal(trouble, undefined);
    assert.equal(delayed, 7);
  });

  it("is as rough as the rougher of the two", () => {
    const { lag } = watch([{ ready: { value: 1200, quality: "approximate" }, unacked: 40 }]);
    assert.deepEqual(lag, { quality: "approximate", value: 1240 });
  });

  it("has an unknown lag where either is unknown, and says which", () => {
    for (const [observation, trouble] of [
      [{ ready: 1200 }, /unacked is unknown/],
      [{ unacked: 40 }, /ready is unknown/],
      [{ ready: Number.NaN, unacked: 0 }, /ready is unknown/],
      [{ ready: -1, unacked: 0 }, /ready is unknown/],
    ] as const) {
      const state = watch([observation]);
      assert.deepEqual(state.lag, { quality: "unknown" });
      assert.match(state.trouble ?? "", trouble);
      assert.deepEqual(state.covers, { fresh: 0, of: 1 });
    }
  });

  it("keeps an old count, as stale", () => {
    const state = watch([{ ready: { value: 1200, quality: "stale" }, unacked: 40 }]);
    assert.deepEqual(state.lag, { quality: "stale", value: 1240 });
    assert.equal(state.trouble, "its counts are old");
  });

  it("counts from where it was first seen; a counter that falls was reset, and makes no jump", () => {
    const totals = [500, 600, 650, 20, 50].map((produced, index) => {
      const before = [500, 600, 650, 20, 50].slice(0, index + 1);
      return [produced, watch(before.map((each) => ({ produced: each }))).sample?.producedTotal];
    });
    assert.deepEqual(totals, [
      [500, 0],
      [600, 100],
      [650, 150],
      [20, 150],
      [50, 180],
    ]);
  });

  it("says where a counter began again", () => {
    const begins = (...consumed: (number | undefined)[]) =>
      watch(consumed.map((each) => (each === undefined ? {} : { consumed: each }))).sample?.isReset;
    assert.equal(begins(500, 600), undefined);
    assert.equal(begins(500, 490), undefined);
    assert.equal(begins(500, 20), true);
    assert.equal(begins(500, undefined, 20), true);
    assert.equal(begins(500, 20, 30), undefined);
  });

  it("does not know a total that is not told, and catches up when it is", () => {
    const observations = [{ consumed: 500 }, {}, { consumed: { value: 10, quality: "stale" as const } }];
    assert.equal(watch(observations.slice(0, 2)).sample?.consumedTotal, undefined);
    assert.equal(watch(observations).sample?.consumedTotal, undefined);
    assert.equal(watch([...observations, { consumed: 530 }]).sample?.consumedTotal, 30);
    assert.equal(watch([...observations, { consumed: 530 }]).sample?.producedTotal, undefined);
  });

  it("remembers consumers and the group's state of the last observation only", () => {
    const state = watch([{ consumers: 3, groupState: "stable" }, {}]);
    assert.equal(state.consumers, undefined);
    assert.equal(state.groupState, "unknown");
  });
});

describe("a target of parts", () => {
  it("has their sums, and ready and unacked do not matter", () => {
    const { sample, covers, held } = watch([
      {
        ready: 5,
        unacked: 5,
        parts: [part("a", 100, 40, { highWatermark: 110 }), part("b", 50, 50, { highWatermark: 53 })],
      },
    ]);
    assert.deepEqual(sample?.lag, { quality: "fresh", value: 60 });
    assert.equal(held, 13);
    assert.deepEqual(covers, { fresh: 2, of: 2 });
  });

  it("adds up what came and what was completed", () => {
    const { sample } = watch([
      { produced: 9, parts: [part("a", 100, 40), part("b", 50, 50)] },
      { produced: 9, parts: [part("a", 130, 60), part("b", 55, 51)] },
    ]);
    assert.equal(sample?.producedTotal, 35);
    assert.equal(sample?.consumedTotal, 21);
  });

  it("keeps the sum where a part is not read, and says what it covers", () => {
    const state = watch([
      { parts: [part("a", 100, 40), part("b", 50, 50), part("c", 7, 7)] },
      { parts: [part("a", undefined, 60), part("b", 60, 50), part("c", 7, 7)] },
    ]);
    assert.deepEqual(state.lag, { quality: "approximate", value: 70 });
    assert.deepEqual(state.covers, { fresh: 2, of: 3 });
    assert.equal(state.trouble, undefined);
    assert.equal(state.sample?.producedTotal, 10);
  });

  it("is stale where as many parts were not read as were", () => {
    const state = watch([
      { parts: [part("a", 100, 40), part("b", 50, 50)] },
      { parts: [part("a", undefined, 60), part("b", 60, 50)] },
    ]);
    assert.deepEqual(state.lag, { quality: "stale", value: 70 });
    assert.equal(state.trouble, "1 of its 2 parts could not be read");
    assert.equal(state.sample?.producedTotal, undefined);
    assert.equal(state.points.length, 1);
  });

  it("is stale and not drained where what was never read may hide the most of it", () => {
    const state = watch([{ parts: [part("a", 50, 50), part("b", undefined, 60), part("c", undefined, 60)] }]);
    assert.deepEqual(state.lag, { quality: "stale", value: 0 });
    assert.deepEqual(state.covers, { fresh: 1, of: 3 });
  });

  it("leaves out parts without a commit", () => {
    const state = watch([{ parts: [part("a", 100, 40), part("b", 5000, -1), part("c", 5000, -1)] }]);
    assert.deepEqual(state.lag, { quality: "approximate", value: 60 });
    assert.deepEqual(state.covers, { fresh: 1, of: 3 });
  });

  it("has an unknown lag where no part has one, and says why", () => {
    for (const [parts, trouble] of [
      [[], "it has no parts"],
      [[part("a", 100, -1), part("b", 100, 400)], "no commit of the group lies within any of its 2 parts"],
      [[part("a", undefined, 40)], "1 of its 1 parts could not be read"],
    ] as const) {
      const state = watch([{ parts }]);
      assert.deepEqual(state.lag, { quality: "unknown" });
      assert.equal(state.trouble, trouble);
      assert.equal(state.sample?.producedTotal, undefined);
    }
  });

  it("makes no jump of parts that come, go, return or are recreated", () => {
    const steady = part("a", 100, 40);
    const polls: readonly (readonly PartObservation[])[] = [
      [steady, part("b", 1_000_000, 900_000, { topicId: "x" })],
      [steady],
      [part("new", 700_000, 500_000), steady, part("b", 2_000_000, 1_900_000, { topicId: "x" })],
      [part("new", 700_000, 500_000), steady, part("b", 5000, 10, { topicId: "y" })],
      [part("new", 700_000, 500_000), part("b", 5007, 14, { topicId: "y" }), steady],
    ];
    const state = watch(polls.map((parts) => ({ parts })));
    assert.equal(state.sample?.producedTotal, 7);
    assert.equal(state.sample?.consumedTotal, 4);
    assert.deepEqual(
      state.assessments.map((each) => each.part),
      ["new", "b", "a"],
    );
  });

  it("does not forget what was lost with a part that is gone", () => {
    const state = watch([
      { parts: [part("a", 100, 10, { logStart: 60 }), part("b", 5, 5)] },
      { parts: [part("b", 5, 5)] },
    ]);
    assert.equal(state.lost, 50);
  });

  it("goes on counting when it comes to be told by counts, and back", () => {
    const parts = [[part("a", 100, 40)], [part("a", 110, 45)]] as const;
    const state = watch([
      { parts: parts[0] },
      { parts: parts[1] },
      { produced: 1_000_000, consumed: 999_000 },
      { produced: 1_000_003, consumed: 999_001 },
      { parts: parts[1] },
      { produced: 2_000_000, consumed: 2_000_000 },
    ]);
    assert.equal(state.sample?.producedTotal, 13);
    assert.equal(state.sample?.consumedTotal, 6);
  });

  it("takes 125,000 parts in whatever order they come", () => {
    const count = 125_000;
    const parts = (end: number) =>
      Array.from({ length: count }, (_, index) => part(`topic/${index}`, end, 90));
    const state = watch([{ parts: parts(100) }, { parts: parts(110).reverse() }, { parts: parts(120) }]);
    assert.deepEqual(state.lag, { quality: "fresh", value: 30 * count });
    assert.equal(state.sample?.producedTotal, 20 * count);
  });
});

describe("observations out of order", () => {
  const first = watch([
    { ready: 5, unacked: 0, produced: 10 },
    { ready: 7, unacked: 0, produced: 20 },
  ]);

  it("change nothing where they are older, the same again, or of no instant", () => {
    for (const at of [0, 500, 1000, Number.NaN]) {
      assert.equal(stepLag(first, { at, receivedAt: 9000, ready: 99, unacked: 0 }), first);
    }
  });

  it("the same counts at a later instant are a sample like any", () => {
    const next = stepLag(first, { at: 2000, receivedAt: 2000, ready: 7, unacked: 0, produced: 20 });
    assert.equal(next.sample?.at, 2000);
    assert.equal(next.sample?.producedTotal, 10);
    assert.equal(next.points.length, 3);
  });
});

describe("the state", () => {
  it("goes on after a round trip through JSON", () => {
    const state = watch([
      { parts: [part("a", 100, 40), part("b", 10, -1)] },
      { parts: [part("a", 110, 50), part("b", 10, -1)] },
    ]);
    const restored: LagState = JSON.parse(JSON.stringify(state));
    const next = { at: 2000, receivedAt: 2000, parts: [part("a", 130, 80), part("b", 10, 5)] };
    assert.deepEqual(stepLag(restored, next), stepLag(state, next));
  });

  it("is left as it was by a step", () => {
    const state = watch([{ parts: [part("a", 100, 40)] }]);
    const copy = structuredClone(state);
    stepLag(state, { at: 2000, receivedAt: 2000, parts: [part("a", 130, 80)] });
    assert.deepEqual(state, copy);
  });
});
