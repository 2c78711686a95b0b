/**
 * The loop: polls the sources, ticks the targets, publishes to the board. The one place that reads the clock.
 * Constructed without I/O; `start` begins polling, `stop` ends it and closes the sources.
 */
import type { Clock, Log, Random, Saved, Source, Store } from "../core/ports.ts";
import { rule } from "../core/sharing/admission.ts";
import { noteAdmitted, noteRefused } from "../core/sharing/askers.ts";
import { priorities, rankOf } from "../core/sharing/priorities.ts";
import { mostLeases, type Registry, release, renew } from "../core/sharing/registry.ts";
import { createTenants, findTenant, forgetTenants, type TenantConfig } from "../core/sharing/tenants.ts";
import type { Instant } from "../core/units.ts";
import type { Admission, Board, Bound } from "./board.ts";
import { createPolling } from "./polling.ts";
import { createSaving, savedOf, saveMs } from "./saving.ts";
import type { Schedule } from "./schedule.ts";
import { closedForMs, leasesOf, rateOf } from "./sharing.ts";
import { createTarget, type Target, type TargetSetup } from "./targets.ts";

export const tickMs = 250;
/** What goes on being so is said again so often. */
const saidAgainMs = 60_000;

export interface BrokerSetup {
  readonly broker: string;
  readonly type: string;
  readonly source: Source;
  readonly pollMs: number;
  readonly timeoutMs: number;
}

export interface DaemonSetup {
  readonly brokers: readonly BrokerSetup[];
  readonly targets: readonly TargetSetup[];
  readonly gates: ReadonlyMap<string, readonly string[]>;
  readonly tenants: TenantConfig;
  /** What a store gave back. */
  readonly saved?: readonly Saved[];
}

export interface DaemonDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly schedule: Schedule;
  readonly log: Log;
  /** Absent: nothing outlives a restart. */
  readonly store?: Store;
  /** A poll ended; for the metrics. */
  onPoll?(broker: string, durationSeconds: number): void;
}

export interface Daemon {
  readonly board: Board;
  start(): void;
  stop(): Promise<void>;
}

export function createDaemon(setup: DaemonSetup, deps: DaemonDeps): Daemon {
  const { clock, schedule, log, store } = deps;
  const startedAt = clock();
  const nextVersion = versions(deps.random);
  const targets = new Map<string, Target>(
    setup.targets.map((one) => [
      one.target,
      createTarget(one, startedAt, nextVersion, log, setup.saved && savedOf(setup.saved, one)),
    ]),
  );
  const of = (broker: string): Target[] =>
    [...targets.values()].filter((target) => target.setup.broker === broker);

  const pollings = setup.brokers.map((broker) => {
    const own = of(broker.broker);
    return createPolling(
      { ...broker, watches: own.map((target) => target.setup.watch) },
      {
        clock,
        schedule,
        log,
        onBegin: () => {
          const at = clock();
          for (const target of own) target.beginSample(at);
        },
        onAnswer: (target, answer) => targets.get(target)?.answered(clock(), answer),
        onEnd: (name, durationMs) => deps.onPoll?.(name, durationMs / 1000),
      },
    );
  });

  const registry: Registry = {
    tenants: createTenants(setup.tenants),
    books: new Map([...targets].map(([name, { book }]) => [name, book])),
    mostLeases,
    refused: 0,
  };
  const sources = () => pollings.map((polling) => polling.view());
  const board = createBoard(setup, targets, registry, sources, deps);
  let stopTicking = () => {};
  let stopSaving = () => {};
  const save = store && createSaving(store);
  const saveAll = () => save?.([...targets.values()], clock());

  return {
    board,
    start() {
      for (const polling of pollings) polling.start();
      stopTicking = schedule.every(tickMs, () => {
        const at = clock();
        for (const target of targets.values()) target.tick(at);
        forgetTenants(registry.tenants, at);
      });
      if (save !== undefined) stopSaving = schedule.every(saveMs, saveAll);
    },
    async stop() {
      stopTicking();
      stopSaving();
      saveAll();
      await Promise.all(pollings.map((polling) => polling.stop()));
    },
  };
}

function createBoard(
  setup: DaemonSetup,
  targets: ReadonlyMap<string, Target>,
  registry: Registry,
  sources: Board["sources"],
  { clock, log, store }: DaemonDeps,
): Board {
  const members = new Map<string, readonly Target[]>([...targets].map(([name, target]) => [name, [target]]));
  for (const [gate, names] of setup.gates)
    members.set(
      gate,
      names.flatMap((name) => targets.get(name) ?? []),
    );
  const membersOf = (name: string): readonly Target[] => {
    const found = members.get(name);
    if (found === undefined) throw new RangeError(`no gate or target "${name}"`);
    return found;
  };
  let fullSaidAt = Number.NEGATIVE_INFINITY;
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
    gates: () => setup.gates,
    has: (name) => members.has(name),
    sources,
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
    follow: (target, onEvent) => targets.get(target)?.follow(onEvent),
    attempt(name, { cost, canWait, tenant: whose, priority }): Admission {
      const at = clock();
      const asked = membersOf(name);
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
      const asked = membersOf(request.gate);
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

/** The boot's random epoch and a counter: never the same twice, over restarts too. */
function versions(random: Random): () => string {
  const epoch = Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, "0");
  let count = 0;
  return () => {
    count += 1;
    return `${epoch}-${count}`;
  };
}
