import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Claim, findLevel, portion } from "../../../src/core/sharing/maxmin.ts";

const all = Number.POSITIVE_INFINITY;
const shares = (claims: readonly Claim[], rate: number) => {
  const level = findLevel(claims, rate);
  return claims.map((claim) => portion(claim, level));
};
const claim = (demand: number, weight = 1, over: Partial<Claim> = {}): Claim => ({ demand, weight, ...over });

interface Case {
  readonly name: string;
  readonly rate: number;
  readonly claims: readonly Claim[];
  readonly shares: readonly number[];
}

const cases: Case[] = [
  { name: "nobody", rate: 10, claims: [], shares: [] },
  {
    name: "Doorman's fair share",
    rate: 120,
    claims: [claim(1000), claim(50), claim(10)],
    shares: [60, 50, 10],
  },
  {
    name: "members of a sidecar count one by one",
    rate: 120,
    claims: [claim(1000, 6), claim(500, 10), claim(200, 1)],
    shares: [(120 * 6) / 17, (120 * 10) / 17, 120 / 17],
  },
  { name: "all fits", rate: 120, claims: [claim(50), claim(10)], shares: [50, 10] },
  { name: "nothing limits", rate: all, claims: [claim(50), claim(all)], shares: [50, all] },
  { name: "closed", rate: 0, claims: [claim(50), claim(all, 3)], shares: [0, 0] },
  {
    name: "by weight",
    rate: 70,
    claims: [claim(all, 1), claim(all, 2), claim(all, 4)],
    shares: [10, 20, 40],
  },
  {
    name: "a cap frees the rest for others",
    rate: 70,
    claims: [claim(all, 1), claim(all, 6, { most: 20 })],
    shares: [50, 20],
  },
  {
    name: "a minimum is had before weights count",
    rate: 70,
    claims: [claim(all, 1, { least: 40 }), claim(all, 6)],
    shares: [40, 30],
  },
  {
    name: "a minimum that nobody asks for is not kept",
    rate: 70,
    claims: [claim(5, 1, { least: 40 }), claim(all, 1)],
    shares: [5, 65],
  },
  {
    name: "minimums that do not fit together are filled by weight",
    rate: 30,
    claims: [claim(all, 1, { least: 40 }), claim(all, 2, { least: 40 }), claim(all, 1)],
    shares: [10, 20, 0],
  },
];

/** By bisection, without sorting anything: slow, and plainly right. */
function bisect(claims: readonly Claim[], rate: number): number[] {
  const high = ({ demand, most = all }: Claim) => Math.min(demand, most);
  const low = (one: Claim) => Math.min(one.least ?? 0, high(one));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const cramped = sum(claims.map(low)) > rate;
  const at = (height: number) =>
    claims.map((one) =>
      cramped
        ? Math.min(low(one), one.weight * height)
        : Math.min(high(one), Math.max(low(one), one.weight * height)),
    );
  if (sum(claims.map(high)) <= rate) return claims.map(high);
  let [from, to] = [0, 1e9];
  for (let i = 0; i < 200; i += 1) {
    const middle = (from + to) / 2;
    if (sum(at(middle)) < rate) from = middle;
    else to = middle;
  }
  return at(to);
}

const anyClaim: fc.Arbitrary<Claim> = fc.record(
  {
    demand: fc.oneof(fc.double({ min: 0, max: 1000, noNaN: true }), fc.constant(all), fc.constant(0)),
    weight: fc.double({ min: 0.1, max: 16, noNaN: true }),
    least: fc.double({ min: 0, max: 200, noNaN: true }),
    most: fc.double({ min: 0, max: 500, noNaN: true }),
  },
  { requiredKeys: ["demand", "weight"] },
);
const anyClaims = fc.array(anyClaim, { maxLength: 30 });
const anyRate = fc.double({ min: 0, max: 5000, noNaN: true });

describe("weighted max-min", () => {
  for (const { name, rate, claims, shares: expected } of cases)
    it(name, () => {
      shares(claims, rate).forEach((share, index) => {
        const right = expected[index] ?? Number.NaN;
        assert.ok(share === right || Math.abs(share - right) < 1e-9, `${share} is not ${right}`);
      });
    });

  it("equals the optimum that bisection finds", () => {
    fc.assert(
      fc.property(anyClaims, anyRate, (claims, rate) => {
        const right = bisect(claims, rate);
        shares(claims, rate).forEach((share, index) => {
          const expected = right[index] ?? Number.NaN;
          assert.ok(share === expected || Math.abs(share - expected) < 1e-6 * (1 + rate));
        });
      }),
      { numRuns: 5000 },
    );
  });

  it("cannot be bettered: whoever wants more could only take it from somebody no better off", () => {
    fc.assert(
      fc.property(anyClaims, anyRate, (claims, rate) => {
        const given = shares(claims, rate);
        const slack = 1e-6 * (1 + rate);
        const total = given.reduce((sum, share) => sum + share, 0);
        assert.ok(total <= rate + slack);
        claims.forEach(({ demand, weight, most = all }, index) => {
          const share = given[index] ?? 0;
          assert.ok(share <= Math.min(demand, most) + slack);
          if (share >= Math.min(demand, most) - slack) return;
          assert.ok(Math.abs(total - rate) <= slack, "somebody is held back while there is more");
          claims.forEach((other, at) => {
            const theirs = given[at] ?? 0;
            if (theirs > Math.min(other.least ?? 0, other.demand) + slack)
              assert.ok(theirs / other.weight <= share / weight + slack * 10);
          });
        });
      }),
      { numRuns: 2000 },
    );
  });
});
