/** Requirements, and what the bench makes of them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { comparisons } from "../../bench/control/compare.ts";
import { type Outcome, runJob } from "../../bench/control/jobs.ts";
import { fill } from "../../bench/control/write.ts";
import { type Figures, summarise } from "../../src/lab/figures.ts";
import { figureNames, type Requirement } from "../../src/lab/scenario.ts";
import { judge, type Series } from "../../src/lab/series.ts";
import { scenario } from "./runs.ts";

const run = (over: Partial<Figures>): Figures => ({
  ...(Object.fromEntries(figureNames.map((name) => [name, 0])) as Figures),
  ...over,
});
const settles = (...values: number[]): Series => ({
  all: values.map((settlesSeconds) => run({ settlesSeconds })),
});
const lost = (...values: number[]): Series => ({ all: values.map((lostMessages) => run({ lostMessages })) });

const settling = { window: "all", figure: "settlesSeconds" } as const;
const losing = {
  window: "all",
  figure: "lostMessages",
  statistic: "worst",
  atMost: 0,
  unlessOracle: true,
} as const;

const cases: [name: string, must: Requirement, own: Series, oracle: Series, ok: boolean][] = [
  [
    "the worst within its bound",
    { ...settling, statistic: "worst", atMost: 9 },
    settles(3, 9),
    settles(1, 1),
    true,
  ],
  [
    "the worst beyond it",
    { ...settling, statistic: "worst", atMost: 9 },
    settles(3, 9.1),
    settles(1, 1),
    false,
  ],
  ["the median alone", { ...settling, statistic: "median", atMost: 9 }, settles(3, 4, 99), settles(1), true],
  ["at least", { ...settling, statistic: "worst", atLeast: 2 }, settles(2, 3), settles(1), true],
  ["below at least", { ...settling, statistic: "median", atLeast: 5 }, settles(2, 3), settles(1), false],
  [
    "a multiple of the oracle's",
    { ...settling, statistic: "median", atMostOracle: 1.5 },
    settles(6),
    settles(4),
    true,
  ],
  [
    "more than that",
    { ...settling, statistic: "median", atMostOracle: 1.5 },
    settles(6.1),
    settles(4),
    false,
  ],
  ["never", { ...settling, statistic: "median", atMost: 1e6 }, settles(Infinity), settles(1), false],
  ["losses where the oracle loses too", losing, lost(0, 50), lost(0, 40), true],
  ["losses where the oracle has none", losing, lost(0, 50), lost(0, 0), false],
  ["losses where the oracle has some in every run", losing, lost(5, 50), lost(1, 1), true],
];

describe("requirements", () => {
  for (const [name, must, own, oracle, ok] of cases) {
    it(`${ok ? "met" : "missed"}: ${name}`, () => {
      const [ruling] = judge(scenario({ must: [must] }), 5, own, oracle);
      assert.equal(ruling?.ok, ok);
    });
  }

  it("hold only at the polls that they name", () => {
    const must = [{ ...settling, statistic: "worst", atMost: 1, polls: [1, 2] }];
    assert.equal(judge(scenario({ must }), 5, settles(9), settles(9)).length, 0);
    assert.equal(judge(scenario({ must }), 2, settles(9), settles(9)).length, 1);
  });
});

describe("bench:control", () => {
  it("runs a job alike each time, with the laws that are asked for", () => {
    const job = { scenario: "1b-cold-burst", pollSeconds: 1, laws: ["headgate", "pid"], seeds: [1, 2] };
    const outcome = runJob(job);
    assert.deepEqual(Object.keys(outcome.summaries), ["headgate", "pid"]);
    assert.equal(outcome.rulings.length, 2);
    assert.deepEqual(runJob(job), outcome);
  });

  const outcome = (laws: Record<string, Partial<Figures>>): Outcome => ({
    job: { scenario: "s", pollSeconds: 5, laws: Object.keys(laws), seeds: [1] },
    summaries: Object.fromEntries(
      Object.entries(laws).map(([law, figures]) => [law, { all: summarise([run(figures)]) }]),
    ),
    rulings: [],
  });
  const headgate = { peakSeconds: 20, utilisationPercent: 99 };

  it("tells a rival that is better on both apart from one that is better on one", () => {
    const { beaten, better } = comparisons([
      outcome({
        headgate,
        both: { peakSeconds: 15, utilisationPercent: 100 },
        peak: { peakSeconds: 15, utilisationPercent: 90 },
        neither: { peakSeconds: 20.05, utilisationPercent: 99.005 },
        oracle: { peakSeconds: 1, utilisationPercent: 100 },
      }),
    ]);
    assert.equal(beaten.length, 1);
    assert.equal(beaten[0]?.key, "s @5s all both");
    assert.equal(better.length, 1);
    assert.equal(better[0]?.law, "peak");
    assert.equal(better[0]?.on, "peak");
    assert.match(better[0]?.text ?? "", /: peak peak 15/);
  });

  it("fills in what stands between its markers, and nothing else", () => {
    assert.equal(
      fill("a\n<!-- t -->\nold\n<!-- /t -->\nb", "t", "new"),
      "a\n<!-- t -->\n\nnew\n\n<!-- /t -->\nb",
    );
    assert.throws(() => fill("a", "t", "new"), /<!-- t -->/);
  });
});
