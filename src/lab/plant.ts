/**
 * The modelled loop: producers (producers.ts) pour into a queue (queue.ts) that consumers drain, a broker tells of it
 * (broker.ts), a law decides. Steps of 50 ms. What a seed decides (noise, jitter, wander, who asks when) is the
 * same for every law.
 */
import { createBroker } from "./broker.ts";
import type { Controller, Law, LawSetup } from "./law.ts";
import { populate } from "./population.ts";
import { createProducers } from "./producers.ts";
import { createQueue } from "./queue.ts";
import { seeded } from "./random.ts";
import type { Scenario, Span } from "./scenario.ts";
import { beginShares, type Shares } from "./shares.ts";
import { sampleSignal } from "./signal.ts";

export const stepSeconds = 0.05;
const stepsPerTick = 5;
const ttlSeconds = 15;
/** Consumers report their outcomes every second, and as often is stored what outlives the daemon. */
const stepsPerSecond = 20;

export interface Loop {
  readonly pollSeconds: number;
  readonly seed: number;
}

/** What really happened: one value a step. */
export interface Trace {
  readonly stepSeconds: number;
  readonly pollSeconds: number;
  readonly refreshSeconds: number;
  readonly ageSeconds: number;
  readonly setpointSeconds: number;
  readonly capacity: Float64Array;
  /** What the governed producers want, and what they send. */
  readonly demand: Float64Array;
  readonly admitted: Float64Array;
  readonly exogenous: Float64Array;
  readonly completed: Float64Array;
  /** Messages: at the end of the step; deleted unread in it. */
  readonly lag: Float64Array;
  readonly lost: Float64Array;
  /** The share of what was completed that failed. */
  readonly failures: Float64Array;
  /** 1 where consumers are taken for failing. */
  readonly failing: Uint8Array;
  /** By tenant; absent where the scenario has none. */
  readonly shares: Shares | undefined;
}

/** The pace of renewals: nobody need ask more often than there is something new. */
export const refreshOf = (pollSeconds: number): number => Math.min(5, pollSeconds);

/** S*: what can be held at all at this poll and commit cadence. */
export const setpointOf = (scenario: Scenario, pollSeconds: number): number =>
  Math.max(scenario.setpointSeconds, 2 * Math.max(pollSeconds, scenario.commitEverySeconds));

export function runPlant(scenario: Scenario, law: Law, { pollSeconds, seed }: Loop): Trace {
  const steps = Math.round(scenario.seconds / stepSeconds);
  const refreshSeconds = refreshOf(pollSeconds);
  const setpointSeconds = setpointOf(scenario, pollSeconds);
  const ageSeconds = scenario.sampleAge.polls * pollSeconds + scenario.sampleAge.seconds;
  const retention = retentionOf(scenario, setpointSeconds);

  const sample = (signal: Scenario["capacity"], stream: number) =>
    sampleSignal(signal, steps, stepSeconds, seeded(seed, stream));
  const capacity = sample(scenario.capacity, 4);
  const exogenous = sample(scenario.exogenous, 6);
  const failures = sample(scenario.failures, 8);
  for (const { from, to } of scenario.rebalances)
    capacity.fill(0, Math.round(from / stepSeconds), Math.round(to / stepSeconds));

  const population = populate(scenario, steps, stepSeconds, seed);
  const nominalCapacity = scenario.capacity.pieces[0]?.value ?? 0;
  const leased = scenario.leases || scenario.tenants.length > 0;
  const shares =
    scenario.tenants.length > 0 ? beginShares(population, scenario.seconds, refreshSeconds) : undefined;
  const queue = createQueue(steps, stepSeconds, retention);
  const broker = createBroker(scenario, queue, capacity, stepSeconds, pollSeconds, ageSeconds, seed);
  const producers = createProducers(
    population,
    scenario.producers,
    refreshSeconds,
    stepSeconds,
    seeded(seed, 3),
    leased ? { ttlSeconds, safeRate: nominalCapacity / 2 } : undefined,
    shares,
  );

  const { demand } = population;
  const { lag, lost, arrived } = queue;
  const [admitted, completed] = [new Float64Array(steps), new Float64Array(steps)];
  const failing = new Uint8Array(steps);
  let kept: unknown;
  const setup = (begunAt: number): LawSetup => ({
    begunAt,
    kept,
    pollSeconds,
    refreshSeconds,
    setpointSeconds,
    configuredSetpointSeconds: scenario.setpointSeconds,
    nominalCapacity,
    claims: population.claims,
    leased,
    retentionSeconds: retention.seconds,
    retentionMessages: retention.messages,
    truth: {
      stepSeconds,
      capacity,
      demand,
      exogenous,
      lag,
      arrived,
      held: producers.held,
      refreshAt: producers.refreshAt,
    },
  });

  let controller: Controller | undefined;
  let [now, admittedTotal, attemptedTotal, acked, failed, isFailing] = [0, 0, 0, 0, 0, false];
  const reportsOutcomes = scenario.failures.pieces.some(({ value }) => value > 0);
  const isEverKilled = scenario.away.killed.length > 0;
  const counted = () => controller?.counted?.(now) ?? { admitted: admittedTotal, attempted: attemptedTotal };
  const report = (): void => {
    const [whole, broken] = [Math.floor(acked), Math.floor(failed)];
    if (whole + broken > 0) controller?.outcomes?.(now, whole, broken);
    acked -= whole;
    failed -= broken;
  };

  for (let index = 0; index < steps; index += 1) {
    const t = index * stepSeconds;
    now = t;
    if (within(scenario.away.killed, t)) controller = undefined;
    else controller ??= law.begin(setup(t));

    const sends = producers.send(index, t, within(scenario.away.apart, t) ? undefined : controller);
    const came = (sends + (exogenous[index] ?? 0)) * stepSeconds;
    const done = queue.step(index, came, (capacity[index] ?? 0) * stepSeconds);
    admittedTotal += sends * stepSeconds;
    attemptedTotal += (demand[index] ?? 0) * stepSeconds;
    admitted[index] = sends;
    completed[index] = done / stepSeconds;

    broker.step(index, t, controller, counted, !within(scenario.away.cutOff, t));
    failed += done * (failures[index] ?? 0);
    acked += done * (1 - (failures[index] ?? 0));
    if (index % stepsPerSecond === stepsPerSecond - 1) {
      if (reportsOutcomes) report();
      if (isEverKilled) kept = controller?.keep?.() ?? kept;
    }
    if (index % stepsPerTick === 0) {
      const totals = counted();
      controller?.tick(t, totals.admitted, totals.attempted);
      isFailing = controller?.isFailing?.() ?? false;
    }
    failing[index] = isFailing ? 1 : 0;
  }
  return {
    stepSeconds,
    pollSeconds,
    refreshSeconds,
    ageSeconds,
    setpointSeconds,
    capacity,
    demand,
    admitted,
    exogenous,
    completed,
    lag,
    lost,
    failures,
    failing,
    shares,
  };
}

const within = (spans: readonly Span[], t: number): boolean => {
  for (const { from, to } of spans) if (t >= from && t < to) return true;
  return false;
};

const retentionOf = ({ retention }: Scenario, setpointSeconds: number) => ({
  seconds:
    retention.seconds ??
    (retention.setpoints === undefined ? undefined : retention.setpoints * setpointSeconds),
  messages: retention.messages,
});
