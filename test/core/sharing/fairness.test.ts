/** 50 tenants with weights from 1 to 8, one of which asks for 100 times its share; producers obey and are staggered. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beginTarget } from "../../../src/core/controller/step.ts";
import { rule } from "../../../src/core/sharing/admission.ts";
import { askerOf, noteAdmitted, noteRefused } from "../../../src/core/sharing/askers.ts";
import { findTenant } from "../../../src/core/sharing/tenants.ts";
import { settings } from "../controller/settings.ts";
import { createWorld, terms, type World } from "./world.ts";

const rate = 1000;
const names = Array.from({ length: 50 }, (_, index) => `t${index}`);
const weightOf = (index: number): number => 1 + (index % 8);
const tenants = Object.fromEntries(names.map((name, index) => [name, { weight: weightOf(index) }]));
const fairOf = (index: number): number =>
  (rate * weightOf(index)) / names.reduce((sum, _, other) => sum + weightOf(other), 0);
const wantsOf = (index: number): number => (index === 7 ? 100 : 2) * fairOf(index);

/** Jain's index: 1 where all are equal. */
const jain = (values: readonly number[]): number => {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum ** 2 / (values.length * values.reduce((total, value) => total + value ** 2, 0));
};

const { decision } = beginTarget("orders", settings(), 0);

/** Lets each tenant's producer try what it wants for so long, in steps of 10 ms; answers what was let in. */
function askFor(world: World, seconds: number): number[] {
  const passed = names.map(() => 0);
  const due = names.map(() => 0);
  for (let step = 0; step < seconds * 100; step += 1) {
    names.forEach((name, index) => {
      due[index] = Math.min(100, (due[index] ?? 0) + wantsOf(index) / 100);
      for (; (due[index] ?? 0) >= 1; due[index] = (due[index] ?? 0) - 1) {
        const asker = askerOf(world.book, findTenant(world.registry.tenants, name, world.at), 2, world.at);
        const asked = [{ decision, cell: asker.cell, rate: asker.granted }];
        const { allowed, cells, waitMs } = rule(asked, world.at, 1, false);
        const [cell] = cells;
        if (allowed && cell !== undefined) {
          noteAdmitted(world.book, asker, cell, 1, waitMs > 0);
          passed[index] = (passed[index] ?? 0) + 1;
        } else noteRefused(world.book, asker, 1, world.at);
      }
    });
    world.pass(10);
  }
  return passed;
}

describe("fairness", () => {
  it("leases are shared by weight within two refreshes", () => {
    const world = createWorld({ tenants });
    world.pie(rate);
    const sent = names.map(() => 0);
    const granted = names.map(() => 0);
    // The first two refreshes, and a third in which all is as it should be.
    for (let round = 0; round < 3; round += 1)
      names.forEach((tenant, index) => {
        const attempted = Math.floor(round * wantsOf(index) * (terms.refreshMs / 1000));
        granted[index] = world.lease(tenant, {
          tenant,
          attempted,
          admitted: Math.min(attempted, Math.floor(sent[index] ?? 0)),
        }).rate;
        sent[index] =
          (sent[index] ?? 0) + Math.min(wantsOf(index), granted[index] ?? 0) * (terms.refreshMs / 1000);
        world.pass(terms.refreshMs / names.length);
      });
    const normalised = granted.map((value, index) => value / weightOf(index));
    assert.ok(jain(normalised) >= 0.98, `${jain(normalised)}`);
    granted.forEach((value, index) => {
      assert.ok(Math.abs(value / fairOf(index) - 1) < 0.05, `${index}: ${value} of ${fairOf(index)}`);
    });
  });

  it("and so are those who ask", () => {
    const world = createWorld({ tenants });
    world.pie(rate);
    askFor(world, 2);
    const passed = askFor(world, 20);
    const normalised = passed.map((count, index) => count / weightOf(index));
    assert.ok(jain(normalised) >= 0.98, `${jain(normalised)}`);
  });

  it("the class above loses nothing", () => {
    const world = createWorld({ tenants });
    world.pie(rate);
    for (let round = 0; round < 3; round += 1) {
      for (const tenant of names)
        world.lease(tenant, { tenant, attempted: 1e5 * round, admitted: 100 * round, priority: "bulk" });
      const attempted = 500 * round * (terms.refreshMs / 1000);
      const { rate: granted } = world.lease("top", { tenant: "t0", priority: "critical", attempted });
      if (round === 2) assert.ok(granted >= 500, `${granted}`);
      world.pass(terms.refreshMs);
    }
  });
});

describe("thousands that come at once", () => {
  it("have equal parts from their first refresh on", () => {
    const world = createWorld();
    world.pie(rate);
    const granted: number[] = [];
    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < 2000; index += 1)
        granted[index] = world.lease(`p${index}`, { attempted: 1000 * round }).rate;
      world.pass(terms.refreshMs);
    }
    // What the first ones had too much they gave back, and those who came after them have it at their next refresh.
    assert.ok(jain(granted.slice(0, 1000)) > 0.98);
    for (let index = 0; index < 2000; index += 1)
      granted[index] = world.lease(`p${index}`, { attempted: 2000 }).rate;
    assert.ok(jain(granted) > 0.98, `${jain(granted)}`);
  });
});
