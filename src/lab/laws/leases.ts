/** Leases as the daemon gives them: the core's registry and book, on the decisions of one target. */
import { safeRate } from "../../core/controller/blind.ts";
import { isNews } from "../../core/controller/publish.ts";
import type { Step } from "../../core/controller/step.ts";
import type { Decision } from "../../core/decision.ts";
import type { TargetSettings } from "../../core/settings.ts";
import { setPie, settle } from "../../core/sharing/askers.ts";
import { advance, openBook } from "../../core/sharing/book.ts";
import { pieOf } from "../../core/sharing/pie.ts";
import { mostLeases, renew } from "../../core/sharing/registry.ts";
import { createTenants, plainTerms } from "../../core/sharing/tenants.ts";
import type { Ask, Grant } from "../law.ts";
import type { Claim } from "../population.ts";

export interface LeaseDesk {
  /** Totals of all leases, as they are believed at this instant. */
  count(at: number): { readonly admitted: number; readonly attempted: number };
  /** Once a tick: shares out what was decided, where that is news, and lets go of what has expired. */
  share(at: number, step: Step): void;
  renew(ask: Ask): Grant;
}

/** Instants in seconds. `begun`: until one lease time later it learns what is held. */
export function openDesk(settings: TargetSettings, claims: readonly Claim[], begun: number): LeaseDesk {
  const { leaseTtlMs: ttlMs, refreshMs } = settings;
  const book = openBook({ ttlMs, refreshMs, maxInFlight: Number.POSITIVE_INFINITY }, begun * 1000);
  const terms = claims.map(({ tenant, weight }) => [tenant, { ...plainTerms, weight }] as const);
  const books = new Map([["lab", book]]);
  const registry = { tenants: createTenants(new Map(terms)), books, mostLeases, refused: 0 };
  const epoch = "lab";
  let published: Decision | undefined;
  return {
    count(at) {
      advance(book, at * 1000);
      return { admitted: book.admitted, attempted: book.attempted };
    },
    share(at, { decision, assessment }) {
      settle(book, at * 1000);
      if (published !== undefined && !isNews(published, decision)) return;
      published = decision;
      book.safeRate = safeRate(settings, assessment.capacity ?? assessment.drain) ?? undefined;
      setPie(book, pieOf(decision), at * 1000);
    },
    renew({ at, producer, attempted, admitted, has }) {
      const claim = claims[producer];
      const granted = renew(
        registry,
        [book],
        {
          producer: `p${producer}`,
          gate: "lab",
          tenant: claim?.tenant ?? "default",
          priority: claim?.priority ?? "normal",
          told: { epoch, attempted, admitted },
          wants: Number.POSITIVE_INFINITY,
          has,
          inFlight: 0,
          members: 1,
        },
        at * 1000,
      );
      return {
        rate: granted.rate,
        refreshSeconds: granted.refreshMs / 1000,
        ttlSeconds: granted.ttlMs / 1000,
        safeRate: granted.safeRate ?? Number.POSITIVE_INFINITY,
      };
    },
  };
}
