/**
 * The loop: polls the sources, ticks the targets, publishes to the board. The one place that reads the clock.
 * Constructed without I/O; `start` begins polling, `stop` ends it and closes the sources.
 */
import type { Clock, Log, Random, Saved, Source, Store, Watch } from "../core/ports.ts";
import { reterm } from "../core/sharing/book.ts";
import { mostLeases, type Registry } from "../core/sharing/registry.ts";
import {
  createTenants,
  forgetTenants,
  reconfigureTenants,
  type TenantConfig,
} from "../core/sharing/tenants.ts";
import type { Board } from "./board.ts";
import { createPolling, type Polling } from "./polling.ts";
import { createSaving, savedOf, saveMs } from "./saving.ts";
import type { Schedule } from "./schedule.ts";
import { createBoard, membersOf } from "./serving.ts";
import { createTarget, type Target, type TargetSetup } from "./targets.ts";

export const tickMs = 250;

export interface BrokerSetup {
  readonly broker: string;
  readonly type: string;
  /** The same one over a reload where the broker is the same. */
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

/** Names of targets. */
export interface Reconfigured {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Decided by other settings, with all that was known of them. */
  readonly changed: readonly string[];
  readonly unchanged: number;
}

export interface Daemon {
  readonly board: Board;
  start(): void;
  /**
   * Takes another setup: targets that watch what they watched, on a broker of the same name, keep windows, leases,
   * circuit and override; sources that are the same go on. Those that are no longer there are stopped.
   */
  reconfigure(setup: Omit<DaemonSetup, "saved">): Reconfigured;
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
  const booksOf = () => [...targets].map(([name, { book }]) => [name, book] as const);
  const books = new Map(booksOf());
  const registry: Registry = { tenants: createTenants(setup.tenants), books, mostLeases, refused: 0 };
  const pollings = new Map<string, { readonly setup: BrokerSetup; readonly polling: Polling }>();
  const world = {
    targets,
    gates: setup.gates,
    members: membersOf(targets, setup.gates),
    registry,
    sources: () => [...pollings.values()].map(({ polling }) => polling.view()),
  };
  let running = false;
  const ending = new Set<Promise<void>>();

  const on = (broker: string): Target[] =>
    [...targets.values()].filter((target) => target.setup.broker === broker);
  const watchesOn = (broker: string): Watch[] => on(broker).map((target) => target.setup.watch);

  const addPolling = (broker: BrokerSetup): void => {
    const name = broker.broker;
    const polling = createPolling(
      { ...broker, watches: watchesOn(name) },
      {
        clock,
        schedule,
        log,
        onBegin: () => {
          const at = clock();
          for (const target of on(name)) target.beginSample(at);
        },
        onAnswer: (watch, answer) => {
          const target = targets.get(watch.target);
          // A reload may have put another in its place while the poll was under way.
          if (target?.setup.watch === watch) target.answered(clock(), answer);
        },
        onEnd: (_, durationMs) => deps.onPoll?.(name, durationMs / 1000),
      },
    );
    pollings.set(name, { setup: broker, polling });
    if (running) polling.start();
  };
  const endPolling = (name: string): void => {
    const stopped = pollings.get(name)?.polling.stop() ?? Promise.resolve();
    pollings.delete(name);
    ending.add(stopped);
    stopped.finally(() => ending.delete(stopped));
  };
  for (const broker of setup.brokers) addPolling(broker);

  const reconfigureTargets = (wanted: readonly TargetSetup[]): Reconfigured => {
    const at = clock();
    const added: string[] = [];
    const changed: string[] = [];
    const removed = [...targets.keys()].filter((name) => !wanted.some(({ target }) => target === name));
    for (const name of removed) dropTarget(name);
    for (const one of wanted) {
      const name = one.target;
      const target = targets.get(name);
      if (target === undefined || !isSameBacklog(target.setup, one)) {
        if (target !== undefined) dropTarget(name);
        targets.set(name, createTarget(one, at, nextVersion, log));
        added.push(name);
      } else if (!isEqual(target.setup.settings, one.settings)) {
        target.reconfigure(at, one.settings);
        changed.push(name);
      }
    }
    // In the order of the file, as after a restart.
    for (const { target } of wanted) {
      const one = targets.get(target);
      targets.delete(target);
      if (one !== undefined) targets.set(target, one);
    }
    return { added, removed, changed, unchanged: wanted.length - added.length - changed.length };
  };
  const dropTarget = (name: string): void => {
    targets.get(name)?.end();
    targets.delete(name);
  };

  let stopTicking = () => {};
  let stopSaving = () => {};
  const save = store && createSaving(store);
  const saveAll = () => save?.([...targets.values()], clock());

  return {
    board: createBoard(world, deps),
    start() {
      running = true;
      for (const { polling } of pollings.values()) polling.start();
      stopTicking = schedule.every(tickMs, () => {
        const at = clock();
        for (const target of targets.values()) target.tick(at);
        forgetTenants(registry.tenants, at);
      });
      if (save !== undefined) stopSaving = schedule.every(saveMs, saveAll);
    },
    reconfigure(next) {
      if (!isEqual([...registry.tenants.config], [...next.tenants])) {
        reconfigureTenants(registry.tenants, next.tenants, clock());
        for (const { book } of targets.values()) reterm(book, book.terms);
      }
      const done = reconfigureTargets(next.targets);
      books.clear();
      for (const [name, book] of booksOf()) books.set(name, book);
      world.gates = next.gates;
      world.members = membersOf(targets, next.gates);
      for (const name of pollings.keys())
        if (!next.brokers.some(({ broker }) => broker === name)) endPolling(name);
      for (const broker of next.brokers) {
        const known = pollings.get(broker.broker);
        if (known?.setup.source === broker.source) known.polling.watch(watchesOn(broker.broker));
        else {
          if (known !== undefined) endPolling(broker.broker);
          addPolling(broker);
        }
      }
      return done;
    },
    async stop() {
      running = false;
      stopTicking();
      stopSaving();
      saveAll();
      await Promise.all([...[...pollings.values()].map(({ polling }) => polling.stop()), ...ending]);
    },
  };
}

/** Plain values. */
const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What is known of one is true of the other. */
const isSameBacklog = (a: TargetSetup, b: TargetSetup): boolean =>
  a.broker === b.broker && isEqual(a.watch, b.watch);

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
