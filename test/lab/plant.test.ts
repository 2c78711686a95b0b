/** The modelled queue: nothing is made or lost but where it says so, and a seed tells all. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Law } from "../../src/lab/law.ts";
import { headgate } from "../../src/lab/laws/headgate.ts";
import { oracle } from "../../src/lab/laws/oracle.ts";
import { run, scenario } from "./runs.ts";

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

describe("plant", () => {
  it("keeps every message: arrived is completed, lost or still there", () => {
    fc.assert(
      fc.property(
        fc.record({
          capacity: fc.integer({ min: 50, max: 2000 }),
          demand: fc.integer({ min: 0, max: 4000 }),
          exogenous: fc.integer({ min: 0, max: 800 }),
          noise: fc.double({ min: 0, max: 0.3, noNaN: true }),
          lostPolls: fc.double({ min: 0, max: 0.5, noNaN: true }),
          retention: fc.oneof(
            fc.constant({}),
            fc.record({ seconds: fc.integer({ min: 1, max: 60 }) }),
            fc.record({ messages: fc.integer({ min: 1, max: 20_000 }) }),
          ),
          deaf: fc.integer({ min: 0, max: 20 }),
        }),
        fc.integer({ min: 1, max: 1000 }),
        fc.constantFrom(1, 2, 5, 10),
        ({ deaf, ...over }, seed, pollSeconds) => {
          const one = scenario({
            ...over,
            seconds: 100,
            windows: [{ name: "all", from: 0, to: 100 }],
            rebalances: [{ from: 40, to: 50 }],
            producers: { deaf },
          });
          const { admitted, exogenous, completed, lost, lag, stepSeconds } = run(one, headgate, {
            seed,
            pollSeconds,
          });
          const arrived = (sum(admitted) + sum(exogenous)) * stepSeconds;
          const accounted = sum(completed) * stepSeconds + sum(lost) + (lag.at(-1) ?? 0);
          assert.ok(Math.abs(arrived - accounted) <= 1e-6 * Math.max(1, arrived), `${arrived} ${accounted}`);
          assert.ok(lag.every((value) => value >= -1e-6));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("runs the same for the same seed, and otherwise for another", () => {
    const one = scenario({
      capacity: { pieces: [{ from: 0, value: 1000 }], wander: { share: 0.05, tauSeconds: 5 } },
    });
    const lagOf = (seed: number) => run(one, headgate, { seed }).lag;
    assert.deepEqual(lagOf(7), lagOf(7));
    assert.notDeepEqual(lagOf(7), lagOf(8));
  });

  it("meets every law with the same capacity", () => {
    const one = scenario({
      capacity: { pieces: [{ from: 0, value: 1000 }], wander: { share: 0.05, tauSeconds: 5 } },
    });
    assert.deepEqual(run(one, headgate).capacity, run(one, oracle).capacity);
  });

  it("deletes what is older than the retention, and only that", () => {
    const open = { seconds: 100, windows: [{ name: "all", from: 0, to: 100 }], producers: { deaf: 20 } };
    // 2000/s come and 1000/s go: lag grows by 1000/s, and the wait of what leaves by half a second each second.
    const trace = run(scenario({ ...open, retention: { seconds: 20 } }), headgate);
    const firstLoss = trace.lost.findIndex((value) => value > 0) * trace.stepSeconds;
    assert.ok(Math.abs(firstLoss - 40) < 0.5, `first lost at ${firstLoss} s`);
    assert.equal(sum(run(scenario({ ...open, retention: { seconds: 60 } }), headgate).lost), 0);
  });

  it("lets producers that obey late take up a rate so much later", () => {
    let now = 0;
    const tick = (at: number) => {
      now = at;
    };
    const rate = () => (now < 150 ? 1000 : 400);
    const law: Law = {
      name: "step",
      begin: () => ({ observed() {}, pollFailed() {}, tick, rate }),
    };
    const lastAbove = (seconds: number): number => {
      const producers = { late: { count: 20, seconds } };
      const trace = run(scenario({ producers }), law, { pollSeconds: 1 });
      return trace.admitted.findLastIndex((sends) => sends > 401) * trace.stepSeconds;
    };
    assert.ok(Math.abs(lastAbove(6) - lastAbove(0) - 6) < 1.1, `${lastAbove(0)} s, ${lastAbove(6)} s`);
  });

  it("lets producers that do not obey send what they want", () => {
    const trace = run(scenario({ producers: { deaf: 10 } }), headgate);
    // Ten of twenty want 1000/s together, and never send less.
    assert.ok(trace.admitted.subarray(200).every((rate) => rate >= 1000 - 1e-6));
    assert.ok((trace.admitted.at(-1) ?? 0) < 1200);
  });
});
