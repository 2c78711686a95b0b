/**
 * Leases are credit. What a lease is granted holds until it expires, whatever happens to the rate meanwhile, so
 *
 *   granted = min(its share, max(what it has, R − Σ of all others that have not expired))
 *
 * and likewise below its tenant's cap: a cut is taken when the holder comes for it, a raise waits for the cuts of
 * others. No grant takes the sum above R. While nothing limits, half of what is left over stays in hand for
 * whoever comes next.
 *
 * After a restart the book is empty and the leases are still out there: for one lease time each is granted what it
 * says it has, as far as all of that together fits; whoever says nothing has the safe rate.
 */
import { type Instant, type Rate, secondsBetween } from "../units.ts";
import { isSmall, makeRoom, share } from "./askers.ts";
import { type Book, type Counters, groupsOf, keepLease, type Lease, setFlow } from "./book.ts";
import { demandOf, fullShare, isActive, isFull, smoothed } from "./demand.ts";
import { enter, firstShare, roomFor, setGranted, stationOf } from "./held.ts";
import { shareOf } from "./share.ts";
import type { Tenant } from "./tenants.ts";

/** What a producer tells and asks for, of one lease. */
export interface Report {
  readonly told: Counters;
  /** The most that it can use; Infinity: it does not say. */
  readonly wants: number;
  /** What it may send at as it believes; undefined: nothing. Infinity: nothing limits. */
  readonly has: number | undefined;
  readonly inFlight: number;
  /** How many producers it stands for. */
  readonly members: number;
}

export interface Offer {
  readonly rate: number;
  readonly inFlightMax: number;
  /** Whether others have to be cut first before it can have its share. */
  readonly waits: boolean;
}

const unlimited: Offer = {
  rate: Number.POSITIVE_INFINITY,
  inFlightMax: Number.POSITIVE_INFINITY,
  waits: false,
};

const restInHand = 0.5;
/** Reports that come sooner, as a share of a refresh, tell no rate. */
const leastReportShare = 0.1;
/** Messages per second that no single lease can have sent: a counter that says so is a fault of whoever tells it. */
const mostPerSecond = 1e6;

/** Enters a lease that has nothing yet. */
export function enterLease(
  book: Book,
  identity: Pick<Lease, "key" | "producer" | "gate">,
  tenant: Tenant,
  rank: number,
  report: Report,
  at: Instant,
): Lease {
  const lease: Lease = {
    ...identity,
    ...stationOf(book, tenant, rank),
    weight: report.members,
    demand: report.wants,
    active: true,
    expiresAt: at,
    inFlightMax: 0,
    inFlight: report.inFlight,
    wants: report.wants,
    told: report.told,
    toldAt: at,
    attemptRate: undefined,
    pressed: true,
    boundElsewhere: false,
    flow: 0,
    flowFrom: at,
    believed: 0,
  };
  enter(book, lease);
  return lease;
}

/** Takes in what the holder of a lease has told. */
export function takeReport(book: Book, lease: Lease, report: Report, at: Instant): void {
  const { terms } = book;
  lease.inFlight = report.inFlight;
  if (report.members !== lease.weight) {
    lease.use.weight += report.members - lease.weight;
    lease.weight = report.members;
    book.stale = true;
  }
  const seconds = secondsBetween(lease.toldAt, at);
  if (seconds >= (leastReportShare * terms.refreshMs) / 1000) {
    const since = difference(lease.told, report.told, mostPerSecond * seconds);
    const attempted = lease.boundElsewhere ? since.admitted : Math.max(since.attempted, since.admitted);
    const believed = lease.believed + lease.flow * secondsBetween(lease.flowFrom, at);
    book.admitted += since.admitted - believed;
    book.attempted += attempted - believed;
    lease.group.told.admitted += since.admitted;
    lease.group.told.attempted += attempted;
    lease.flowFrom = at;
    lease.believed = 0;
    // Whoever waits for its first grant has not shown yet what it wants.
    const shows = lease.granted > 0 || attempted > 0;
    if (shows || lease.attemptRate !== undefined) {
      lease.pressed = isFull(attempted, since.admitted, lease.granted * seconds);
      lease.attemptRate = smoothed(lease.attemptRate, attempted / seconds, seconds, terms);
    }
    lease.told = report.told;
    lease.toldAt = at;
  }
  const measured =
    lease.attemptRate === undefined
      ? Number.POSITIVE_INFINITY
      : demandOf(lease.attemptRate, lease.pressed, terms);
  lease.wants = report.wants;
  setDemand(book, lease, Math.min(report.wants, measured));
}

function setDemand(book: Book, lease: Lease, demand: number): void {
  lease.active = isActive(demand, book.terms);
  if (demand === lease.demand) return;
  lease.demand = demand;
  book.stale = true;
}

/** What was counted since: another epoch, or a counter that fell, began at 0. */
function difference(before: Counters, now: Counters, most: number): { attempted: number; admitted: number } {
  const afresh =
    before.epoch !== now.epoch || now.attempted < before.attempted || now.admitted < before.admitted;
  return {
    attempted: Math.min(most, afresh ? now.attempted : now.attempted - before.attempted),
    admitted: Math.min(most, afresh ? now.admitted : now.admitted - before.admitted),
  };
}

