/**
 * The book of one target: who claims a share of its rate, and what each was granted. Not copied at each step as
 * the rest of the core is: ten thousand leases are renewed two thousand times a second. Its steps are functions
 * of the book and what is passed in all the same, without clock or chance, so a history can be run again.
 *
 * What is held here for each moment: the sum of what is granted to unexpired leases and to askers, of the target
 * and of each tenant, and the sum of the flows that leases are believed to send at.
 */
import { type Instant, type Rate, secondsBetween } from "../units.ts";
import type { Cell } from "./cell.ts";
import { addTo, leave } from "./held.ts";
import { type Claimant, type Group, type GroupShare, type Pie, presentIn, shareOut } from "./share.ts";
import type { Tenant } from "./tenants.ts";

export interface BookTerms {
  readonly ttlMs: number;
  readonly refreshMs: number;
  /** All leases together; Infinity: none. */
  readonly maxInFlight: number;
}

/** A sum of rates, of which some are no limit at all. */
export interface Sum {
  finite: number;
  unlimited: number;
}

export interface GroupBook extends Group {
  readonly tenant: Tenant;
  readonly claimants: Held[];
  /** Undefined until it was shared out with this group in it. */
  share: GroupShare | undefined;
  asker: Asker | undefined;
  /** Messages that its leases told of. */
  readonly told: { attempted: number; admitted: number };
}

/** A tenant on this target. */
export interface TenantUse {
  readonly tenant: Tenant;
  /** By rank. */
  readonly groups: (GroupBook | undefined)[];
  readonly granted: Sum;
  inFlightMax: number;
  /** Of its claimants. */
  weight: number;
}

/** A claimant with its place in its group. */
export interface Held extends Claimant {
  weight: number;
  demand: number;
  active: boolean;
  /** What it may send at; Infinity: nothing limits. */
  granted: number;
  readonly use: TenantUse;
  readonly group: GroupBook;
  place: number;
  /** Whether it was there when all was shared out last. */
  reckoned: boolean;
}

/** Messages of those who ask. */
export interface AskedTotals {
  attempted: number;
  admitted: number;
  /** Of the admitted: told to wait before sending. */
  delayed: number;
  refused: number;
}

/** All who ask without a lease, for one tenant in one class. */
export interface Asker extends Held, AskedTotals {
  cell: Cell;
  /** When somebody was refused or told to wait last. */
  heldAt: Instant | undefined;
  /** When that was last while it used what it may. */
  pressedAt: Instant | undefined;
  attemptRate: Rate;
  /** Messages per second let in, and those that might have been, smoothed alike. */
  used: Rate;
  might: Rate;
  measured: { readonly at: Instant; readonly attempted: number; readonly admitted: number };
}

export interface Lease extends Held {
  readonly key: string;
  readonly producer: string;
  /** The gate or target that it was asked for. */
  readonly gate: string;
  expiresAt: Instant;
  inFlightMax: number;
  inFlight: number;
  /** The most that it says it can use; Infinity: it does not say. */
  wants: number;
  /** Its counters as last told. */
  told: Counters;
  toldAt: Instant;
  /** Messages per second attempted, smoothed; undefined until it told twice. */
  attemptRate: Rate | undefined;
  /** It used what it might when it told last, and would have sent more. */
  pressed: boolean;
  /** Another target of its gate was the tighter one. */
  boundElsewhere: boolean;
  /** Messages per second that it is believed to send until it tells again. */
  flow: Rate;
  flowFrom: Instant;
  /** Messages that it is believed to have sent since it told last, until `flowFrom`. */
  believed: number;
}

export interface Counters {
  readonly epoch: string;
  readonly attempted: number;
  readonly admitted: number;
}

export interface Book {
  terms: BookTerms;
  pie: Pie;
  /** All producers together when Headgate is lost; undefined while unknown. */
  safeRate: Rate | undefined;
  /** Until then leases are as after a restart: each goes on with what it says it has. */
  readonly learnsUntil: Instant;
  readonly uses: Map<Tenant, TenantUse>;
  /** By key, the one that expires first at the front. */
  readonly leases: Map<string, Lease>;
  readonly producers: Map<string, Set<Lease>>;
  readonly granted: Sum;
  inFlightMax: number;
  /** Of the tenants on it. */
  weight: number;
  flow: Rate;
  /** Totals of all askers, those who are gone too. */
  readonly asked: AskedTotals;
  /** Messages through leases, by what they told and the flows since. */
  admitted: number;
  attempted: number;
  at: Instant;
  /** Whether anything has changed since it was shared out last. */
  stale: boolean;
  /** While shedding, the lowest class that was present at any time of it, as a rank; -1 otherwise. */
  shedRank: number;
  /** Whether some asker is below its share until leases have been cut. */
  askersWait: boolean;
  sharedAt: Instant;
}

