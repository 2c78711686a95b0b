/** Those who ask without a lease: what they may send at, and who waits for whom. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { askerOf, noteAdmitted, noteRefused } from "../../../src/core/sharing/askers.ts";
import { type Asker, totalOf } from "../../../src/core/sharing/book.ts";
import { charge } from "../../../src/core/sharing/cell.ts";
import { findTenant } from "../../../src/core/sharing/tenants.ts";
import { createWorld, none, type World } from "./world.ts";

const ask = (world: World, tenant = "default", rank = 2): Asker =>
  askerOf(world.book, findTenant(world.registry.tenants, tenant, world.at), rank, world.at);

const near = (actual: number, expected: number) =>
  assert.ok(
    actual === expected || Math.abs(actual - expected) < 1e-3 * (1 + expected),
    `${actual} is not ${expected}`,
  );

/** Attempts at a steady rate, none of them refused or delayed. */
const pass = (world: World, asker: Asker, rate: number, seconds: number) => {
  for (let tick = 0; tick < 4 * seconds; tick += 1) {
    noteAdmitted(world.book, asker, asker.cell, rate / 4, false);
    world.pass(250);
  }
};

describe("askers", () => {
  it("one alone has all of it, whatever it asks for", () => {
    const world = createWorld();
    const asker = ask(world);
    assert.equal(asker.granted, none);
    world.pie(100);
    near(asker.granted, 100);
    pass(world, asker, 1, 60);
    near(asker.granted, 100);
    world.pie(40);
    near(asker.granted, 40);
  });

  it("who is refused is taken to want all there is; who is not, what it attempts and a quarter more", () => {
    const world = createWorld();
    world.pie(100);
    const quiet = ask(world);
    const loud = ask(world, "loud");
    for (let tick = 0; tick < 400; tick += 1) {
      noteAdmitted(world.book, quiet, quiet.cell, 2, false);
      noteRefused(world.book, loud, 1000, world.at);
      world.pass(250);
    }
    near(quiet.granted, 10);
    near(loud.granted, 90);
  });

  it("a burst that waits a moment while there is room on the whole is no want", () => {
    const world = createWorld();
    world.pie(100);
    const [critical, normal] = [ask(world, "default", 0), ask(world)];
    for (let tick = 0; tick < 400; tick += 1) {
      noteAdmitted(world.book, critical, critical.cell, 5, true);
      noteRefused(world.book, normal, 1000, world.at);
      world.pass(250);
    }
    near(critical.granted, 25);
    near(normal.granted, 75);
  });

  it("a new one is cut in at once from other askers, and waits for leases", () => {
    const world = createWorld();
    world.pie(100);
    const first = ask(world);
    near(ask(world, "second").granted, 50);
    near(first.granted, 50);

    const leased = createWorld();
    leased.pie(100);
    leased.lease("a");
    const late = ask(leased);
    near(late.granted, 0);
    leased.pass(4750);
    noteRefused(leased.book, late, 1, leased.at);
    leased.pass(250);
    near(leased.lease("a", { attempted: 1000, admitted: 500 }).rate, 50);
    leased.pass(250);
    near(late.granted, 50);
  });

  it("a new one beside hundreds of leases has its part before all is shared out anew", () => {
    const world = createWorld();
    const leaseAll = () => {
      for (let index = 0; index < 1000; index += 1) world.lease(`p${index}`, { wants: 0.1 });
    };
    leaseAll();
    assert.equal(ask(world).granted, none);
    world.pie(1000);
    for (let round = 0; round < 4; round += 1) {
      world.pass(5000);
      leaseAll();
    }
    const late = ask(world, "late");
    assert.ok(late.granted > 400, `${late.granted}`);
    assert.ok(totalOf(world.book.granted) <= 1000 + 1e-6);
  });

  it("the shed class has nothing, a class alone the floor", () => {
    const world = createWorld();
    world.pie(100);
    const [normal, bulk] = [ask(world), ask(world, "default", 3)];
    world.pie(100, { regime: "shedding", floorRate: 5 });
    near(normal.granted, 100);
    near(bulk.granted, 0);
    world.pie(100);
    assert.ok(normal.granted > 90 && bulk.granted > 0);

    const alone = createWorld();
    alone.pie(100, { regime: "shedding", floorRate: 5 });
    near(ask(alone).granted, 5);
  });

  it("the class that was shed stays it while its producers stay away as told", () => {
    const world = createWorld();
    world.pie(100);
    const [high, normal, bulk] = [ask(world, "default", 1), ask(world), ask(world, "default", 3)];
    world.pie(100, { regime: "shedding", floorRate: 5 });
    near(bulk.granted, 0);
    for (let tick = 0; tick < 400; tick += 1) {
      for (const asker of [high, normal]) noteRefused(world.book, asker, 1000, world.at);
      world.pass(250);
    }
    assert.ok(!bulk.active);
    near(bulk.granted, 0);
    near(normal.granted, 5);
    world.pie(100);
    assert.ok(bulk.granted > 0);
  });

  it("a large cost is paid for at the share, whoever wants it meanwhile", () => {
    const world = createWorld();
    world.pie(100);
    const [batch, loud] = [ask(world), ask(world, "loud")];
    noteAdmitted(world.book, batch, charge(batch.cell, 1000), 1000, false);
    for (let tick = 0; tick < 60; tick += 1) {
      noteRefused(world.book, loud, 1000, world.at);
      world.pass(250);
      assert.ok(batch.granted > 45, `${batch.granted} at ${world.at}`);
    }
  });

  it("of whom nothing is heard for long are let go of, and their totals stay", () => {
    const world = createWorld();
    world.pie(100);
    noteAdmitted(world.book, ask(world), { at: world.at, owed: 1 }, 7, false);
    world.pass(700_000);
    assert.equal(world.book.uses.size, 0);
    assert.deepEqual(world.book.granted, { finite: 0, unlimited: 0 });
    assert.equal(world.book.asked.admitted, 7);
    near(ask(world).granted, 100);
  });
});
