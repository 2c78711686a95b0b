/**
 * How a rate is shared: classes in order, within a class tenants, within a tenant its claimants.
 *
 *   reserve(c)  what class c is kept: min(demand of c, max(5 % of R, the minimums of its tenants)); by
 *               weighted max-min where the reserves together exceed R
 *   classes     from the highest on: rate(c) = min(demand of c, R left − reserves of the classes below)
 *   tenants     of a class: weighted max-min by the tenants' weights, with their minimums, and below what their
 *               caps leave after the classes above
 *   claimants   of a tenant in a class: weighted max-min by their members
 *   rest        where all demand fits, what is left goes to the tenants by weight below their caps, and to
 *               their claimants by members: whoever wants more tomorrow has it at once
 *
 * Regimes. Shedding with more than one class present: the lowest present has nothing, the rate is shared among
 * the others. Shedding with one class: it is held at the floor. Failing: the highest present has the probes,
 * nobody else anything. Present is a class of which somebody has sent or tried to lately, and a class that was shed
 * for as long as that lasts: whoever stays away as told must not be what the next class is shed for.
 */
import { type Claim, findLevel, type Level, portion } from "./maxmin.ts";
import { priorities } from "./priorities.ts";
import type { TenantTerms } from "./tenants.ts";

export interface Claimant extends Claim {
  /** Has sent or tried to lately. */
  readonly active: boolean;
}

/** The claimants of one tenant in one class. */
export interface Group {
  readonly tenant: { readonly terms: TenantTerms };
  readonly rank: number;
  readonly claimants: readonly Claimant[];
}

export interface Pie {
  /** Infinity: nothing limits. */
  readonly rate: number;
  readonly regime: "all" | "shedding" | "probes";
  /** What always flows; used where there is one class only, and that is to be shed. */
  readonly floorRate: number;
  /** Nothing is enforced, caps of tenants neither. */
  readonly observed?: boolean;
}

/** What a claimant of the group has: `portion` of its claim at `level`, and `rest` for each unit of its weight. */
export interface GroupShare {
  readonly level: Level;
  readonly rest: number;
  /** Why it has nothing, where it has nothing whatever it asks for. */
  readonly closed?: "shed" | "probes";
}

const floorShare = 0.05;

const closedLevel: Level = { height: 0, onlyMinimums: false };

/** Ranks; -1 where nobody is there. */
export interface Present {
  readonly highest: number;
  readonly lowest: number;
}

export function presentIn(groups: readonly Group[]): Present {
  const present = priorities.map((_, rank) =>
    groups.some((group) => group.rank === rank && group.claimants.some(({ active }) => active)),
  );
  return { highest: present.indexOf(true), lowest: present.lastIndexOf(true) };
}

/** One share for each group, in their order. */
export function shareOut(
  pie: Pie,
  groups: readonly Group[],
  { highest, lowest }: Present,
): readonly GroupShare[] {
  const closed = groups.map(({ rank }): GroupShare["closed"] => {
    if (highest < 0) return undefined;
    if (pie.regime === "probes" && rank !== highest) return "probes";
    return pie.regime === "shedding" && lowest > highest && rank >= lowest ? "shed" : undefined;
  });
  const alone = pie.regime === "shedding" && lowest === highest;
  const rate = alone ? Math.min(pie.rate, pie.floorRate) : pie.rate;

  const open = groups.flatMap((group, index) =>
    closed[index] === undefined ? [{ ...group, index, asked: askedBy(group), had: 0 }] : [],
  );
  const left = serveClasses(open, rate);
  const rest = shareRest(open, left);

  const shares: GroupShare[] = groups.map((_, index) => {
    const why = closed[index];
    return { level: closedLevel, rest: 0, ...(why === undefined ? {} : { closed: why }) };
  });
  for (const { index, claimants, had, tenant } of open)
    shares[index] = { level: findLevel(claimants, had), rest: rest.get(tenant) ?? 0 };
  return shares;
}

