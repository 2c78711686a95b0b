/** The closed loop: the law around a modelled queue. Figures are held with some room over what is attained. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Moment, runPlant } from "./plant.ts";

const seeds = [101, 102, 103, 104, 105];
const setpointOf = (pollSeconds: number) => Math.max(10, 2 * pollSeconds);

const peakOf = (moments: readonly Moment[]) => Math.max(...moments.map(({ lagSeconds }) => lagSeconds));
/** Seconds from `from` on until lag stays within a quarter of the setpoint. */
const settlesIn = (moments: readonly Moment[], from: number, setpoint: number) =>
  (moments.findLast(({ lagSeconds }) => Math.abs(lagSeconds - setpoint) > setpoint / 4)?.t ?? from) - from;

for (const { pollSeconds, overshoot, rise, peak, fall } of [
  { pollSeconds: 1, overshoot: 0.12, rise: 12, peak: 3.5, fall: 25 },
  { pollSeconds: 2, overshoot: 0.12, rise: 12, peak: 7, fall: 30 },
  { pollSeconds: 5, overshoot: 0.12, rise: 25, peak: 15, fall: 50 },
  { pollSeconds: 10, overshoot: 0.12, rise: 180, peak: 27, fall: 90 },
]) {
  describe(`law at a poll of ${pollSeconds} s`, () => {
    const setpoint = setpointOf(pollSeconds);
    for (const seed of seeds) {
      it(`holds a rise of demand from half to twice the capacity (seed ${seed})`, () => {
        const moments = runPlant({
          seed,
          pollSeconds,
          seconds: 420,
          noise: 0.05,
          capacity: () => 1000,
          // Seen busy once, then a quiet time.
          demand: (t) => (t < 80 ? 1500 : t < 220 ? 500 : 2000),
        }).filter(({ t }) => t >= 220);
        assert.ok(peakOf(moments) <= setpoint * (1 + overshoot), `peak ${peakOf(moments)}`);
        const settled = settlesIn(
          moments.filter(({ t }) => t < 400),
          220,
          setpoint,
        );
        assert.ok(settled <= rise, `settles in ${settled} s`);
      });

      it(`follows consumers that fall to 40 % and recover (seed ${seed})`, () => {
        const moments = runPlant({
          seed,
          pollSeconds,
          seconds: 600,
          noise: 0.05,
          capacity: (t) => (t >= 200 && t < 400 ? 400 : 1000),
          demand: () => 2000,
        });
        const slow = moments.filter(({ t }) => t >= 200 && t < 400);
        const unavoidable = slow[0]?.lagSeconds ?? 0;
        assert.ok(peakOf(slow) - unavoidable <= peak, `peak ${peakOf(slow)} over ${unavoidable}`);
        assert.ok(settlesIn(slow, 200, setpoint) <= fall);
        const warm = moments.filter(({ t }) => t > 30);
        const busy = warm.filter(({ lagSeconds }) => lagSeconds > 0).length / warm.length;
        assert.ok(busy >= 0.995, `consumers were busy only ${busy} of the time while producers wanted more`);
      });
    }
  });
}
