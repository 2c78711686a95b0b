/** The closed loop: Headgate's law around the modelled queue. Figures are held with some room over what is attained. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { measure } from "../../src/lab/figures.ts";
import { headgate } from "../../src/lab/laws/headgate.ts";
import { runPlant } from "../../src/lab/plant.ts";
import { shipped } from "../../src/lab/shipped.ts";

const seeds = [101, 102, 103, 104, 105];
const rises = shipped("1-demand-doubles");
const falls = shipped("2-capacity-falls");

for (const { pollSeconds, rise, peak, fall } of [
  { pollSeconds: 1, rise: 12, peak: 3.5, fall: 25 },
  { pollSeconds: 2, rise: 12, peak: 7, fall: 30 },
  { pollSeconds: 5, rise: 40, peak: 15, fall: 50 },
  { pollSeconds: 10, rise: 180, peak: 27, fall: 90 },
]) {
  describe(`law at a poll of ${pollSeconds} s`, () => {
    for (const seed of seeds) {
      it(`holds a rise of demand from half to twice the capacity (seed ${seed})`, () => {
        const trace = runPlant(rises, headgate, { pollSeconds, seed });
        const figures = measure(trace, { name: "rise", from: 220, to: 400 });
        assert.ok(figures.overshootPercent <= 12, `overshoot ${figures.overshootPercent} %`);
        assert.ok(figures.settlesSeconds <= rise, `settles in ${figures.settlesSeconds} s`);
      });

      it(`follows consumers that fall to 40 % and recover (seed ${seed})`, () => {
        const trace = runPlant(falls, headgate, { pollSeconds, seed });
        const slow = measure(trace, { name: "fall", from: 200, to: 400 });
        assert.ok(slow.peakOverSeconds <= peak, `peak ${slow.peakOverSeconds} s over what was there`);
        assert.ok(slow.settlesSeconds <= fall, `settles in ${slow.settlesSeconds} s`);
        const { utilisationPercent } = measure(trace, { name: "warm", from: 30, to: 600 });
        assert.ok(utilisationPercent >= 99.5, `consumers were used ${utilisationPercent} %`);
      });
    }
  });
}
