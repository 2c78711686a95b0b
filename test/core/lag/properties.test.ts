/** What holds for whatever a broker, or a recording, may say. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Assessment } from "../../../src/core/assessment.ts";
import { assess, type KnownRates } from "../../../src/core/lag/assess.ts";
import { beginLag, type LagState, stepLag } from "../../../src/core/lag/target.ts";
import type { Observation, PartObservation, Value } from "../../../src/core/observation.ts";

const number = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 2000 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0, Number.MAX_SAFE_INTEGER) },
  { weight: 1, arbitrary: fc.double() },
);

const value: fc.Arbitrary<Value> = fc.oneof(
  number,
  fc.record({
    value: number,
    quality: fc.constantFrom("fresh" as const, "approximate" as const, "stale" as const),
  }),
);

const part = (name: string): fc.Arbitrary<PartObservation> =>
  fc.record(
    {
      part: fc.constant(name),
      logStart: value,
      end: value,
      highWatermark: value,
      committed: value,
      topicId: fc.constantFrom("x", "y"),
      lastRecord: value,
      compacted: fc.boolean(),
    },
    { requiredKeys: ["part"] },
  );

const parts: fc.Arbitrary<readonly PartObservation[]> = fc
  .shuffledSubarray(["a/0", "a/1", "b/0", "b/1"])
  .chain((names) => fc.tuple(...names.map(part)));

const observation: fc.Arbitrary<Observation> = fc.record(
  {
    at: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 100_000 }) }, fc.constant(Number.NaN)),
    receivedAt: fc.integer({ min: 0, max: 100_000 }),
    ready: value,
    unacked: value,
    delayed: value,
    produced: value,
    consumed: value,
    consumers: value,
    groupState: fc.constantFrom("stable" as const, "empty" as const),
    parts,
  },
  { requiredKeys: ["at", "receivedAt"] },
);

/** In order of time, but for a few. */
const observations = fc
  .array(observation, { maxLength: 30 })
  .map((some) =>
    some.map((each, index) => (index % 7 === 6 ? each : { ...each, at: index * 5000 + (each.at % 5000) })),
  );

const rate = fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double(), fc.constant(0));
const rates: fc.Arbitrary<KnownRates> = fc.record(
  { inflow: rate, drain: rate, capacity: rate, exogenousInflow: rate },
  { requiredKeys: [] },
);

const states = (some: readonly Observation[]): LagState[] => {
  const all = [beginLag()];
  for (const each of some) all.push(stepLag(all.at(-1) ?? beginLag(), each));
  return all;
};

const holds = (
  check: (state: LagState, assessment: Assessment, before: LagState | undefined) => void,
): void =>
  fc.assert(
    fc.property(observations, rates, (some, known) => {
      const all = states(some);
      for (const [index, state] of all.entries()) check(state, assess(state, known), all[index - 1]);
    }),
    { numRuns: 300 },
  );

const everyNumber = (thing: unknown, check: (value: number) => void): void => {
  if (typeof thing === "number") check(thing);
  else if (typeof thing === "object" && thing !== null) {
    for (const inner of Object.values(thing)) everyNumber(inner, check);
  }
};

describe("whatever is observed", () => {
  it("every number of an assessment is finite and not negative (L9)", () => {
    holds((_, assessment) => {
      everyNumber(assessment, (each) => assert.ok(Number.isFinite(each) && each >= 0, `${each}`));
    });
  });

  it("sums are those of the parts", () => {
    holds((_, { parts: all, lag, held, lost }) => {
      if (all.length === 0) return;
      const total = all.reduce((sum, each) => sum + (each.lag ?? 0), 0);
      const known = all.some((each) => each.lag !== undefined);
      assert.equal(lag.messages, known ? total : undefined);
      assert.equal(
        held,
        all.some((each) => each.held !== undefined)
          ? all.reduce((sum, each) => sum + (each.held ?? 0), 0)
          : undefined,
      );
      assert.ok(lost >= all.reduce((sum, each) => sum + each.lost, 0));
      assert.equal(lag.covers.of, all.length);
      assert.equal(
        lag.covers.fresh,
        all.filter(({ quality }) => quality === "fresh" || quality === "approximate").length,
      );
    });
  });

  it("a value is there exactly where its quality says so, and what is not known is not idle", () => {
    holds((_, { status, lag, parts: all }) => {
      assert.equal(lag.messages === undefined, lag.quality === "unknown");
      if (lag.quality === "unknown" || lag.quality === "stale") {
        assert.equal(status, "unknown");
        assert.equal(lag.seconds.quality, "unknown");
        assert.equal(lag.trend, "unknown");
      }
      for (const each of all) assert.equal(each.lag === undefined, each.quality === "unknown");
    });
  });

  it("what is unknown does not come out as zero", () => {
    const blank = fc.record(
      { at: fc.nat(), receivedAt: fc.nat(), parts: fc.constant([{ part: "a/0" }]) },
      {
        requiredKeys: ["at", "receivedAt"],
      },
    );
    fc.assert(
      fc.property(fc.array(blank, { minLength: 1, maxLength: 5 }), rates, (some, known) => {
        const { lag } = assess(states(some).at(-1) ?? beginLag(), known);
        assert.deepEqual(
          [lag.quality, lag.messages, lag.seconds],
          ["unknown", undefined, { quality: "unknown" }],
        );
      }),
    );
  });

  it("interpolated seconds do not exceed what was watched", () => {
    holds((state, { at, lag }) => {
      if (lag.seconds.quality === "unknown" || lag.seconds.method !== "interpolated") return;
      assert.ok(lag.seconds.seconds <= ((at ?? 0) - (state.arrivals[0]?.at ?? at ?? 0)) / 1000);
    });
  });

  it("totals never fall, nor does what was lost, nor time", () => {
    holds((state, _, before) => {
      if (before === undefined) return;
      assert.ok(state.produced.total >= before.produced.total);
      assert.ok(state.consumed.total >= before.consumed.total);
      assert.ok(state.lost >= before.lost);
      assert.ok((state.sample?.at ?? 0) >= (before.sample?.at ?? 0));
    });
  });

  it("what is kept is bounded", () => {
    holds((state) => {
      assert.ok(state.points.length <= 10 && state.arrivals.length <= 60);
      assert.equal(state.parts.length, state.assessments.length);
    });
  });

  it("lag moves as what came less what was completed, where nothing is lost, rewound, held back or replaced", () => {
    const moves = fc.array(
      fc.record({
        came: fc.nat({ max: 1000 }),
        done: fc.double({ min: 0, max: 1, noNaN: true }),
        read: fc.boolean(),
      }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(moves, (all) => {
        let [end, committed] = [500, 200];
        const some = all.map(({ came, done, read }, index): Observation => {
          end += came;
          committed += Math.floor((end - committed) * done);
          const seen = read || index === 0 ? { end, committed } : {};
          return {
            at: index,
            receivedAt: index,
            parts: [
              { part: "a/0", ...seen },
              { part: "b/0", end: 5, committed: 5 },
            ],
          };
        });
        const last = states([
          ...some,
          { at: 99, receivedAt: 99, parts: [{ part: "a/0", end, committed }] },
        ]).at(-1);
        const first = (some[0]?.parts?.[0] ?? {}) as { end: number; committed: number };
        assert.deepEqual(last?.lag, { quality: "fresh", value: end - committed });
        assert.equal(last?.sample?.producedTotal, end - first.end);
        assert.equal(last?.sample?.consumedTotal, committed - first.committed);
      }),
    );
  });
});
