/** Any history: what holds of the book after each step, and what it comes to when the dust has settled. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { askerOf } from "../../../src/core/sharing/askers.ts";
import { type Book, type Sum, totalOf } from "../../../src/core/sharing/book.ts";
import { priorities } from "../../../src/core/sharing/priorities.ts";
import { release } from "../../../src/core/sharing/registry.ts";
import { findTenant } from "../../../src/core/sharing/tenants.ts";
import { createWorld, none, type World } from "./world.ts";

const tenants = { plain: {}, heavy: { weight: 4 }, capped: { maxRate: 30 }, sure: { minRate: 10 } };
const tenantNames = Object.keys(tenants) as (keyof typeof tenants)[];

type Event =
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "rate"; readonly rate: number; readonly regime: "all" | "shedding" | "probes" }
  | {
      readonly kind: "lease";
      readonly producer: number;
      readonly more: number;
      readonly let: number;
      readonly members: number;
    }
  | { readonly kind: "ask"; readonly tenant: number; readonly rank: number }
  | { readonly kind: "release"; readonly producer: number }
  | { readonly kind: "restart" };

const producers = 12;
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("pass"), ms: fc.integer({ min: 1, max: 9000 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("rate"),
      rate: fc.oneof(fc.double({ min: 0, max: 500, noNaN: true }), fc.constantFrom(none, 0, 100)),
      regime: fc.constantFrom("all", "all", "all", "shedding", "probes"),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("lease"),
      producer: fc.integer({ min: 0, max: producers - 1 }),
      more: fc.integer({ min: 0, max: 2000 }),
      let: fc.double({ min: 0, max: 1, noNaN: true }),
      members: fc.constantFrom(1, 1, 1, 5),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("ask"),
      tenant: fc.integer({ min: 0, max: 3 }),
      rank: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("release"),
      producer: fc.integer({ min: 0, max: producers - 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart") }) },
) as fc.Arbitrary<Event>;

interface Held {
  attempted: number;
  admitted: number;
  has: number | undefined;
}

/** Plays a history; `check` sees the book after each event. */
function play(
  events: readonly Event[],
  check: (world: World, before: { total: number; ofTenants: Map<string, number>; rate: number }) => void,
): World {
  let world = createWorld({ tenants, at: 0 });
  const held: Held[] = Array.from({ length: producers }, () => ({
    attempted: 0,
    admitted: 0,
    has: undefined,
  }));
  const usesOf = (book: Book) =>
    new Map([...book.uses.values()].map(({ tenant, granted }) => [tenant.name, totalOf(granted)]));
  for (const one of events) {
    const before = {
      total: totalOf(world.book.granted),
      ofTenants: usesOf(world.book),
      rate: world.book.pie.rate,
    };
    switch (one.kind) {
      case "pass":
        world.pass(one.ms);
        break;
      case "rate":
        world.pie(one.rate, { regime: one.regime });
        break;
      case "lease": {
        const own = held[one.producer];
        if (own === undefined) break;
        own.attempted += one.more;
        own.admitted += Math.floor(one.let * one.more);
        const grant = world.lease(`p${one.producer}`, {
          tenant: tenantNames[one.producer % 4] ?? "plain",
          priority: priorities[(one.producer >> 2) % 4] ?? "normal",
          members: one.members,
          attempted: own.attempted,
          admitted: own.admitted,
          ...(own.has === undefined ? {} : { has: own.has }),
        });
        own.has = grant.rate;
        assert.ok(grant.rate >= 0 && grant.burst >= 0);
        break;
      }
      case "ask":
        askerOf(
          world.book,
          findTenant(world.registry.tenants, tenantNames[one.tenant] ?? "plain", world.at),
          one.rank,
          world.at,
        ).pressedAt = world.at;
        break;
      case "release":
        release(world.registry, `p${one.producer}`, world.at);
        break;
      case "restart": {
        const { pie } = world.book;
        world = createWorld({ tenants, at: 0 });
        world.pie(pie.rate, pie);
        before.total = 0;
        before.ofTenants.clear();
        break;
      }
    }
    check(world, before);
  }
  return world;
}

