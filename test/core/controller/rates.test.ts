/** What three readings of one queue are made of. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { delaysOf } from "../../../src/core/controller/delays.ts";
import {
  beginRates,
  predictLag,
  type Rates,
  type Sample,
  stepRates,
} from "../../../src/core/controller/rates.ts";
import { settings } from "./settings.ts";

const delays = delaysOf(settings(), 0, 0);
const rate = 1000;
const lag = 5000;

/** At second `t` of a queue that stands at 5,000 messages, 1,000 a second coming and going. */
const sampleAt = (t: number, over: Partial<Sample> = {}): Sample => ({
  at: 1000 * t,
  receivedAt: 1000 * t,
  basis: "counters",
  isApproximate: false,
  lagMessages: lag,
  producedTotal: rate * t,
  consumedTotal: rate * t - lag + 100,
  admittedTotal: rate * t,
  ...over,
});

const watched = (...last: readonly Partial<Sample>[]): Rates => {
  let rates = beginRates(sampleAt(10));
  for (let t = 11; t < 40; t += 1) rates = stepRates(rates, sampleAt(t), delays);
  last.forEach((over, index) => {
    rates = stepRates(rates, sampleAt(40 + index, over), delays);
  });
  return rates;
};

const off = 90;
const readings: [name: string, over: Partial<Sample>][] = [
  ["arrivals", { producedTotal: rate * 40 + off }],
  ["completions", { consumedTotal: rate * 40 - lag + 100 + off }],
  ["lag", { lagMessages: lag + off }],
];

describe("arrivals, completions and lag, reconciled", () => {
  for (const [name, over] of readings)
    it(`one reading of ${name} that is off moves none of the three by as much`, () => {
      const rates = watched(over);
      assert.ok(Math.abs(predictLag(rates, 40_000, rate * 40) - lag) < off / 2);
      assert.ok(Math.abs(rates.capacity?.filter.lastSurprise ?? 0) <= (2 * off) / 3 + 1);
      assert.ok(Math.abs((rates.capacity?.filter.v ?? 0) - rate) < 0.05 * rate);
    });

  it("messages that were deleted are no completions", () => {
    const { capacity } = watched({ lagMessages: lag - 4000 }, { lagMessages: lag - 4000 });
    assert.ok(Math.abs((capacity?.filter.v ?? 0) - rate) < 0.01 * rate, String(capacity?.filter.v));
  });
});
