/**
 * Those who ask without a lease: one claimant for each tenant and class. What it may send at is in our own hands,
 * so a cut holds at once; a raise waits for room beside the leases, as theirs do.
 */
import { type Instant, type Rate, secondsBetween } from "../units.ts";
import { type Asker, advance, type Book, groupsOf, shareAnew, totalOf } from "./book.ts";
import { type Cell, leak } from "./cell.ts";
import { demandOf, fullShare, isActive, smoothed } from "./demand.ts";
import { enter, firstShare, leave, roomFor, setGranted, stationOf } from "./held.ts";
import { findLevel, portion } from "./maxmin.ts";
import { type Pie, shareOf } from "./share.ts";
import type { Tenant } from "./tenants.ts";

/** An asker of whom nothing was heard for so long is let go of. */
const forgetAfterMs = 600_000;

/** The claimant of a tenant in a class. `rank` is one that the tenant may be in. */
export function askerOf(book: Book, tenant: Tenant, rank: number, at: Instant): Asker {
  const known = book.uses.get(tenant)?.groups[rank]?.asker;
  if (known !== undefined) return known;
  const asker: Asker = {
    ...stationOf(book, tenant, rank),
    weight: 1,
    demand: Number.POSITIVE_INFINITY,
    active: true,
    cell: { at, owed: 0 },
    attempted: 0,
    admitted: 0,
    delayed: 0,
    refused: 0,
    heldAt: undefined,
    pressedAt: at,
    attemptRate: 0,
    used: 0,
    might: 0,
    measured: { at, attempted: 0, admitted: 0 },
  };
  asker.group.asker = asker;
  enter(book, asker);
  if (isSmall(book)) share(book, at);
  else squeezeIn(book, asker);
  return asker;
}

/** What a new one has until all is shared out anew: other askers make room for it, leases cannot. */
function squeezeIn(book: Book, asker: Asker): void {
  if (totalOf(book.granted) > book.pie.rate) return;
  const ofTenant = roomFor(asker.use.tenant.terms.maxRate, asker.use.granted, asker);
  setGranted(book, asker, Math.max(0, Math.min(firstShare(book, asker), ofTenant)));
  makeRoom(book);
}

export function noteAdmitted(book: Book, asker: Asker, cell: Cell, cost: number, waits: boolean): void {
  asker.cell = cell;
  for (const totals of [asker, book.asked]) {
    totals.attempted += cost;
    totals.admitted += cost;
    if (waits) totals.delayed += cost;
  }
  if (waits) asker.heldAt = cell.at;
}

export function noteRefused(book: Book, asker: Asker, cost: number, at: Instant): void {
  for (const totals of [asker, book.asked]) {
    totals.attempted += cost;
    totals.refused += cost;
  }
  asker.heldAt = at;
}

/** Measures what all askers attempted since the last time, and lets go of those who are gone. */
function measureAskers(book: Book, at: Instant): void {
  for (const group of groupsOf(book)) {
    const { asker } = group;
    if (asker === undefined) continue;
    const seconds = secondsBetween(asker.measured.at, at);
    if (seconds <= 0) continue;
    const attempted = asker.attempted - asker.measured.attempted;
    measureUse(asker, seconds);
    if (
      asker.heldAt !== undefined &&
      asker.heldAt >= asker.measured.at &&
      asker.used >= fullShare * asker.might
    )
      asker.pressedAt = at;
    asker.measured = { at, attempted: asker.attempted, admitted: asker.admitted };
    const before = asker.demand;
    asker.attemptRate = smoothed(asker.attemptRate, attempted / seconds, seconds, book.terms);
    const pressed = asker.pressedAt !== undefined && at - asker.pressedAt < book.terms.refreshMs;
    asker.demand = Math.max(demandOf(asker.attemptRate, pressed, book.terms), debtRate(book, asker, at));
    asker.active = isActive(asker.demand, book.terms);
    if (asker.demand !== before) book.stale = true;
    if (!asker.active && at - (asker.pressedAt ?? 0) > forgetAfterMs && asker.attemptRate < vanishing) {
      group.asker = undefined;
      leave(book, asker);
    }
  }
}

/**
 * What pays for what it was let in already within a refresh. A large cost is owed for long; with no share meanwhile
 * whoever comes back when it was told would have to wait once more.
 */
