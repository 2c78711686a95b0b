/** The figures, on traces drawn by hand. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Figures, measure, summarise } from "../../src/lab/figures.ts";
import type { Trace } from "../../src/lab/plant.ts";
import { type FigureName, figureNames } from "../../src/lab/scenario.ts";

const steps = 1000;
const at = (value: (t: number) => number): Float64Array =>
  Float64Array.from({ length: steps }, (_, index) => value(index / 10));

const openFrom = (from: number, to: number): Uint8Array =>
  Uint8Array.from({ length: steps }, (_, index) => (index >= 10 * from && index < 10 * to ? 1 : 0));

/** 100 s in steps of 0.1 s: capacity 100/s, demand 200/s, lag at the setpoint of 10 s, but for what `over` says. */
const trace = (over: Partial<Trace> = {}): Trace => ({
  stepSeconds: 0.1,
  pollSeconds: 5,
  refreshSeconds: 5,
  ageSeconds: 1,
  setpointSeconds: 10,
  capacity: at(() => 100),
  demand: at(() => 200),
  admitted: at(() => 100),
  exogenous: at(() => 0),
  completed: at(() => 100),
  lag: at(() => 1000),
  lost: at(() => 0),
  failures: at(() => 0),
  failing: new Uint8Array(steps),
  shares: undefined,
  ...over,
});

const cases: [name: string, over: Partial<Trace>, figure: FigureName, value: number][] = [
  [
    "a peak in seconds of the capacity there is",
    { lag: at((t) => (t === 50 ? 1500 : 1000)) },
    "peakSeconds",
    15,
  ],
  ["a peak over the setpoint", { lag: at((t) => (t === 50 ? 1500 : 1000)) }, "overshootPercent", 50],
  ["no overshoot below it", { lag: at(() => 500) }, "overshootPercent", -50],
  [
    "what was there before is unavoidable",
    { lag: at((t) => (t === 50 ? 1500 : 1200)) },
    "peakOverSeconds",
    3,
  ],
  [
    "capacity from 100 to 40: delay costs 1.5·(poll + age) + 0.45·refresh",
    {
      capacity: at((t) => (t < 20 ? 100 : 40)),
      lag: at((t) => (t > 30 && t < 31 ? 1000 + 40 * (1.5 * 6 + 0.45 * 5) : 1000)),
    },
    "peakOverDelay",
    1,
  ],
  ["at rest it has settled at once", {}, "settlesSeconds", 0],
  ["outside ± 25 % until 30 s", { lag: at((t) => (t < 50 ? 1300 : 1200)) }, "settlesSeconds", 30],
  ["outside in the last tenth still", { lag: at((t) => (t < 93 ? 1300 : 1200)) }, "settlesSeconds", Infinity],
  ["the mean distance, above or below", { lag: at((t) => (t < 60 ? 1100 : 900)) }, "strayPercent", 10],
  ["bias over the last 40 %", { lag: at((t) => (t < 68 ? 5000 : 900)) }, "biasPercent", -10],
  ["a steady rate does not vary", {}, "variationPercent", 0],
  [
    "a rate that is 90 or 110 varies by 10 %",
    { admitted: at((t) => (Math.floor(t) % 2 === 0 ? 90 : 110)) },
    "variationPercent",
    10,
  ],
  ["an oscillation that doubles grows by two", { lag: at((t) => (t < 73.3 ? 1300 : 1600)) }, "growth", 2],
  ["what strays within a quarter does not grow", { lag: at((t) => (t < 73.3 ? 1001 : 1200)) }, "growth", 1],
  ["half of what could be done", { completed: at(() => 50) }, "utilisationPercent", 50],
  ["the seconds of capacity that were lost", { completed: at(() => 50) }, "idleSeconds", 40],
  [
    "utilisation counts only where more is wanted than can be done",
    { demand: at((t) => (t < 60 ? 200 : 50)), completed: at((t) => (t < 60 ? 100 : 50)) },
    "utilisationPercent",
    100,
  ],
  [
    "with nothing wanted beyond capacity it means nothing",
    { demand: at(() => 50) },
    "utilisationPercent",
    NaN,
  ],
  ["nor does the setpoint then", { demand: at(() => 50) }, "settlesSeconds", NaN],
  [
    "what others send is wanted too",
    { demand: at(() => 50), exogenous: at(() => 60) },
    "utilisationPercent",
    100,
  ],
  ["what was wanted and not admitted", {}, "heldBackPercent", 50],
  ["deleted unread", { lost: at((t) => (t === 50 ? 7 : 0)) }, "lostMessages", 7],
  ["completed in vain", { failures: at((t) => (t < 60 ? 0.5 : 0)) }, "failedMessages", 2000],
  ["work that fails is no utilisation", { failures: at(() => 0.9) }, "utilisationPercent", NaN],
  ["the circuit open", { failing: openFrom(30, 33) }, "failingSeconds", 3],
  ["it opens two polls after the window's start", { failing: openFrom(30, 33) }, "opensPolls", 2],
  ["it does not open", {}, "opensPolls", Infinity],
];

describe("figures", () => {
  for (const [name, over, figure, value] of cases) {
    it(`${figure}: ${name}`, () => {
      const found = measure(trace(over), { name: "w", from: 20, to: 100 })[figure];
      if (Number.isFinite(value))
        assert.ok(Math.abs(found - value) < 0.02 * Math.max(1, Math.abs(value)), `${found}`);
      else assert.equal(found, value);
    });
  }

  const run = (over: Partial<Figures>): Figures => ({
    ...(Object.fromEntries(figureNames.map((name) => [name, 0])) as Figures),
    ...over,
  });

  it("summarises by median and worst; worst is the least of a utilisation, the largest of a bias either way", () => {
    const summary = summarise([
      run({ peakSeconds: 1, utilisationPercent: 90, biasPercent: -8 }),
      run({ peakSeconds: 3, utilisationPercent: 100, biasPercent: 2 }),
      run({ peakSeconds: 2, utilisationPercent: 95, biasPercent: 1 }),
    ]);
    assert.deepEqual(summary.peakSeconds, { median: 2, worst: 3 });
    assert.deepEqual(summary.utilisationPercent, { median: 95, worst: 90 });
    assert.deepEqual(summary.biasPercent, { median: 2, worst: -8 });
  });

  it("takes never for the longest, and leaves out what means nothing", () => {
    const never = run({ settlesSeconds: Number.POSITIVE_INFINITY });
    const summary = summarise([
      never,
      never,
      run({ settlesSeconds: 4 }),
      run({ settlesSeconds: Number.NaN }),
    ]);
    assert.deepEqual(summary.settlesSeconds, {
      median: Number.POSITIVE_INFINITY,
      worst: Number.POSITIVE_INFINITY,
    });
  });
});
