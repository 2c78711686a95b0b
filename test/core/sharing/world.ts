/** Books and a registry driven by hand: producers that obey their leases, and time that passes. */
import { setPie, settle } from "../../../src/core/sharing/askers.ts";
import { type Book, openBook } from "../../../src/core/sharing/book.ts";
import type { Priority } from "../../../src/core/sharing/priorities.ts";
import { type Grant, mostLeases, type Registry, renew } from "../../../src/core/sharing/registry.ts";
import type { Pie } from "../../../src/core/sharing/share.ts";
import { createTenants, plainTerms, type TenantTerms } from "../../../src/core/sharing/tenants.ts";

export const none = Number.POSITIVE_INFINITY;
export const terms = { ttlMs: 15_000, refreshMs: 5000, maxInFlight: none };

export interface WorldOptions {
  readonly tenants?: Readonly<Record<string, Partial<TenantTerms>>>;
  readonly maxInFlight?: number;
  readonly mostLeases?: number;
  readonly targets?: readonly string[];
  /** Past the time of learning unless said otherwise. */
  readonly at?: number;
}

export interface World {
  readonly registry: Registry;
  readonly book: Book;
  at: number;
  pie(rate: number, over?: Partial<Pie>): void;
  /** Lets so much time pass, tick by tick. */
  pass(ms: number): void;
  lease(producer: string, over?: Partial<Ask>): Grant;
}

export interface Ask {
  readonly targets: readonly string[];
  readonly gate: string;
  readonly tenant: string;
  readonly priority: Priority;
  readonly wants: number;
  readonly has: number;
  readonly attempted: number;
  readonly admitted: number;
  readonly epoch: string;
  readonly inFlight: number;
  readonly members: number;
}

export function createWorld(options: WorldOptions = {}): World {
  const { tenants = {}, maxInFlight = none, targets = ["orders"], at = 100_000 } = options;
  const config = new Map(Object.entries(tenants).map(([name, over]) => [name, { ...plainTerms, ...over }]));
  const books = new Map(targets.map((target) => [target, openBook({ ...terms, maxInFlight }, 0)]));
  const registry: Registry = {
    tenants: createTenants(config),
    books,
    mostLeases: options.mostLeases ?? mostLeases,
    refused: 0,
  };
  const [first = openBook(terms, 0)] = books.values();
  const world: World = {
    registry,
    book: first,
    at,
    pie(rate, over = {}) {
      for (const book of books.values())
        setPie(book, { rate, regime: "all", floorRate: 1, ...over }, world.at);
    },
    pass(ms) {
      for (let left = ms; left > 0; left -= 250) {
        world.at += Math.min(250, left);
        for (const book of books.values()) settle(book, world.at);
      }
    },
    lease(producer, over = {}) {
      const { targets: on = [targets[0] ?? ""], gate = on.join("+"), has, epoch = "1" } = over;
      const asked = on.flatMap((target) => books.get(target) ?? []);
      const { attempted = 0, admitted = attempted } = over;
      return renew(
        registry,
        asked,
        {
          producer,
          gate,
          tenant: over.tenant ?? "default",
          priority: over.priority ?? "normal",
          wants: over.wants ?? none,
          has,
          told: { epoch, attempted, admitted },
          inFlight: over.inFlight ?? 0,
          members: over.members ?? 1,
        },
        world.at,
      );
    },
  };
  return world;
}
