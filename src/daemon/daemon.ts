/**
 * The loop: polls the sources, ticks the targets, publishes to the board. The one place that reads the clock.
 * Constructed without I/O; `start` begins polling, `stop` ends it and closes the sources.
 */
import type { Clock, Log, Random, Source } from "../core/ports.ts";
import { rule } from "../core/sharing/admission.ts";
import type { Instant } from "../core/units.ts";
import type { Admission, Board, TargetView } from "./board.ts";
import { createPolling } from "./polling.ts";
import type { Schedule } from "./schedule.ts";
import { createTarget, type Target, type TargetSetup } from "./targets.ts";

export const tickMs = 250;

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
}

export interface DaemonDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly schedule: Schedule;
  readonly log: Log;
  /** A poll ended; for the metrics. */
  onPoll?(broker: string, durationSeconds: number): void;
}

export interface Daemon {
  readonly board: Board;
  start(): void;
  stop(): Promise<void>;
}

export function createDaemon(setup: DaemonSetup, deps: DaemonDeps): Daemon {
  const { clock, schedule, log } = deps;
  const startedAt = clock();
  const nextVersion = versions(deps.random);
  const targets = new Map<string, Target>(
    setup.targets.map((one) => [one.target, createTarget(one, startedAt, nextVersion, log)]),
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
          for (const target of own) target.beginSample();
        },
        onAnswer: (target, answer) => targets.get(target)?.answered(clock(), answer),
        onEnd: (name, durationMs) => deps.onPoll?.(name, durationMs / 1000),
      },
    );
  });

  const board = createBoard(setup, targets, () => pollings.map((polling) => polling.view()), clock);
  let stopTicking = () => {};

  return {
    board,
    start() {
      for (const polling of pollings) polling.start();
      stopTicking = schedule.every(tickMs, () => {
        const at = clock();
        for (const target of targets.values()) target.tick(at);
      });
    },
    async stop() {
      stopTicking();
      await Promise.all(pollings.map((polling) => polling.stop()));
    },
  };
}

function createBoard(
  setup: DaemonSetup,
  targets: ReadonlyMap<string, Target>,
  sources: Board["sources"],
  clock: Clock,
): Board {
  const membersOf = (name: string): readonly string[] => setup.gates.get(name) ?? [name];

  return {
    now: clock,
    startedAt: clock(),
    targets: () => [...targets.values()].map((target) => target.view()),
    target: (name) => targets.get(name)?.view(),
    gates: () => setup.gates,
    has: (name) => setup.gates.has(name) || targets.has(name),
    sources,
    override(name, override) {
      const target = targets.get(name);
      target?.override(clock(), override);
      return target?.view();
    },
    report(name, outcomes) {
      const duplicates = targets.get(name)?.report(clock(), outcomes);
      return duplicates === undefined ? undefined : { accepted: outcomes.length - duplicates, duplicates };
    },
    follow: (name, onEvent) => targets.get(name)?.follow(onEvent),
    attempt(name, { cost, canWait }): Admission {
      const members = membersOf(name).flatMap((member) => targets.get(member) ?? []);
      const views = members.map((member) => member.view());
      const asked = members.map((member, index) => ({
        decision: (views[index] ?? member.view()).decision,
        cell: member.cell(),
      }));
      const at = clock();
      const ruling = rule(asked, at, cost, canWait);
      const by = views[ruling.by];
      if (by === undefined) throw new RangeError(`no gate or target "${name}"`);
      members.forEach((member, index) => {
        const cell = ruling.cells[index];
        if (ruling.allowed && cell !== undefined) member.admitted(cell, cost, ruling.waitMs > 0);
      });
      if (!ruling.allowed) members[ruling.by]?.refused(cost);
      if (!ruling.allowed) return { allowed: false, retryAfterMs: retryAfter(ruling.waitMs, by, at), by };
      const wouldRefuse = members.filter((member) => member.wouldRefuse(at, cost, canWait)).length > 0;
      return { allowed: true, delayMs: ruling.waitMs, by, wouldRefuse };
    },
  };
}

/**
 * An open circuit says for how long, and so does an operator who closed the target. With a rate of 0 otherwise
 * nothing says when the next cell is free: the next sample may tell.
 */
const retryAfter = (waitMs: number, { decision, settings }: TargetView, at: Instant): number => {
  const { retryAfterMs, override } = decision;
  if (override?.kind === "closed") return Math.max(1000, override.until - at);
  if (retryAfterMs !== undefined) return retryAfterMs;
  return Number.isFinite(waitMs) && waitMs < Number.MAX_VALUE ? waitMs : Math.max(1000, settings.pollMs);
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
