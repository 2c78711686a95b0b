/** What is shared, and how it was: between the board's words and the core's. */
import type { Decision } from "../core/decision.ts";
import { type Book, type GroupBook, groupsOf, type Lease, type Sum, totalOf } from "../core/sharing/book.ts";
import { priorities } from "../core/sharing/priorities.ts";
import type { Instant, Rate } from "../core/units.ts";
import type { ClaimView, LeaseView, SharingView } from "./board.ts";

export const rateOf = (limit: number): Rate | null => (limit === Number.POSITIVE_INFINITY ? null : limit);

/** How long somebody who has no share at all is told to stay away: until shedding is forecast to end. */
export function closedForMs({ shedding }: Decision, pollMs: number, at: Instant): number {
  if (shedding === undefined) return Math.max(1000, pollMs);
  return shedding.endsAt === null ? Number.MAX_SAFE_INTEGER : Math.max(1000, shedding.endsAt - at);
}

export function sharingOf(book: Book): SharingView {
  const claims = [...groupsOf(book)].map(claimOf);
  return {
    leases: book.leases.size,
    leasedRate: addUp(book.leases.values()),
    inFlightMax: book.inFlightMax,
    claims,
  };
}

function claimOf({ tenant, rank, claimants, asker, told }: GroupBook): ClaimView {
  return {
    tenant: tenant.name,
    priority: priorities[rank] ?? "bulk",
    leases: claimants.length - (asker === undefined ? 0 : 1),
    leasedRate: addUp(claimants.filter((one) => one !== asker)),
    askedRate: asker === undefined ? null : rateOf(asker.granted),
    attempted: told.attempted + (asker?.attempted ?? 0),
    admitted: told.admitted + (asker?.admitted ?? 0),
    delayed: asker?.delayed ?? 0,
    refused: asker?.refused ?? 0,
  };
}

function addUp(all: Iterable<{ readonly granted: number }>): Rate | null {
  const sum: Sum = { finite: 0, unlimited: 0 };
  for (const { granted } of all)
    if (granted === Number.POSITIVE_INFINITY) sum.unlimited += 1;
    else sum.finite += granted;
  return rateOf(totalOf(sum));
}

export const leasesOf = (book: Book, most: number): readonly LeaseView[] =>
  [...book.leases.values()]
    .toSorted((a, b) => (a.granted === b.granted ? 0 : b.granted - a.granted))
    .slice(0, most)
    .map(leaseView);

const leaseView = (lease: Lease): LeaseView => ({
  producer: lease.producer,
  gate: lease.gate,
  tenant: lease.use.tenant.name,
  priority: priorities[lease.group.rank] ?? "bulk",
  members: lease.weight,
  rate: rateOf(lease.granted),
  inFlight: lease.inFlight,
  expiresAt: lease.expiresAt,
});