const nothingLimits: Pie = { rate: Number.POSITIVE_INFINITY, regime: "all", floorRate: 0 };

export const openBook = (terms: BookTerms, at: Instant): Book => ({
  terms,
  pie: nothingLimits,
  safeRate: undefined,
  learnsUntil: at + terms.ttlMs,
  uses: new Map(),
  leases: new Map(),
  producers: new Map(),
  granted: { finite: 0, unlimited: 0 },
  inFlightMax: 0,
  weight: 0,
  flow: 0,
  asked: { attempted: 0, admitted: 0, delayed: 0, refused: 0 },
  admitted: 0,
  attempted: 0,
  at,
  stale: false,
  shedRank: -1,
  askersWait: false,
  sharedAt: at,
});

/** Goes on by other terms, its own or its tenants'; nobody loses what was granted. */
export function reterm(book: Book, terms: BookTerms): void {
  book.terms = terms;
  book.weight = 0;
  for (const { tenant } of book.uses.values()) book.weight += tenant.terms.weight;
  book.stale = true;
}

export const totalOf = ({ finite, unlimited }: Sum): number =>
  unlimited > 0 ? Number.POSITIVE_INFINITY : finite;

/** Adds up the flows until `at`, and lets go of the leases that expire on the way. */
export function advance(book: Book, at: Instant): void {
  for (const lease of book.leases.values()) {
    if (lease.expiresAt > at) break;
    flowUntil(book, lease.expiresAt);
    dropLease(book, lease);
  }
  flowUntil(book, at);
}

function flowUntil(book: Book, at: Instant): void {
  if (at <= book.at) return;
  const sent = book.flow * secondsBetween(book.at, at);
  book.admitted += sent;
  book.attempted += sent;
  book.at = at;
}

/** Puts a lease where the one that expires last stands. */
export function keepLease(book: Book, lease: Lease): void {
  book.leases.delete(lease.key);
  book.leases.set(lease.key, lease);
  const others = book.producers.get(lease.producer);
  if (others === undefined) book.producers.set(lease.producer, new Set([lease]));
  else others.add(lease);
}

export function dropLease(book: Book, lease: Lease): void {
  book.leases.delete(lease.key);
  const others = book.producers.get(lease.producer);
  others?.delete(lease);
  if (others?.size === 0) book.producers.delete(lease.producer);
  setFlow(book, lease, 0, book.at);
  book.inFlightMax -= lease.inFlightMax;
  lease.use.inFlightMax -= lease.inFlightMax;
  leave(book, lease);
}

export function setFlow(book: Book, lease: Lease, flow: Rate, at: Instant): void {
  // Without leases exactly nothing flows, whatever the roundings on the way.
  book.flow = book.leases.size === 0 ? 0 : Math.max(0, book.flow + flow - lease.flow);
  lease.believed += lease.flow * secondsBetween(lease.flowFrom, at);
  lease.flow = flow;
  lease.flowFrom = at;
}

export function* groupsOf(book: Book): Generator<GroupBook> {
  for (const { groups } of book.uses.values())
    for (const group of groups) if (group !== undefined) yield group;
}

/** Shares the rate out anew among all who claim it. The sums are added up anew, so that roundings do not pile up. */
export function shareAnew(book: Book, at: Instant): void {
  const groups = [...groupsOf(book)];
  const present = presentIn(groups);
  book.shedRank = book.pie.regime === "shedding" ? Math.max(book.shedRank, present.lowest) : -1;
  const shares = shareOut(book.pie, groups, { ...present, lowest: Math.max(present.lowest, book.shedRank) });
  Object.assign(book.granted, { finite: 0, unlimited: 0 });
  for (const { granted } of book.uses.values()) Object.assign(granted, { finite: 0, unlimited: 0 });
  groups.forEach((group, index) => {
    group.share = shares[index];
    for (const held of group.claimants) {
      held.reckoned = true;
      addTo(book.granted, held.granted, 1);
      addTo(held.use.granted, held.granted, 1);
    }
  });
  book.stale = false;
  book.sharedAt = at;
}