function debtRate({ terms }: Book, { cell, granted }: Asker, at: Instant): Rate {
  const { owed } = leak(cell, at, granted === Number.POSITIVE_INFINITY ? null : granted);
  return (1000 * owed) / terms.refreshMs;
}

/** Over a second, or as long as three messages take: fewer tell nothing. */
function measureUse(asker: Asker, seconds: number): void {
  const { granted, admitted, measured } = asker;
  if (granted === Number.POSITIVE_INFINITY) {
    asker.used = 0;
    asker.might = 0;
    return;
  }
  const over = Math.max(1, 3 / Math.max(granted, 0.1));
  const weight = asker.might === 0 ? 1 : 1 - Math.exp(-seconds / over);
  asker.used += weight * ((admitted - measured.admitted) / seconds - asker.used);
  asker.might += weight * (granted - asker.might);
}

/** Messages per second; smoothing has forgotten all attempts by then. */
const vanishing: Rate = 1e-6;

/** Books with no more claimants than this are shared out whenever something changes; larger ones once a second. */
const fewClaimants = 256;
const sharedEveryMs = 1000;

export const isSmall = (book: Book): boolean => book.uses.size + book.leases.size <= fewClaimants;

/** At each tick: everything measured, and shared out anew where that is due. */
export function settle(book: Book, at: Instant): void {
  advance(book, at);
  measureAskers(book, at);
  if (!book.stale && !book.askersWait) return;
  if (isSmall(book) || at - book.sharedAt >= sharedEveryMs) share(book, at);
}

/** What there is to share from now on. A change of regime, or of the rate by more than 1 %, is shared out at once. */
export function setPie(book: Book, pie: Pie, at: Instant): void {
  const { rate, regime } = book.pie;
  if (rate === pie.rate && regime === pie.regime && book.pie.observed === pie.observed) return;
  // What came before is not owed by probes: they are to show at once whether consumers work.
  if (pie.regime === "probes" && regime !== "probes")
    for (const { asker } of groupsOf(book)) if (asker !== undefined) asker.cell = { at, owed: 0 };
  book.pie = pie;
  book.stale = true;
  if (isSmall(book) || regime !== pie.regime || !(Math.abs(pie.rate - rate) <= 0.01 * rate)) share(book, at);
}

/** Shares out anew and sets what askers may send at. */
export function share(book: Book, at: Instant): void {
  shareAnew(book, at);
  const askers: { readonly asker: Asker; readonly target: number }[] = [];
  for (const group of groupsOf(book)) {
    const { asker, share: of } = group;
    if (asker === undefined) continue;
    const target = of === undefined ? 0 : shareOf(asker, of);
    askers.push({ asker, target });
    if (target < asker.granted) setGranted(book, asker, target);
  }
  const raises = askers.map(({ asker, target }) => ({
    // An unlimited share needs no room: then nothing limits the target.
    demand: target > asker.granted ? target - asker.granted : 0,
    weight: asker.use.tenant.terms.weight,
  }));
  const level = findLevel(raises, Math.max(0, book.pie.rate - totalOrNone(book)));
  askers.forEach(({ asker }, index) => {
    const raise = raises[index];
    if (raise === undefined || raise.demand === 0) return;
    const ofTenant = roomFor(asker.use.tenant.terms.maxRate, asker.use.granted, asker);
    const raised = Math.min(asker.granted + portion(raise, level), ofTenant);
    if (raised > asker.granted) setGranted(book, asker, raised);
  });
  book.askersWait = askers.some(({ asker, target }) => asker.granted < target);
}

/** Of no limit there is always some left. */
const totalOrNone = (book: Book): number =>
  book.pie.rate === Number.POSITIVE_INFINITY ? 0 : totalOf(book.granted);

/** Askers are cut alike until all fits again, as far as that is theirs to give. */
export function makeRoom(book: Book): void {
  const over = totalOf(book.granted) - book.pie.rate;
  if (!(over > 0) || over === Number.POSITIVE_INFINITY) return;
  const askers = [...groupsOf(book)].flatMap(({ asker }) => asker ?? []);
  const asked = askers.reduce((sum, { granted }) => sum + granted, 0);
  const keep = asked > 0 ? Math.max(0, 1 - over / asked) : 0;
  for (const asker of askers) setGranted(book, asker, asker.granted * keep);
}
