/** Classes, tenants and claimants: each scenario a name, who asks for what, and what each has. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Priority, priorities, rankOf } from "../../../src/core/sharing/priorities.ts";
import { type Group, type Pie, presentIn, shareOf, shareOut } from "../../../src/core/sharing/share.ts";
import { plainTerms, type TenantTerms } from "../../../src/core/sharing/tenants.ts";

const all = Number.POSITIVE_INFINITY;
const tenant = (over: Partial<TenantTerms> = {}) => ({ terms: { ...plainTerms, ...over } });
const plain = tenant();

const group = (priority: Priority, demands: readonly number[], of = plain): Group => ({
  tenant: of,
  rank: rankOf(priority),
  claimants: demands.map((demand) => ({ demand, weight: 1, active: demand > 0 })),
});

const sharesOf = (groups: readonly Group[], pie: Partial<Pie> = {}) => {
  const shares = shareOut({ rate: 100, regime: "all", floorRate: 5, ...pie }, groups, presentIn(groups));
  return groups.map(({ claimants }, index) => {
    const share = shares[index];
    return claimants.map((claimant) => (share === undefined ? Number.NaN : shareOf(claimant, share)));
  });
};

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

interface Case {
  readonly name: string;
  readonly groups: readonly Group[];
  readonly pie?: Partial<Pie>;
  readonly shares: readonly (readonly number[])[];
}

const acme = tenant({ maxRate: 20 });
const sure = tenant({ minRate: 30 });

const cases: Case[] = [
  { name: "one claimant has it all", groups: [group("normal", [10])], shares: [[100]] },
  {
    name: "nothing limits",
    groups: [group("normal", [10, all]), group("bulk", [0])],
    pie: { rate: all },
    shares: [[all, all], [all]],
  },
  {
    name: "nothing limits but a tenant's cap",
    groups: [group("normal", [all], acme), group("normal", [all])],
    pie: { rate: all },
    shares: [[20], [all]],
  },
  {
    name: "a class above is served first, the classes below keep 5 % each",
    groups: [group("critical", [all]), group("normal", [all]), group("bulk", [all])],
    shares: [[90], [5], [5]],
  },
  {
    name: "a floor is kept only as far as it is asked for",
    groups: [group("high", [all]), group("bulk", [2])],
    shares: [[98], [2]],
  },
  {
    name: "what a class leaves goes to the next",
    groups: [group("critical", [30]), group("normal", [40]), group("bulk", [all])],
    shares: [[30], [40], [30]],
  },
  {
    name: "what all leave goes to the tenants by weight and to claimants by members",
    groups: [group("normal", [10, 10], tenant({ weight: 3 })), group("bulk", [0])],
    shares: [[40, 40], [20]],
  },
  {
    name: "within a class tenants are weighed, not their producers",
    groups: [group("normal", [all, all, all]), group("normal", [all], tenant({ weight: 3 }))],
    shares: [[25 / 3, 25 / 3, 25 / 3], [75]],
  },
  {
    name: "a tenant's cap holds over its classes",
    groups: [group("high", [15], acme), group("normal", [all], acme), group("normal", [all])],
    shares: [[15], [5], [80]],
  },
  {
    name: "a tenant's minimum is kept in a class below",
    groups: [group("high", [all]), group("bulk", [all], sure)],
    shares: [[70], [30]],
  },
  {
    name: "shedding: the lowest class present has nothing",
    groups: [group("high", [all]), group("normal", [all]), group("bulk", [all])],
    pie: { regime: "shedding" },
    shares: [[95], [5], [0]],
  },
  {
    name: "shedding: a class that nobody sends in is not the one",
    groups: [group("high", [all]), group("normal", [all]), group("bulk", [0])],
    pie: { regime: "shedding" },
    shares: [[100], [0], [0]],
  },
  {
    name: "shedding with one class: the floor",
    groups: [group("normal", [all, 2])],
    pie: { regime: "shedding" },
    shares: [[3, 2]],
  },
  {
    name: "failing: the probes are the highest class's",
    groups: [group("normal", [all]), group("high", [all]), group("bulk", [all])],
    pie: { regime: "probes", rate: 2 },
    shares: [[0], [2], [0]],
  },
  {
    name: "closed",
    groups: [group("normal", [all]), group("high", [1])],
    pie: { rate: 0 },
    shares: [[0], [0]],
  },
];

const anyGroups = fc
  .array(
    fc.record({
      weight: fc.integer({ min: 1, max: 8 }),
      minRate: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 50, noNaN: true })),
      extra: fc.oneof(fc.constant(all), fc.double({ min: 0, max: 500, noNaN: true })),
      demands: fc.array(
        fc.tuple(
          fc.constantFrom(...priorities),
          fc.array(fc.oneof(fc.constant(all), fc.double({ min: 0, max: 300, noNaN: true })), {
            minLength: 1,
          }),
        ),
        { maxLength: 4 },
      ),
    }),
    { maxLength: 8 },
  )
  .map((tenants) =>
    tenants.flatMap(({ weight, minRate, extra, demands }) => {
      const of = tenant({ weight, minRate, maxRate: minRate + extra });
      const byClass = new Map(demands);
      return [...byClass].map(([priority, asked]) => group(priority, asked, of));
    }),
  );

describe("sharing a rate", () => {
  for (const { name, groups, pie, shares } of cases)
    it(name, () => {
      const given = sharesOf(groups, pie);
      given.flat().forEach((share, index) => {
        const expected = shares.flat()[index] ?? Number.NaN;
        assert.ok(share === expected || Math.abs(share - expected) < 1e-9, `${given} is not ${shares}`);
      });
    });

  it("never gives more than the rate or a tenant's cap, and leaves nothing that somebody wants", () => {
    const pies = fc.record({
      rate: fc.double({ min: 0, max: 1000, noNaN: true }),
      regime: fc.constantFrom("all", "shedding", "probes"),
      floorRate: fc.constant(1),
    } as const);
    fc.assert(
      fc.property(anyGroups, pies, (groups, pie) => {
        const given = sharesOf(groups, pie).map(sum);
        const slack = 1e-6 * (1 + pie.rate);
        assert.ok(sum(given) <= pie.rate + slack);
        const byTenant = Map.groupBy(groups.keys(), (index) => groups[index]?.tenant);
        for (const [of, indexes] of byTenant)
          assert.ok(sum(indexes.map((index) => given[index] ?? 0)) <= (of?.terms.maxRate ?? 0) + slack);
        if (pie.regime !== "all") return;
        const couldTake = [...byTenant.keys()].some(
          (of) => of?.terms.maxRate === all && groups.some((one) => one.tenant === of),
        );
        if (couldTake) assert.ok(sum(given) >= pie.rate - slack);
      }),
      { numRuns: 3000 },
    );
  });

  it("starves no class that is not shed below its floor", () => {
    fc.assert(
      fc.property(anyGroups, fc.double({ min: 1, max: 1000, noNaN: true }), (groups, rate) => {
        // Without minimums: those may ask for more than there is.
        const free = groups.map((one) => ({ ...one, tenant: tenant({ weight: one.tenant.terms.weight }) }));
        const given = sharesOf(free, { rate }).map(sum);
        for (const [rank, priority] of priorities.entries()) {
          const own = [...free.keys()].filter((index) => free[index]?.rank === rank);
          const asked = sum(own.flatMap((index) => free[index]?.claimants.map(({ demand }) => demand) ?? []));
          const had = sum(own.map((index) => given[index] ?? 0));
          assert.ok(had >= Math.min(asked, 0.05 * rate) - 1e-6 * rate, `${priority}: ${had} of ${rate}`);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
