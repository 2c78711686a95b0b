/** Claimants on a book: how they come and go, and the sums of what they are granted. */
import type { Book, Held, Sum } from "./book.ts";
import type { Tenant } from "./tenants.ts";

/** Adds a rate to a sum, or takes it away. */
export const addTo = (sum: Sum, rate: number, sign: 1 | -1): void => {
  if (rate === Number.POSITIVE_INFINITY) sum.unlimited += sign;
  else sum.finite += sign * rate;
};

/** Sets what a claimant may send at, in all sums. */
export function setGranted(book: Book, held: Held, rate: number): void {
  for (const sum of [book.granted, held.use.granted]) {
    addTo(sum, held.granted, -1);
    addTo(sum, rate, 1);
  }
  held.granted = rate;
}

/** What is left of a limit beside what all but this claimant are granted; below 0 where they have more than that. */
export function roomFor(limit: number, sum: Sum, held: Held): number {
  if (limit === Number.POSITIVE_INFINITY) return limit;
  const others = sum.unlimited - (held.granted === Number.POSITIVE_INFINITY ? 1 : 0);
  if (others > 0) return Number.NEGATIVE_INFINITY;
  return limit - (sum.finite - (held.granted === Number.POSITIVE_INFINITY ? 0 : held.granted));
}

/** Where a claimant of a tenant in a class stands that has nothing yet; `enter` gives it its place. */
export function stationOf(
  book: Book,
  tenant: Tenant,
  rank: number,
): Pick<Held, "use" | "group" | "place" | "reckoned" | "granted"> {
  let use = book.uses.get(tenant);
  if (use === undefined) {
    use = { tenant, groups: [], granted: { finite: 0, unlimited: 0 }, inFlightMax: 0, weight: 0 };
    book.uses.set(tenant, use);
    book.weight += tenant.terms.weight;
  }
  let group = use.groups[rank];
  if (group === undefined) {
    group = {
      tenant,
      rank,
      claimants: [],
      share: undefined,
      asker: undefined,
      told: { attempted: 0, admitted: 0 },
    };
    use.groups[rank] = group;
  }
  return { use, group, place: 0, reckoned: false, granted: 0 };
}

/** Gives a claimant its place in its group. */
export function enter(book: Book, held: Held): void {
  held.place = held.group.claimants.length;
  held.group.claimants.push(held);
  held.use.weight += held.weight;
  book.stale = true;
}

/** Takes a claimant out of its group, and what it was granted out of all sums. */
export function leave(book: Book, held: Held): void {
  setGranted(book, held, 0);
  const { group, use } = held;
  const last = group.claimants.pop();
  if (last !== undefined && last !== held) {
    group.claimants[held.place] = last;
    last.place = held.place;
  }
  use.weight -= held.weight;
  if (group.claimants.length === 0) use.groups[group.rank] = undefined;
  if (use.groups.every((one) => one === undefined)) {
    book.uses.delete(use.tenant);
    book.weight -= use.tenant.terms.weight;
  }
  book.stale = true;
}

/** What a claimant may count on before it was first reckoned with: its part by weight among all on the book. */
export const firstShare = (book: Book, { demand, use, weight }: Held): number =>
  book.pie.regime === "all"
    ? Math.min(demand, book.pie.rate * (use.tenant.terms.weight / book.weight) * (weight / use.weight))
    : 0;
