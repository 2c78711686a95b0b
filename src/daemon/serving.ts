/** The board on what the daemon has: answers whoever asks, charges attempts, renews leases. */
import type { Clock, Log, Store } from "../core/ports.ts";
import { rule } from "../core/sharing/admission.ts";
import { noteAdmitted, noteRefused } from "../core/sharing/askers.ts";
import { priorities, rankOf } from "../core/sharing/priorities.ts";
import { type Registry, release, renew } from "../core/sharing/registry.ts";
import { findTenant } from "../core/sharing/tenants.ts";
import type { Instant } from "../core/units.ts";
import type { Admission, Board, Bound, SourceView } from "./board.ts";
import { closedForMs, leasesOf, rateOf } from "./sharing.ts";
import type { Target } from "./targets.ts";

/** What the daemon has at present; a reload changes it in place. */
export interface World {
  readonly targets: ReadonlyMap<string, Target>;
  /** As configured. */
  readonly gates: ReadonlyMap<string, readonly string[]>;
  /** By gate, targets included. */
  readonly members: ReadonlyMap<string, readonly Target[]>;
  readonly registry: Registry;
  sources(): readonly SourceView[];
}

/** The gates that the configuration lists, and each target as a gate of its own. */
export const membersOf = (
  targets: ReadonlyMap<string, Target>,
  gates: World["gates"],
): Map<string, readonly Target[]> =>
  new Map([
    ...[...targets].map(([name, target]): [string, readonly Target[]] => [name, [target]]),
    ...[...gates].map(([gate, names]): [string, readonly Target[]] => [
      gate,
      names.flatMap((name) => targets.get(name) ?? []),
    ]),
  ]);

/** What goes on being so is said again so often. */
const saidAgainMs = 60_000;

export function createBoard(
  world: World,
  { clock, log, store }: { readonly clock: Clock; readonly log: Log; readonly store?: Store },
): Board {
  const { targets, registry } = world;
  let fullSaidAt = Number.NEGATIVE_INFINITY;
  const askedBy = (name: string): readonly Target[] => {
    const found = world.members.get(name);
    if (found === undefined) throw new RangeError(`no gate or target "${name}"`);
    return found;
  };
  const boundBy = (of: readonly Target[], index: number) => {
    const target = of[index];
    if (target === undefined) throw new RangeError("a gate without targets");
    return target;
  };

  return {
    now: clock,
    startedAt: clock(),
    targets: () => [...targets.values()].map((target) => target.view()),
    target: (name) => targets.get(name)?.view(),
    gates: () => world.gates,
    has: (name) => world.members.has(name),
    sources: () => world.sources(),
    store: () => store?.view() ?? null,
    override(name, override) {
      const target = targets.get(name);
      target?.override(clock(), override);
      return target?.view();
    },
    report(name, outcomes) {
      const duplicates = targets.get(name)?.report(clock(), outcomes);
      return duplicates === undefined ? undefined : { accepted: outcomes.length - duplicates, duplicates };
    },
    follow: (target, onEvent, onEnd) => targets.get(target)?.follow(onEvent, onEnd),
    attempt(name, { cost, canWait, tenant: whose, priority }): Admission {
      const at = clock();
      const asked = askedBy(name);
      const tenant = findTenant(registry.tenants, whose, at);
      const rank = Math.max(rankOf(priority), tenant.topRank);
      const askers = asked.map((target) => target.asker(tenant, rank, at));
      const ruling = rule(
        askers.map(({ cell, granted }, index) => ({
          cell,
          rate: granted,
          decision: boundBy(asked, index).bound().decision,
        })),
        at,
        cost,
        canWait,
      );
      const target = boundBy(asked, ruling.by);
      const by = target.bound();
      const binding = askers[ruling.by];
      if (ruling.allowed)
        askers.forEach((asker, index) => {
          const cell = ruling.cells[index];
          const waits = ruling.waitMs > 0 && index === ruling.by;
          if (cell !== undefined) noteAdmitted(boundBy(asked, index).book, asker, cell, cost, waits);
        });
      else if (binding !== undefined) noteRefused(target.book, binding, cost, at);
      const honoured = {
        by,
        rate: binding === undefined || by.decision.mode === "observe" ? null : rateOf(binding.granted),
        tenant: tenant.name,
        priority: priorities[rank] ?? priority,
      };
      if (ruling.allowed) {
        const wouldRefuse = asked.filter((one) => one.wouldRefuse(at, cost, canWait)).length > 0;
        return { ...honoured, allowed: true, delayMs: ruling.waitMs, wouldRefuse };
      }
      return { ...honoured, allowed: false, retryAfterMs: retryAfter(ruling.waitMs, by, at) };
    },
    renew(request) {
      const at = clock();
      const asked = askedBy(request.gate);
      const { by, ...grant } = renew(
        registry,
        asked.map(({ book }) => book),
        request,
        at,
      );
      if (!grant.granted && at - fullSaidAt >= saidAgainMs) {
        fullSaidAt = at;
        const { producer, gate } = request;
        log.warn(
          { producer, gate, leases: registry.mostLeases },
          "no room for more leases: the newest are refused",
        );
      }
      return { ...grant, by: boundBy(asked, by).bound() };
    },
    release: (producer) => release(registry, producer, clock()),
    leases(name, most) {
      const book = targets.get(name)?.book;
      return book === undefined ? undefined : leasesOf(book, most);
    },
    registry() {
      let leases = 0;
      for (const { book } of targets.values()) leases += book.leases.size;
      return { leases, most: registry.mostLeases, refused: registry.refused };
    },
  };
}

/**
 * An open circuit says for how long, and so does an operator who closed the target. With no share otherwise nothing
 * says when the next cell is free.
 */
const retryAfter = (waitMs: number, { decision, settings }: Bound, at: Instant): number => {
  const { retryAfterMs, override } = decision;
  if (override?.kind === "closed") return Math.max(1000, override.until - at);
  if (retryAfterMs !== undefined) return retryAfterMs;
  return Number.isFinite(waitMs) && waitMs < Number.MAX_VALUE
    ? waitMs
    : closedForMs(decision, settings.pollMs, at);
};
