/**
 * `npm run bench:sharing`: what sharing costs in process, with 10,000 producers on one target: a full share, a
 * renewal, an attempt; and the memory of as many leases as there may be. Exit 1 where a figure is missed.
 */

import { parseConfig } from "../src/config/load.ts";
import { beginTarget } from "../src/core/controller/step.ts";
import { rule } from "../src/core/sharing/admission.ts";
import { askerOf, noteAdmitted, setPie, settle, share } from "../src/core/sharing/askers.ts";
import { type Book, openBook } from "../src/core/sharing/book.ts";
import { mostLeases, type Registry, renew } from "../src/core/sharing/registry.ts";
import { createTenants, defaultTenant, findTenant } from "../src/core/sharing/tenants.ts";

const producers = 10_000;
const tenantCount = 100;
const terms = { ttlMs: 15_000, refreshMs: 5000, maxInFlight: Number.POSITIVE_INFINITY };
const rate = 50_000;

interface World {
  readonly registry: Registry;
  readonly book: Book;
  at: number;
}

const world = (most = mostLeases): World => {
  const book = openBook(terms, 0);
  const registry = {
    tenants: createTenants(new Map()),
    books: new Map([["orders", book]]),
    mostLeases: most,
    refused: 0,
  };
  const at = 20_000;
  setPie(book, { rate, regime: "all", floorRate: 100 }, at);
  return { registry, book, at };
};

const priorities = ["critical", "high", "normal", "bulk"] as const;

/** A renewal as it comes over the wire: each tenth producer wants ten times as much as it gets. */
const renewOne = ({ registry, book, at }: World, index: number, round: number, most = producers): void => {
  const attempted = (index % 10 === 0 ? 250 : 20 + (index % 7)) * round;
  renew(
    registry,
    [book],
    {
      producer: `producer-${index}`,
      gate: "orders",
      tenant: `tenant-${index % tenantCount}`,
      priority: priorities[index % 4] ?? "normal",
      wants: Number.POSITIVE_INFINITY,
      has: undefined,
      told: { epoch: "1", attempted, admitted: index % 10 === 0 ? 25 * round : attempted },
      inFlight: index % 5,
      members: 1,
    },
    at + (index / most) * terms.refreshMs,
  );
};

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
const median = (values: readonly number[]) => sorted(values)[Math.floor(values.length / 2)] ?? Number.NaN;
const heapMiB = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/** Renewals in microseconds, with the ticks between them left out; full shares in milliseconds. */
function run(): { renewals: number[]; shares: number[] } {
  const one = world();
  const renewals: number[] = [];
  const shares: number[] = [];
  for (let round = 1; round <= 8; round += 1) {
    const ticks = 20;
    for (let tick = 0; tick < ticks; tick += 1) {
      const [from, to] = [(tick * producers) / ticks, ((tick + 1) * producers) / ticks];
      const began = performance.now();
      for (let index = from; index < to; index += 1) renewOne(one, index, round);
      if (round > 2) renewals.push((1000 * (performance.now() - began)) / (to - from));
      settle(one.book, one.at + ((tick + 1) * terms.refreshMs) / ticks);
    }
    one.at += terms.refreshMs;
    for (let again = 0; again < 5; again += 1) {
      const began = performance.now();
      share(one.book, one.at);
      if (round > 2) shares.push(performance.now() - began);
    }
  }
  return { renewals, shares };
}

/** Microseconds of an attempt by one of many tenants, beside all those leases. */
function attempts(): number {
  const one = world();
  const parsed = parseConfig(
    "brokers: { b: { type: memory } }\ntargets: { orders: { broker: b, queue: orders } }",
    { env: {} },
  );
  if (!parsed.ok) throw new Error("the configuration of the bench is wrong");
  const settings = parsed.config.targets.get("orders")?.settings;
  if (settings === undefined) throw new Error("the configuration of the bench has no target");
  const { decision } = beginTarget("orders", settings, one.at);
  for (let index = 0; index < producers; index += 1) renewOne(one, index, 1);
  const many = 400_000;
  let began = 0;
  for (let index = -many / 4; index < many; index += 1) {
    if (index === 0) began = performance.now();
    one.at += 0.02;
    const tenant = findTenant(one.registry.tenants, `tenant-${Math.abs(index) % tenantCount}`, one.at);
    const asker = askerOf(one.book, tenant, 2, one.at);
    const ruling = rule([{ decision, cell: asker.cell, rate: asker.granted }], one.at, 1, true);
    const [cell] = ruling.cells;
    if (ruling.allowed && cell !== undefined) noteAdmitted(one.book, asker, cell, 1, ruling.waitMs > 0);
  }
  return (1000 * (performance.now() - began)) / many;
}

/** MiB of as many leases as there may be, after as many again and a million names of tenants were refused. */
function memory(): { leases: number; flood: number; kept: number; tenants: number } {
  const before = heapMiB();
  const one = world();
  for (let index = 0; index < mostLeases; index += 1) renewOne(one, index, 1, Number.POSITIVE_INFINITY);
  const leases = heapMiB() - before;
  for (let index = 0; index < mostLeases; index += 1)
    renewOne(one, mostLeases + index, 1, Number.POSITIVE_INFINITY);
  for (let index = 0; index < 1_000_000; index += 1) {
    const tenant = findTenant(one.registry.tenants, `flood-${index}`, one.at);
    askerOf(one.book, tenant, index % 4, one.at);
  }
  const flood = heapMiB() - before;
  const kept = one.book.leases.size;
  findTenant(one.registry.tenants, defaultTenant, one.at);
  return { leases, flood, kept, tenants: one.registry.tenants.known.size };
}

const { renewals, shares } = run();
const attempt = attempts();
const { leases, flood, kept, tenants } = memory();
const figures: readonly (readonly [what: string, value: number, most: number, unit: string])[] = [
  [`a full share of ${producers} producers, median`, median(shares), 10, "ms"],
  ["a renewal, median", median(renewals), 50, "µs"],
  ["the same, mean", renewals.reduce((sum, value) => sum + value, 0) / renewals.length, 50, "µs"],
  ["an attempt without a lease", attempt, 20, "µs"],
  [`memory of ${kept} leases`, leases, 200, "MiB"],
  [`the same after a flood of as many more and 10⁶ tenants (${tenants} kept)`, flood, 220, "MiB"],
];
console.log(`the slowest of ${shares.length} full shares: ${Math.max(...shares).toFixed(2)} ms`);
let missed = kept === mostLeases ? 0 : 1;
for (const [what, value, most, unit] of figures) {
  const ok = value <= most;
  if (!ok) missed += 1;
  console.log(
    `${ok ? "ok    " : "MISSED"}  ${what}: ${value.toFixed(value < 10 ? 2 : 0)} ${unit} (at most ${most})`,
  );
}
process.exitCode = missed === 0 ? 0 : 1;