/** What the lease could be granted now on this book alone. Nothing is granted yet. */
export function offerTo(book: Book, lease: Lease, report: Report, at: Instant): Offer {
  if (book.stale && isSmall(book)) share(book, at);
  if (book.pie.observed === true) return unlimited;
  // Where nothing limits there is nothing to be careful of.
  const learning = at < book.learnsUntil && book.pie.rate !== Number.POSITIVE_INFINITY;
  const wanted = learning ? learnedShare(book, lease, report) : currentShare(book, lease);
  const room = learning ? roomBesideLeases(book, lease) : roomFor(book.pie.rate, book.granted, lease);
  const ofTenant = roomFor(lease.use.tenant.terms.maxRate, lease.use.granted, lease);
  const rate = Math.max(0, Math.min(wanted, Math.max(lease.granted, Math.min(room, ofTenant))));
  return { rate, inFlightMax: inFlightFor(book, lease), waits: rate < fullShare * wanted };
}

/** Nobody is raised yet: those who have not come back still send. */
const learnedShare = (book: Book, lease: Lease, { has }: Report): number =>
  lease.granted > 0
    ? Math.min(lease.granted, currentShare(book, lease))
    : has || (safePart(book, lease.use.tenant, lease.weight, true) ?? currentShare(book, lease));

function currentShare(book: Book, lease: Lease): number {
  const { share: of } = lease.group;
  return of === undefined || !lease.reckoned ? firstShare(book, lease) : shareOf(lease, of, restInHand);
}

/** Askers yield at once to leases that come back. */
function roomBesideLeases(book: Book, lease: Lease): number {
  let asked = 0;
  for (const { asker } of groupsOf(book)) asked += asker?.granted ?? 0;
  const room = roomFor(book.pie.rate, book.granted, lease);
  return asked === Number.POSITIVE_INFINITY ? room : room + asked;
}

/** What `members` producers of a tenant are of all, by weight; `stands`: whether they are on the book already. */
function partOf(book: Book, tenant: Tenant, members: number, stands: boolean): { all: number; own: number } {
  const use = book.uses.get(tenant);
  const own = members / ((use?.weight ?? 0) + (stands ? 0 : members));
  const { weight } = tenant.terms;
  return { own, all: (own * weight) / (book.weight + (use === undefined ? weight : 0)) };
}

/** Of the safe rate of all; undefined while none is known. */
export const safePart = (book: Book, tenant: Tenant, members: number, stands: boolean): Rate | undefined =>
  book.safeRate === undefined ? undefined : book.safeRate * partOf(book, tenant, members, stands).all;

/** Of the rate, and of what its tenant may have, for somebody who does not stand on the book. */
export function ratePart(book: Book, tenant: Tenant, members: number): Rate {
  const { own, all } = partOf(book, tenant, members, false);
  return book.pie.observed === true
    ? Number.POSITIVE_INFINITY
    : Math.min(book.pie.rate * all, tenant.terms.maxRate * own);
}

/** Of what may be in flight, rounded up, for somebody who does not stand on the book. */
export function inFlightPart(book: Book, tenant: Tenant, members: number): number {
  const { own, all } = partOf(book, tenant, members, false);
  return Math.min(Math.ceil(tenant.terms.maxInFlight * own), Math.ceil(book.terms.maxInFlight * all));
}

/** By weight, rounded up; what others have not given back yet has to be waited for. */
function inFlightFor(book: Book, lease: Lease): number {
  const { use, weight, inFlightMax: had } = lease;
  const within = (limit: number, part: number, given: number): number =>
    limit === Number.POSITIVE_INFINITY
      ? limit
      : Math.max(0, Math.min(Math.ceil(limit * part), Math.max(had, limit - (given - had))));
  const { own, all } = partOf(book, use.tenant, weight, true);
  return Math.min(
    within(use.tenant.terms.maxInFlight, own, use.inFlightMax),
    within(book.terms.maxInFlight, all, book.inFlightMax),
  );
}

/** Grants what an offer of this book came to over all the targets of its gate. */
export function grantLease(book: Book, lease: Lease, offer: Offer, granted: Offer, at: Instant): void {
  setGranted(book, lease, granted.rate);
  // While leases come back after a restart they go before: askers keep what is left beside them.
  if (at < book.learnsUntil) makeRoom(book);
  const inFlightMax = granted.inFlightMax === Number.POSITIVE_INFINITY ? 0 : granted.inFlightMax;
  book.inFlightMax += inFlightMax - lease.inFlightMax;
  lease.use.inFlightMax += inFlightMax - lease.inFlightMax;
  lease.inFlightMax = inFlightMax;

  lease.boundElsewhere = granted.rate < fullShare * offer.rate;
  if (lease.boundElsewhere)
    setDemand(book, lease, Math.min(lease.demand, demandOf(granted.rate, false, book.terms)));
  lease.expiresAt = at + book.terms.ttlMs;
  keepLease(book, lease);
  setFlow(book, lease, believedFlow(lease), at);
}

/** Whoever is held sends what it may; who is not, what it attempted. */
function believedFlow({ granted, pressed, wants, attemptRate }: Lease): Rate {
  const could = Math.min(
    wants,
    pressed || attemptRate === undefined ? Number.POSITIVE_INFINITY : attemptRate,
  );
  const flow = Math.min(granted, could);
  return flow === Number.POSITIVE_INFINITY ? (attemptRate ?? 0) : flow;
}
