/**
 * Whom producers work for, and the terms that each is on. A tenant that is not listed takes the template; at
 * most 1,000 of those are told apart, and whoever comes after them shares one, `other`, until one of them was
 * unseen for ten minutes: names come from outside, and a flood of them must cost a fixed amount of memory.
 */
import type { Instant } from "../units.ts";
import { type Priority, rankOf } from "./priorities.ts";

export interface TenantTerms {
  /** Its share within a class, over that of others. */
  readonly weight: number;
  /** On each target, all its producers together, as far as they ask for it; 0: none. */
  readonly minRate: number;
  /** On each target, all its producers together; Infinity: none. */
  readonly maxRate: number;
  /** On each target, all its leases together; Infinity: none. */
  readonly maxInFlight: number;
  /** A claim above it is lowered to it. */
  readonly maxPriority: Priority;
}

export const plainTerms: TenantTerms = {
  weight: 1,
  minRate: 0,
  maxRate: Number.POSITIVE_INFINITY,
  maxInFlight: Number.POSITIVE_INFINITY,
  maxPriority: "critical",
};

/** `*` is the template of those that are not listed. */
export type TenantConfig = ReadonlyMap<string, TenantTerms>;

export const templateName = "*";
export const defaultTenant = "default";
export const otherTenant = "other";

export interface Tenant {
  readonly name: string;
  terms: TenantTerms;
  /** The highest class it may be in, as a rank. */
  topRank: number;
  seenAt: Instant;
}

export interface Tenants {
  config: TenantConfig;
  readonly known: Map<string, Tenant>;
  unlisted: number;
}

export const mostUnlisted = 1000;
const forgetAfterMs = 600_000;

export function createTenants(config: TenantConfig): Tenants {
  const tenants: Tenants = { config, known: new Map(), unlisted: 0 };
  enterListed(tenants);
  return tenants;
}

/**
 * Puts all on the terms of another configuration; whoever is known stays the same tenant, with what it holds.
 * Those that are no longer listed are unlisted ones, even above their number.
 */
export function reconfigureTenants(tenants: Tenants, config: TenantConfig, at: Instant): void {
  tenants.config = config;
  for (const tenant of tenants.known.values()) Object.assign(tenant, enter(config, tenant.name, at));
  enterListed(tenants);
  tenants.unlisted = [...tenants.known.keys()].filter((name) => !isListed(config, name)).length;
}

function enterListed({ config, known }: Tenants): void {
  for (const name of [...config.keys(), defaultTenant, otherTenant])
    if (name !== templateName && !known.has(name)) known.set(name, enter(config, name, 0));
}

const isListed = (config: TenantConfig, name: string): boolean =>
  config.has(name) || name === defaultTenant || name === otherTenant;

const enter = (config: TenantConfig, name: string, seenAt: Instant): Tenant => {
  const terms = config.get(name) ?? config.get(templateName) ?? plainTerms;
  return { name, terms, topRank: rankOf(terms.maxPriority), seenAt };
};

/** The tenant of that name, or the one that it shares with others. */
export function findTenant(tenants: Tenants, name: string, at: Instant): Tenant {
  const known = tenants.known.get(name);
  if (known !== undefined) {
    known.seenAt = at;
    return known;
  }
  if (tenants.unlisted >= mostUnlisted) return findTenant(tenants, otherTenant, at);
  const tenant = enter(tenants.config, name, at);
  tenants.known.set(name, tenant);
  tenants.unlisted += 1;
  return tenant;
}

/** Forgets unlisted tenants of whom nothing was heard for long, so that others can have a name of their own. */
export function forgetTenants(tenants: Tenants, at: Instant): void {
  for (const [name, { seenAt }] of tenants.known) {
    if (isListed(tenants.config, name)) continue;
    if (at - seenAt < forgetAfterMs) continue;
    tenants.known.delete(name);
    tenants.unlisted -= 1;
  }
}