/** What the sums say, added up anew. */
function exact(book: Book): Sum {
  const sum = { finite: 0, unlimited: 0 };
  for (const { groups } of book.uses.values())
    for (const group of groups)
      for (const { granted } of group?.claimants ?? [])
        if (granted === none) sum.unlimited += 1;
        else sum.finite += granted;
  return sum;
}

describe("any history of clocks, arrivals, expiries, falls of the rate and restarts", () => {
  const history = fc.array(event, { minLength: 1, maxLength: 120 });
  const slack = 1e-6;

  it("no grant takes the sum above the rate, or that of a tenant above its cap", () => {
    fc.assert(
      fc.property(history, (events) => {
        play(events, ({ book }, before) => {
          const total = totalOf(book.granted);
          assert.ok(
            total <= Math.max(book.pie.rate, before.total) + slack,
            `${total} of ${book.pie.rate}, before ${before.total}`,
          );
          for (const { tenant, granted } of book.uses.values())
            assert.ok(
              totalOf(granted) <=
                Math.max(tenant.terms.maxRate, before.ofTenants.get(tenant.name) ?? 0) + slack,
            );
        });
      }),
      { numRuns: 3000 },
    );
  });

  it("the sums are those of what is granted", () => {
    fc.assert(
      fc.property(history, (events) => {
        play(events, ({ book }) => {
          const sum = exact(book);
          assert.equal(book.granted.unlimited, sum.unlimited);
          assert.ok(Math.abs(book.granted.finite - sum.finite) < slack * (1 + sum.finite));
          let flow = 0;
          for (const lease of book.leases.values()) flow += lease.flow;
          assert.ok(Math.abs(book.flow - flow) < slack * (1 + flow));
          assert.ok(Number.isFinite(book.admitted) && Number.isFinite(book.attempted));
        });
      }),
      { numRuns: 1000 },
    );
  });

  it("over a restart nobody is raised before all can have come back", () => {
    const order = fc.shuffledSubarray(
      Array.from({ length: producers }, (_, index) => index),
      { minLength: producers },
    );
    fc.assert(
      fc.property(history, order, fc.double({ min: 1, max: 500, noNaN: true }), (events, back, rate) => {
        // What producers hold when the daemon dies, at rest.
        const before = createWorld({ tenants });
        before.pie(rate);
        const held = back.map(() => 0);
        for (let round = 0; round < 3; round += 1)
          for (const producer of back) {
            const tenant = tenantNames[producer % 4] ?? "plain";
            held[producer] = before.lease(`p${producer}`, { tenant, attempted: 1000 * round }).rate;
            before.pass(events.length % 7);
          }
        const sum = () => held.reduce((total, has) => total + has, 0);
        const most = sum();
        const after = createWorld({ tenants, at: 0 });
        after.pie(rate);
        for (let round = 0; round < 2; round += 1)
          for (const producer of back) {
            const tenant = tenantNames[producer % 4] ?? "plain";
            const has = held[producer] ?? 0;
            if (has === 0) continue;
            held[producer] = after.lease(`p${producer}`, { tenant, has, attempted: 1000 * round }).rate;
            assert.ok(held[producer] <= has + slack);
            assert.ok(sum() <= most + slack && sum() <= rate + slack);
            after.pass(events.length % 7);
          }
      }),
      { numRuns: 500 },
    );
  });

  it("comes to rest within the rate: a lease time later nobody holds more than there is", () => {
    fc.assert(
      fc.property(history, fc.double({ min: 1, max: 500, noNaN: true }), (events, rate) => {
        const world = play(events, () => {});
        world.pie(rate);
        world.pass(15_000);
        assert.ok(totalOf(world.book.granted) <= rate + slack);
        // Whoever comes then has something at once or, behind others, after their refresh.
        world.lease("late");
        world.pass(5000);
        assert.ok(world.lease("late", { attempted: 100, admitted: 0 }).rate > 0);
        const tenant = findTenant(world.registry.tenants, "plain", world.at);
        askerOf(world.book, tenant, 0, world.at).pressedAt = world.at;
        world.pass(5000);
        world.lease("late", { attempted: 200, admitted: 0 });
        world.pass(250);
        assert.ok(askerOf(world.book, tenant, 0, world.at).granted > 0);
      }),
      { numRuns: 1000 },
    );
  });
});
