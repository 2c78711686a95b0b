/** Leases on books driven by hand: each scenario a name, what happens, and what is granted. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { askerOf } from "../../../src/core/sharing/askers.ts";
import { totalOf } from "../../../src/core/sharing/book.ts";
import { release } from "../../../src/core/sharing/registry.ts";
import { findTenant } from "../../../src/core/sharing/tenants.ts";
import { createWorld, none, terms } from "./world.ts";

const near = (actual: number, expected: number, share = 1e-6) =>
  assert.ok(
    actual === expected || Math.abs(actual - expected) <= share * Math.max(1, expected),
    `${actual} is not ${expected}`,
  );

describe("leases", () => {
  it("nothing limits: no limit is granted", () => {
    const world = createWorld();
    const grant = world.lease("a");
    assert.equal(grant.rate, none);
    assert.equal(grant.granted, true);
    assert.deepEqual([grant.ttlMs, grant.refreshMs, grant.by], [15_000, 5000, 0]);
  });

  it("a raise waits for the cuts of others, and comes back sooner for it", () => {
    const world = createWorld();
    world.pie(100);
    near(world.lease("a").rate, 100);
    const b = world.lease("b");
    assert.equal(b.rate, 0);
    assert.equal(b.refreshMs, terms.refreshMs / 4);
    near(totalOf(world.book.granted), 100);
    world.pass(1250);
    assert.equal(world.lease("b").rate, 0);
    world.pass(3750);
    near(world.lease("a", { attempted: 1000, admitted: 500 }).rate, 50);
    near(world.lease("b").rate, 50);
    assert.equal(world.lease("b").refreshMs, terms.refreshMs);
  });

  it("what expires is free, and what is released is free at once", () => {
    const world = createWorld();
    world.pie(100);
    world.lease("a");
    world.pass(14_999);
    assert.equal(world.lease("b").rate, 0);
    world.pass(1);
    near(world.lease("b").rate, 100);
    release(world.registry, "b", world.at);
    release(world.registry, "nobody", world.at);
    near(world.lease("c").rate, 100);
    assert.equal(world.book.leases.size, 1);
    assert.equal(world.book.producers.size, 1);
  });

  it("a fall of the rate cuts each at its refresh, and nobody is raised meanwhile", () => {
    const world = createWorld();
    world.pie(100);
    world.lease("a");
    world.pass(5000);
    world.lease("a", { attempted: 900, admitted: 500 });
    world.lease("b");
    world.pass(5000);
    world.lease("a", { attempted: 1800, admitted: 1000 });
    near(world.lease("b", { attempted: 900 }).rate, 50);
    world.pie(20);
    near(totalOf(world.book.granted), 100);
    near(world.lease("a", { attempted: 1800, admitted: 1000 }).rate, 10);
    near(totalOf(world.book.granted), 60);
    assert.equal(world.lease("c").rate, 0);
    near(world.lease("b", { attempted: 900 }).rate, 20 / 3);
  });

  it("who uses little is granted little more, and half of the rest stays in hand", () => {
    const world = createWorld();
    world.pie(100);
    world.lease("a", { wants: 1000 });
    for (let i = 1; i <= 8; i += 1) {
      world.pass(5000);
      world.lease("a", { attempted: 50 * i });
    }
    // 1.25 × its 10/s, and half of the 87.5 that is over.
    near(world.lease("a", { attempted: 400 }).rate, 12.5 + 87.5 / 2);
    near(world.lease("b").rate, 100 - (12.5 + 87.5 / 2));
  });

  it("wants is the most that is reckoned with", () => {
    const world = createWorld();
    world.pie(100);
    world.lease("a");
    world.lease("b", { wants: 10 });
    world.pass(5000);
    near(world.lease("a", { attempted: 1000, admitted: 500 }).rate, 90);
    near(world.lease("b", { wants: 10, attempted: 10 }).rate, 10);
  });

  it("a sidecar stands for its members", () => {
    const world = createWorld();
    world.pie(100);
    world.lease("a");
    world.lease("sidecar", { members: 4 });
    world.pass(5000);
    near(world.lease("a", { attempted: 900, admitted: 500 }).rate, 20);
    near(world.lease("sidecar", { members: 4 }).rate, 80);
  });

  it("a gate's lease has the least that any target offers, counts on all, and asks no more of the others", () => {
    const world = createWorld({ targets: ["fast", "slow"] });
    world.pie(100);
    const [fast, slow] = [...world.registry.books.values()];
    assert.ok(fast && slow);
    slow.pie = { ...slow.pie, rate: 20 };
    const on = { targets: ["fast", "slow"], gate: "orders" };
    const grant = world.lease("a", on);
    near(grant.rate, 20);
    assert.equal(grant.by, 1);
    near(totalOf(fast.granted), 20);
    near(totalOf(slow.granted), 20);
    world.pass(5000);
    near(world.lease("a", { ...on, attempted: 900, admitted: 100 }).rate, 20);
    assert.deepEqual([fast.attempted, fast.admitted], [100, 100]);
    assert.deepEqual([slow.attempted, slow.admitted], [900, 100]);
    // 20 and the quarter that keeps it from being held are left to it on the other.
    near(world.lease("b", { targets: ["fast"] }).rate, 75);
  });

  it("tenants are weighed, capped, and kept their minimum", () => {
    const world = createWorld({
      tenants: { small: { weight: 1 }, big: { weight: 4 }, capped: { maxRate: 5 }, sure: { minRate: 30 } },
    });
    world.pie(100);
    const names = ["small", "big", "capped", "sure"];
    for (let i = 0; i < 3; i += 1) {
      for (const tenant of names) world.lease(tenant, { tenant, attempted: 1000 * i, admitted: 10 * i });
      world.pass(5000);
    }
    const rates = names.map((tenant) => world.lease(tenant, { tenant, attempted: 3000, admitted: 30 }).rate);
    [13, 52, 5, 30].forEach((expected, index) => {
      near(rates[index] ?? 0, expected);
    });
  });

  it("where nothing is enforced, caps are not either", () => {
    const world = createWorld({ tenants: { capped: { maxRate: 5, maxInFlight: 1 } }, maxInFlight: 1 });
    world.pie(none, { observed: true });
    const { rate, inFlightMax } = world.lease("a", { tenant: "capped" });
    assert.deepEqual([rate, inFlightMax], [none, none]);
    world.pie(100);
    world.pass(5000);
    near(world.lease("a", { tenant: "capped", attempted: 1000 }).rate, 5);
  });

  it("a claim above the tenant's highest priority is lowered, and the answer says so", () => {
    const world = createWorld({ tenants: { acme: { maxPriority: "high" } } });
    assert.equal(world.lease("a", { tenant: "acme", priority: "critical" }).priority, "high");
    assert.equal(world.lease("a", { tenant: "acme", priority: "bulk" }).priority, "bulk");
    assert.equal(world.lease("a", { priority: "critical" }).priority, "critical");
  });

  it("in flight: by weight, and what others have not given back is waited for", () => {
    const world = createWorld({ maxInFlight: 100, tenants: { acme: { maxInFlight: 10 } } });
    assert.equal(world.lease("a").inFlightMax, 100);
    assert.equal(world.lease("b").inFlightMax, 0);
    assert.equal(world.lease("a").inFlightMax, 50);
    assert.equal(world.lease("b").inFlightMax, 50);
    assert.equal(world.lease("c", { tenant: "acme" }).inFlightMax, 0);
    world.lease("a");
    world.lease("b");
    assert.equal(world.lease("c", { tenant: "acme" }).inFlightMax, 10);
    assert.equal(world.lease("d", { tenant: "acme" }).inFlightMax, 0);
    assert.ok(world.book.inFlightMax <= 100);
    assert.equal(createWorld().lease("a").inFlightMax, none);
  });

  it("a full registry tells the newest its part of the safe rate, and counts it", () => {
    const world = createWorld({ mostLeases: 2 });
    world.pie(100);
    world.book.safeRate = 30;
    world.lease("a");
    world.lease("b");
    const refused = world.lease("c");
    assert.deepEqual([refused.granted, world.registry.refused], [false, 1]);
    near(refused.rate, 10);
    near(refused.safeRate ?? 0, 10);
    assert.equal(world.book.leases.size, 2);
    assert.equal(world.lease("a").granted, true);
    release(world.registry, "b", world.at);
    assert.equal(world.lease("c").granted, true);
  });

  it("a full registry tells nobody the whole rate, nor more than its part of a low one", () => {
    const world = createWorld({ mostLeases: 2, tenants: { acme: { maxRate: 6 } } });
    world.pie(90);
    world.lease("a");
    world.lease("b");
    // No safe rate is known.
    near(world.lease("c").rate, 30);
    assert.equal(world.lease("c").safeRate, undefined);
    near(world.lease("d", { tenant: "acme" }).rate, 6);
    world.book.safeRate = 60;
    world.pie(9);
    near(world.lease("c").rate, 3);
    world.pie(0);
    assert.equal(world.lease("c").rate, 0);
  });

  it("after a restart each goes on with what it has, as far as it fits; newcomers have the safe rate", () => {
    const world = createWorld({ at: 1000 });
    world.pie(100);
    world.book.safeRate = 40;
    near(world.lease("a", { has: 50, attempted: 7000 }).rate, 50);
    near(world.lease("b", { has: 30, attempted: 7000 }).rate, 30);
    near(world.lease("new").rate, 40 / 3);
    near(world.lease("c", { has: 50 }).rate, 100 - 80 - 40 / 3);
    assert.equal(world.book.admitted, 0);
    world.pass(5000);
    // Nobody is raised before all can have come back.
    near(world.lease("new", { attempted: 900, admitted: 20 }).rate, 40 / 3);
    world.pass(9000);
    for (const producer of ["a", "b", "c", "new", "a", "b", "c", "new"])
      world.lease(producer, { attempted: 20_000, admitted: 7100 });
    for (const producer of ["a", "b", "c", "new"])
      near(world.lease(producer, { attempted: 20_000, admitted: 7100 }).rate, 25);
  });

  it("askers yield to leases that come back", () => {
    const world = createWorld({ at: 1000 });
    world.pie(100);
    const asker = askerOf(world.book, findTenant(world.registry.tenants, "default", 1000), 2, 1000);
    near(asker.granted, 100);
    near(world.lease("a", { has: 60 }).rate, 60);
    near(asker.granted, 40);
  });
});

describe("what leases let in", () => {
  it("is what they told, and what they may meanwhile, not past their expiry", () => {
    const world = createWorld();
    world.pie(100);
    world.lease("a");
    world.pass(5000);
    near(world.book.admitted, 500);
    world.lease("a", { attempted: 900, admitted: 480 });
    near(world.book.admitted, 480);
    near(world.book.attempted, 900);
    world.pass(60_000);
    near(world.book.admitted, 480 + 15 * 100);
    assert.equal(world.book.flow, 0);
  });

  it("of one who is not held, is what it sent before", () => {
    const world = createWorld();
    world.lease("a", { wants: 20 });
    world.pass(5000);
    near(world.book.admitted, 100);
    world.lease("a", { attempted: 50, wants: 20 });
    world.pass(5000);
    near(world.book.admitted, 100);
  });

  it("begins anew with a new epoch, and where a counter fell", () => {
    const world = createWorld();
    world.lease("a", { attempted: 1000, wants: 0 });
    world.pass(5000);
    world.lease("a", { attempted: 30, epoch: "2", wants: 0 });
    near(world.book.admitted, 30);
    world.pass(5000);
    world.lease("a", { attempted: 20, epoch: "2", wants: 0 });
    near(world.book.admitted, 50);
  });

  it("is never more than a producer can have sent", () => {
    const world = createWorld();
    world.lease("a", { wants: 0 });
    world.pass(5000);
    world.lease("a", { attempted: Number.MAX_SAFE_INTEGER, wants: 0 });
    assert.equal(world.book.admitted, 5e6);
  });
});
