/** A counter of completions, sample by sample: whether it runs, stands still, or waits for a commit. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  awaitsCommit,
  beginCadence,
  type Cadence,
  cadenceSeconds,
  catchesUp,
  stepCadence,
} from "../../../src/core/controller/cadence.ts";

const second = 1000;
/** Totals, one a sample, `every` seconds apart, with work to do all along. */
const feed = (totals: readonly number[], every = 1): Cadence =>
  totals
    .slice(1)
    .reduce(
      (cadence, total, index) => stepCadence(cadence, (index + 1) * every * second, total, every, true),
      beginCadence(0, totals[0] ?? 0),
    );
/** 100/s, committed every `commit` seconds, as seen each second. */
const committed = (seconds: number, commit: number): number[] =>
  Array.from({ length: seconds + 1 }, (_, t) => 100 * commit * Math.floor(t / commit));

const cases: {
  readonly name: string;
  readonly totals: readonly number[];
  readonly every?: number;
  readonly cadence: number;
  /** Whether the sample after, with the counter where it was, is no more than the wait for a commit. */
  readonly waits: boolean;
}[] = [
  { name: "it runs", totals: committed(30, 1), cadence: 0, waits: true },
  {
    name: "it runs, and stands still for three samples",
    totals: [...committed(30, 1), 3000, 3000],
    cadence: 0,
    waits: false,
  },
  {
    name: "looked at seldom, it runs and stands still",
    totals: committed(30, 1).map((total) => 10 * total),
    every: 10,
    cadence: 0,
    waits: false,
  },
  { name: "commits every five seconds", totals: committed(62, 5), cadence: 5, waits: true },
  {
    name: "two cadences without a commit",
    totals: [...committed(60, 5), ...Array(9).fill(6000)],
    cadence: 5,
    waits: true,
  },
  {
    name: "three cadences without a commit",
    totals: [...committed(60, 5), ...Array(15).fill(6000)],
    cadence: 5,
    waits: false,
  },
  { name: "commits every half a minute", totals: committed(185, 30), cadence: 30, waits: true },
  { name: "it never moved yet", totals: Array(20).fill(0), cadence: 0, waits: true },
  { name: "it never moved for long", totals: Array(60).fill(0), cadence: 0, waits: false },
  {
    name: "it stood still, and went on as before",
    totals: [...committed(30, 1), ...Array(30).fill(3000), 3100, 3200],
    cadence: 0,
    waits: true,
  },
  {
    name: "it stood still, and became faster by far",
    totals: [...committed(30, 1), ...Array(9).fill(3000), 9000, 15_000],
    cadence: 0,
    waits: true,
  },
  {
    name: "commits that were seldom are frequent now",
    totals: [...committed(60, 5), ...committed(220, 1).map((total) => 6100 + total)],
    cadence: 0,
    waits: true,
  },
];

describe("commit cadence", () => {
  for (const { name, totals, every = 1, cadence, waits } of cases)
    it(name, () => {
      const last = feed(totals, every);
      assert.ok(Math.abs(cadenceSeconds(last) - cadence) <= 0.1 * cadence, `${cadenceSeconds(last)} s`);
      const at = totals.length * every * second;
      const next = stepCadence(last, at, totals.at(-1) ?? 0, every, true);
      assert.equal(awaitsCommit(next, at, every), waits);
    });

  it("without work a standstill tells nothing", () => {
    const cadence = feed(committed(60, 1));
    const still = stepCadence(cadence, 100 * second, 6000, 39, false);
    assert.equal(still.stillSamples, 0);
    assert.equal(awaitsCommit(still, 100 * second, 39), false);
  });

  it("tells catching up from going on", () => {
    const still = feed([...committed(30, 1), ...Array(9).fill(3000)]);
    assert.equal(catchesUp(still, 40 * second, 4000, 1), true);
    assert.equal(catchesUp(still, 40 * second, 3100, 1), false);
    assert.equal(catchesUp(feed(committed(30, 1)), 31 * second, 3100, 1), false);
  });
});
