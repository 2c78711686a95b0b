/** The oracle is a limit: nobody does better than it on what it knows. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { measure } from "../../src/lab/figures.ts";
import { oracle } from "../../src/lab/laws/oracle.ts";
import { runPlant } from "../../src/lab/plant.ts";
import { lawAt, lawNames } from "../../src/lab/rivals.ts";
import { shipped } from "../../src/lab/shipped.ts";
import { run, scenario } from "./runs.ts";

const falls = shipped("2-capacity-falls");
const fall = { name: "fall", from: 200, to: 400 };

describe("oracle", () => {
  for (const pollSeconds of [1, 5, 10]) {
    it(`holds the setpoint exactly at a poll of ${pollSeconds} s, however noisy the counts`, () => {
      const trace = run(scenario({ noise: 0.2 }), oracle, { pollSeconds });
      const { biasPercent, variationPercent } = measure(trace, { name: "all", from: 100, to: 300 });
      assert.ok(Math.abs(biasPercent) < 0.5 && variationPercent < 0.5, `${biasPercent} ${variationPercent}`);
    });

    it(`loses no more to delay than delay costs at worst, at a poll of ${pollSeconds} s`, () => {
      for (let seed = 1; seed <= 20; seed += 1) {
        const figures = measure(runPlant(falls, oracle, { pollSeconds, seed }), fall);
        // The bound counts 30 % of a refresh where the last to ask takes all of it.
        assert.ok(figures.peakOverDelay <= 1.1, `${figures.peakOverDelay}`);
        assert.ok(figures.utilisationPercent > 99.9);
      }
    });
  }

  it("settles after a fall of capacity before every other law", () => {
    for (const name of lawNames) {
      const settles = (law: string) =>
        measure(runPlant(falls, lawAt(law, 5), { pollSeconds: 5, seed: 3 }), fall).settlesSeconds;
      assert.ok(settles("oracle") <= settles(name), name);
    }
  });
});
