/** Fairness: what each should have, Jain's index, Doorman's shares, and leases at work in the modelled loop. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fairShare, proportionalShare } from "../../src/lab/laws/doorman.ts";
import { headgate } from "../../src/lab/laws/headgate.ts";
import type { Claim } from "../../src/lab/population.ts";
import { fairness, fairParts, jain } from "../../src/lab/shares.ts";
import { run, scenario } from "./runs.ts";

const near = (actual: readonly number[], expected: readonly number[]) =>
  expected.forEach((value, index) => {
    assert.ok(Math.abs((actual[index] ?? Number.NaN) - value) < 0.01, `${actual} is not ${expected}`);
  });

describe("Jain's index", () => {
  const cases: [name: string, values: number[], index: number][] = [
    ["all the same", [3, 3, 3], 1],
    ["one has all", [8, 0, 0, 0], 0.25],
    ["nobody has anything", [0, 0], 1],
    ["one has twice", [1, 2], 0.9],
  ];
  for (const [name, values, index] of cases) it(name, () => near([jain(values)], [index]));
});

const claim = (weight: number, priority: Claim["priority"] = "normal"): Claim => ({
  tenant: "t",
  weight,
  priority,
});

describe("fair parts", () => {
  const cases: [name: string, claims: Claim[], wanted: number[], total: number, parts: number[]][] = [
    ["all that is wanted", [claim(1), claim(1)], [3, 4], 10, [3, 4]],
    ["by weight", [claim(1), claim(3)], [100, 100], 40, [10, 30]],
    [
      "what the small leave goes to the large",
      [claim(1), claim(1), claim(1)],
      [1000, 50, 10],
      120,
      [60, 50, 10],
    ],
    ["a higher class first", [claim(8), claim(1, "critical")], [100, 30], 40, [10, 30]],
    ["nothing to share", [claim(1)], [5], 0, [0]],
  ];
  for (const [name, claims, wanted, total, parts] of cases)
    it(name, () => near(fairParts(claims, wanted, total), parts));
});

describe("Doorman", () => {
  const clients = [1000, 50, 10].map((wants) => ({ wants, subclients: 1 }));
  const shares = (algorithm: typeof fairShare, all = clients, capacity = 120) =>
    all.map((_, index) => algorithm(capacity, all, index));

  it("fair: its own table", () => near(shares(fairShare), [60, 50, 10]));
  it("proportional: its own table", () => near(shares(proportionalShare), [69.69, 40.31, 10]));
  it("all that is wanted where it fits", () => {
    near(shares(fairShare, clients, 2000), [1000, 50, 10]);
    near(shares(proportionalShare, clients, 2000), [1000, 50, 10]);
  });
  it("a client counts for as many subclients as it stands for", () => {
    const all = [
      { wants: 500, subclients: 1 },
      { wants: 500, subclients: 3 },
    ];
    near(shares(fairShare, all, 100), [25, 75]);
    near(shares(proportionalShare, all, 100), [25, 75]);
  });
});

describe("fairness over time", () => {
  const shares = (admitted: number[][]) => ({
    intervalSeconds: 1,
    claims: [claim(1), claim(2)],
    wanted: admitted.map((one) => Float64Array.from(one, () => 100)),
    admitted: admitted.map((one) => Float64Array.from(one)),
  });

  it("says after how many refreshes the last one was fair", () => {
    const found = fairness(
      shares([
        [9, 9, 3, 3],
        [0, 1, 6, 6],
      ]),
      0,
      4,
    );
    assert.equal(found.fairRefreshes, 3);
    assert.ok(Number.isNaN(found.topHeldBackPercent));
  });

  it("never, where none was", () => {
    assert.equal(
      fairness(
        shares([
          [9, 9],
          [0, 0],
        ]),
        0,
        2,
      ).fairRefreshes,
      Number.POSITIVE_INFINITY,
    );
  });
});

describe("leases in the modelled loop", () => {
  const demand = { pieces: [{ from: 0, value: 100 }] };
  const tenants = [
    { name: "small", count: 3, weight: 1, demand },
    { name: "large", count: 1, weight: 3, demand: { pieces: [{ from: 0, value: 1000 }] } },
    { name: "top", priority: "critical", demand: { pieces: [{ from: 0, value: 20 }] } },
  ];
  const shared = scenario({ capacity: 100, demand: undefined, tenants });

  it("shares by weight, the highest class first, whoever asks for more", () => {
    const { shares } = run(shared, headgate, { pollSeconds: 2 });
    assert.ok(shares !== undefined);
    const settled = fairness(shares, 200, 300);
    assert.ok(settled.jain > 0.99, `${settled.jain}`);
    assert.ok(Math.abs(settled.topHeldBackPercent) < 1e-9);
  });

  it("keeps leases to their end and then the safe rates, while the daemon is gone; then goes on", () => {
    const trace = run(scenario({ leases: true, away: { killed: [{ from: 150, to: 200 }] } }), headgate, {
      pollSeconds: 2,
    });
    const rates = (from: number, to: number) =>
      trace.admitted.subarray(from / trace.stepSeconds, to / trace.stepSeconds);
    // What each held when it was lost: at most a fifth off the capacity.
    assert.ok(rates(150, 162).every((rate) => rate > 800 && rate < 1200));
    // Half of what consumers can do.
    assert.ok(rates(170, 200).every((rate) => rate > 400 && rate < 600));
    assert.ok(rates(260, 300).every((rate) => rate > 800));
  });

  it("polls fail while the broker is not reached, and the rate goes down", () => {
    const trace = run(scenario({ away: { cutOff: [{ from: 150, to: 300 }] } }), headgate, { pollSeconds: 2 });
    assert.ok((trace.admitted.at(-1) ?? 0) < 600);
  });

  it("producers that cannot ask go on as they were told, without leases", () => {
    const trace = run(scenario({ away: { apart: [{ from: 150, to: 300 }] } }), headgate, { pollSeconds: 2 });
    const first = 152 / trace.stepSeconds;
    assert.ok(
      trace.admitted.subarray(first).every((rate) => Math.abs(rate - (trace.admitted[first] ?? 0)) < 1e-6),
    );
  });
});
