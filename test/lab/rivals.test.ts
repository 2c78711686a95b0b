/** The rivals' rules, by tables from their descriptions. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LawSetup, Reading } from "../../src/lab/law.ts";
import { aimd } from "../../src/lab/laws/aimd.ts";
import { breakwater } from "../../src/lab/laws/breakwater.ts";
import { mongodb } from "../../src/lab/laws/mongodb.ts";
import { onOff } from "../../src/lab/laws/onOff.ts";
import { pid } from "../../src/lab/laws/pid.ts";
import { staticQuota } from "../../src/lab/laws/static.ts";
import { waitMeter } from "../../src/lab/laws/wait.ts";
import { lawAt, lawNames, rivals } from "../../src/lab/rivals.ts";

const nothing = new Float64Array();
/** Nominal capacity 1000/s, setpoint 10 s. */
const setup: LawSetup = {
  pollSeconds: 1,
  refreshSeconds: 1,
  setpointSeconds: 10,
  configuredSetpointSeconds: 10,
  nominalCapacity: 1000,
  begunAt: 0,
  kept: undefined,
  claims: [],
  leased: false,
  retentionSeconds: undefined,
  retentionMessages: undefined,
  truth: {
    stepSeconds: 0.05,
    capacity: nothing,
    demand: nothing,
    exogenous: nothing,
    lag: nothing,
    arrived: nothing,
    held: nothing,
    refreshAt: nothing,
  },
};

/** A line of `lag` messages while consumers complete 1000/s and producers use all they may. */
const reading = (at: number, lag: number, admitted: number): Reading => ({
  at,
  receivedAt: at,
  lag,
  produced: 1000 * at + lag,
  consumed: 1000 * at,
  admitted,
  attempted: admitted,
  rebalancing: false,
});

/** The rates that follow from lags in messages, a second apart; what is admitted is what was allowed. */
function ratesFor(controller: ReturnType<typeof aimd.begin>, lags: readonly number[], used = 1): number[] {
  let admitted = 0;
  return lags.map((lag, index) => {
    const rate = controller.rate();
    admitted += Number.isFinite(rate) ? used * rate : 2000;
    controller.observed(reading(index + 1, lag, admitted));
    return Math.round(controller.rate());
  });
}

describe("rivals", () => {
  it("a static quota is a share of the nominal capacity, whatever the lag", () => {
    assert.deepEqual(ratesFor(staticQuota.begin(setup, { share: 0.9 }), [0, 90_000]), [900, 900]);
  });

  it("on and off: closed above the high mark, open below the low one, as it was between them", () => {
    const controller = onOff.begin(setup, { high: 1, low: 0.5, trickle: 0.1 });
    const rates = ratesFor(controller, [0, 9000, 10_001, 9000, 5001, 4999, 9000]);
    assert.deepEqual(rates, [Infinity, Infinity, 100, 100, 100, Infinity, Infinity]);
  });

  it("AIMD adds below the threshold and multiplies above it", () => {
    const controller = aimd.begin(setup, { threshold: 1, increase: 0.05, decrease: 0.5 });
    assert.deepEqual(ratesFor(controller, [0, 0, 10_001, 20_000, 0]), [1050, 1100, 550, 275, 325]);
  });

  it("AIMD does not add while what is allowed is not used", () => {
    const controller = aimd.begin(setup, { threshold: 1, increase: 0.05, decrease: 0.5 });
    assert.deepEqual(ratesFor(controller, [0, 0, 0], 0.5), [1050, 1050, 1050]);
  });

  it("PID: proportional alone is the nominal capacity at the setpoint, and less above it", () => {
    const gains = { gain: 0.5, integralSeconds: 1e9, derivativeSeconds: 0 };
    assert.deepEqual(ratesFor(pid.begin(setup, gains), [10_000, 12_000, 0]), [1000, 900, 1500]);
  });

  it("PID: the integral goes on where lag stays, and stops where it cannot be used", () => {
    const gains = { gain: 1, integralSeconds: 10, derivativeSeconds: 0 };
    assert.deepEqual(ratesFor(pid.begin(setup, gains), [11_000, 11_000, 11_000]), [900, 890, 880]);
    assert.deepEqual(ratesFor(pid.begin(setup, gains), [5000, 5000, 5000], 0.1), [1500, 1500, 1500]);
  });

  it("PID: the derivative brakes a lag that rises", () => {
    const gains = { gain: 1, integralSeconds: 1e9, derivativeSeconds: 1 };
    const [, second = 0] = ratesFor(pid.begin(setup, gains), [10_000, 11_000]);
    assert.ok(second < 900, `${second}`);
  });

  it("MongoDB at its threshold: 95 % of what was applied", () => {
    const gains = { share: 0.5, decay: 0.5, fudge: 0.95, multiplier: 1.05, adder: 0.1 };
    const rates = ratesFor(mongodb.begin(setup, gains), [5000, 5000, 10_000]);
    assert.equal(rates[1], 950);
    // Five seconds beyond the threshold of five: a decay of one half.
    assert.ok(Math.abs((rates[2] ?? 0) - 475) <= 120, `${rates[2]}`);
  });

  it("MongoDB below its threshold: 1.05 · (rate + adder) a second; unknown: half of what was used", () => {
    const gains = { share: 0.5, decay: 0.5, fudge: 0.95, multiplier: 1.05, adder: 0.1 };
    assert.deepEqual(ratesFor(mongodb.begin(setup, gains), [0, 0]), [1155, 1318]);
    const blind = mongodb.begin(setup, gains);
    blind.observed({ ...reading(1, 9000, 1000), consumed: undefined, produced: undefined });
    blind.observed({ ...reading(2, 9000, 1800), consumed: undefined, produced: undefined });
    assert.equal(blind.rate(), 400);
  });

  it("Breakwater: + α below its target, × (1 − β·excess) above, never by less than half", () => {
    const gains = { target: 1, alpha: 0.01, beta: 0.1 };
    assert.deepEqual(ratesFor(breakwater.begin(setup, gains), [0, 0]), [1010, 1020]);
    const [first = 0] = ratesFor(breakwater.begin(setup, gains), [20_000]);
    assert.equal(first, 900);
    const [worst = 0] = ratesFor(breakwater.begin(setup, { ...gains, beta: 2 }), [200_000]);
    assert.equal(worst, 500);
  });

  it("measures a wait from past arrivals", () => {
    const wait = waitMeter(1000);
    const steady = (at: number) => wait(reading(at, 3000, 0));
    steady(1);
    steady(2);
    steady(3);
    steady(4);
    assert.ok(Math.abs(steady(5) - 3) < 1e-9);
  });

  for (const { name, gains } of rivals) {
    for (const [gain, { low, high, published }] of Object.entries(gains))
      it(`${name}: ${gain} as published lies within what is searched`, () =>
        assert.ok(low <= published && published <= high));

    it(`${name} has gains for every poll, each within its bounds`, () => {
      for (const poll of [0.5, 1, 2, 5, 10, 30]) assert.equal(lawAt(name, poll).name, name);
    });
  }

  it("names all laws, and refuses others", () => {
    assert.equal(lawNames.length, rivals.length + 4);
    assert.throws(() => lawAt("nobody", 5), /one of headgate, static/);
  });
});