/** What is left of a limit; of no limit, no limit. */
const beyond = (limit: number, used: number): number =>
  limit === Number.POSITIVE_INFINITY ? limit : Math.max(0, limit - used);

type OpenGroup = Group & { readonly index: number; readonly asked: number; had: number };

const askedBy = ({ tenant, claimants }: Group): number =>
  Math.min(
    tenant.terms.maxRate,
    claimants.reduce((sum, { demand }) => sum + demand, 0),
  );

/** Sets what each group has; answers what is left of the rate. */
function serveClasses(groups: readonly OpenGroup[], rate: number): number {
  const minimums = minimumsOf(groups);
  const classes = priorities.map((_, rank) => groups.filter((group) => group.rank === rank));
  const sum = (of: readonly OpenGroup[], value: (group: OpenGroup) => number) =>
    of.reduce((total, group) => total + value(group), 0);
  const keeps = classes.map((members) => ({
    demand: Math.min(
      sum(members, ({ asked }) => asked),
      Math.max(
        rate === Number.POSITIVE_INFINITY ? 0 : floorShare * rate,
        sum(members, (group) => minimums.get(group) ?? 0),
      ),
    ),
    weight: 1,
  }));
  const level = findLevel(keeps, rate);
  const reserves = keeps.map((keep) => portion(keep, level));
  const used = new Map<Group["tenant"], number>();
  let left = rate;
  classes.forEach((members, rank) => {
    const below = reserves.slice(rank + 1).reduce((total, reserve) => total + reserve, 0);
    const claims = members.map((group) => ({
      demand: group.asked,
      weight: group.tenant.terms.weight,
      least: minimums.get(group) ?? 0,
      most: beyond(group.tenant.terms.maxRate, used.get(group.tenant) ?? 0),
    }));
    const found = findLevel(claims, beyond(left, below));
    members.forEach((group, index) => {
      const claim = claims[index];
      group.had = claim === undefined ? 0 : portion(claim, found);
      used.set(group.tenant, (used.get(group.tenant) ?? 0) + group.had);
      left = beyond(left, group.had);
    });
  });
  return left;
}

/** A tenant's minimum counts for its highest class first, as far as that asks for it. */
function minimumsOf(groups: readonly OpenGroup[]): ReadonlyMap<OpenGroup, number> {
  const spent = new Map<Group["tenant"], number>();
  const minimums = new Map<OpenGroup, number>();
  for (const group of groups.toSorted((a, b) => a.rank - b.rank)) {
    const before = spent.get(group.tenant) ?? 0;
    const minimum = Math.min(group.asked, group.tenant.terms.minRate - before);
    minimums.set(group, minimum);
    spent.set(group.tenant, before + minimum);
  }
  return minimums;
}

/** For each unit of weight of a tenant's claimants: what it has beyond its demand. */
function shareRest(groups: readonly OpenGroup[], left: number): ReadonlyMap<Group["tenant"], number> {
  const tenants = new Map<Group["tenant"], { had: number; weight: number }>();
  for (const { tenant, had, claimants } of groups) {
    const known = tenants.get(tenant) ?? { had: 0, weight: 0 };
    known.had += had;
    for (const { weight } of claimants) known.weight += weight;
    tenants.set(tenant, known);
  }
  const rooms = [...tenants].map(([{ terms }, { had }]) => ({
    demand: beyond(terms.maxRate, had),
    weight: terms.weight,
  }));
  const level = findLevel(rooms, left);
  return new Map(
    [...tenants].map(([tenant, { weight }], index) => {
      const room = rooms[index];
      return [tenant, room === undefined || weight === 0 ? 0 : portion(room, level) / weight];
    }),
  );
}

export const shareOf = (claimant: Claimant, { level, rest }: GroupShare, restFraction = 1): number =>
  portion(claimant, level) + (rest === 0 ? 0 : restFraction * claimant.weight * rest);
