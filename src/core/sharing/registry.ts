/**
 * The leases of all targets. A lease is known by its producer, what it is on (a gate or a target), its tenant and
 * its priority. On a gate it stands on the book of each of the gate's targets, is granted the least that any of
 * them offers, and counts on all. At most so many stand on all books together; beyond it the newest is refused:
 * it is told its part of the safe rate, as if Headgate were lost to it, and is not kept.
 */
import type { Instant, Rate } from "../units.ts";
import { advance, type Book, dropLease, type Lease } from "./book.ts";
import { burstOf } from "./cell.ts";
import {
  enterLease,
  grantLease,
  inFlightPart,
  type Offer,
  offerTo,
  type Report,
  ratePart,
  safePart,
  takeReport,
} from "./leases.ts";
import { type Priority, priorities, rankOf } from "./priorities.ts";
import { findTenant, type Tenant, type Tenants } from "./tenants.ts";

/** Of all books together, where nothing else is said. */
export const mostLeases = 100_000;

export interface Registry {
  readonly tenants: Tenants;
  /** By target. */
  readonly books: ReadonlyMap<string, Book>;
  /** How many leases may stand on all books together. */
  readonly mostLeases: number;
  /** How many were refused for want of room, so far. */
  refused: number;
}

export interface Request extends Report {
  readonly producer: string;
  /** The gate or target. */
  readonly gate: string;
  readonly tenant: string;
  readonly priority: Priority;
}

/** Infinity is no limit. */
export interface Grant {
  /** Whether the lease is kept; if not, the rate is the safe rate. */
  readonly granted: boolean;
  readonly rate: number;
  readonly burst: number;
  readonly inFlightMax: number;
  readonly ttlMs: number;
  readonly refreshMs: number;
  /** Undefined while none is known. */
  readonly safeRate: Rate | undefined;
  /** As they were honoured: a tenant that shares a name, a priority that was lowered. */
  readonly tenant: string;
  readonly priority: Priority;
  /** Index into the gate's books: the one that bound it. */
  readonly by: number;
}

/** Who is held below its share comes back so much sooner, to have it as soon as others have been cut. */
const soonerShare = 0.25;

/** A lease on one of its books. */
interface Standing {
  readonly book: Book;
  readonly lease: Lease;
}

/** Grants or renews a lease on a gate whose targets have these books; there is at least one. */
export function renew(registry: Registry, books: readonly Book[], request: Request, at: Instant): Grant {
  const tenant = findTenant(registry.tenants, request.tenant, at);
  const rank = Math.max(rankOf(request.priority), tenant.topRank);
  for (const book of books) advance(book, at);
  const standings = stand(registry, books, request, tenant, rank, at);
  const offers = standings?.map(({ book, lease }) => offerTo(book, lease, request, at));
  const told = offers ?? books.map((book) => withoutLease(book, tenant, request.members));
  const rate = Math.min(...told.map((offer) => offer.rate));
  const granted: Offer = {
    rate,
    inFlightMax: Math.min(...told.map(({ inFlightMax }) => inFlightMax)),
    waits: told.some(({ waits }) => waits),
  };
  standings?.forEach(({ book, lease }, index) => {
    grantLease(book, lease, told[index] ?? granted, granted, at);
  });
  const safeRates = books.flatMap(
    (book) => safePart(book, tenant, request.members, offers !== undefined) ?? [],
  );
  const refreshMs = Math.min(...books.map(({ terms }) => terms.refreshMs));
  return {
    granted: offers !== undefined,
    rate,
    burst: rate === 0 ? 0 : burstOf(rate),
    inFlightMax: granted.inFlightMax,
    ttlMs: Math.min(...books.map(({ terms }) => terms.ttlMs)),
    refreshMs: granted.waits ? Math.ceil(soonerShare * refreshMs) : refreshMs,
    safeRate: safeRates.length === 0 ? undefined : Math.min(...safeRates),
    tenant: tenant.name,
    priority: priorities[rank] ?? request.priority,
    by: told.findIndex((offer) => offer.rate === rate),
  };
}

/** Its lease on each book, with what was told taken in; undefined where there is no room for one more. */
function stand(
  registry: Registry,
  books: readonly Book[],
  request: Request,
  tenant: Tenant,
  rank: number,
  at: Instant,
): readonly Standing[] | undefined {
  const { producer, gate } = request;
  const key = `${producer} ${gate} ${request.tenant} ${request.priority}`;
  const known = books.flatMap((book) => {
    const lease = book.leases.get(key);
    return lease === undefined ? [] : [{ book, lease }];
  });
  // As another tenant (its name may have come free), in another class, or on targets that were added, it is
  // another lease.
  const renewed =
    known.length === books.length &&
    known.every(({ lease }) => lease.use.tenant === tenant && lease.group.rank === rank);
  if (renewed) {
    for (const { book, lease } of known) takeReport(book, lease, request, at);
    return known;
  }
  for (const { book, lease } of known) dropLease(book, lease);
  if (countLeases(registry) + books.length > registry.mostLeases) {
    registry.refused += 1;
    return undefined;
  }
  return books.map((book) => ({
    book,
    lease: enterLease(book, { key, producer, gate }, tenant, rank, request, at),
  }));
}

/**
 * What a producer is told of a target on whose book it cannot stand: its part of the safe rate, and no more than its
 * part of the rate, for there may be many like it.
 */
const withoutLease = (book: Book, tenant: Tenant, members: number): Offer => ({
  rate: Math.min(
    safePart(book, tenant, members, false) ?? Number.POSITIVE_INFINITY,
    ratePart(book, tenant, members),
  ),
  inFlightMax: inFlightPart(book, tenant, members),
  waits: false,
});

const countLeases = ({ books }: Registry): number => {
  let count = 0;
  for (const { leases } of books.values()) count += leases.size;
  return count;
};

/** A producer goes: what it was granted is free at once. */
export function release(registry: Registry, producer: string, at: Instant): void {
  for (const book of registry.books.values()) {
    advance(book, at);
    for (const lease of book.producers.get(producer) ?? []) dropLease(book, lease);
  }
}
