/**
 * The modelled queue: a fluid that producers pour into, consumers drain and retention cuts, observed through
 * polls that are noisy, late and sometimes lost, and governed by a law.
 *
 *   lag ← lag + arrived − completed − lost;   completed = min(lag + arrived, capacity·h)
 *
 * Steps of 50 ms. Producers ask at staggered instants and hold what they were told until they ask again. The
 * messages leave in the order in which they came, so what is older than the retention is known exactly. What a
 * seed decides (noise, jitter, wander, who asks when) is the same for every law.
 */
import type { Law, Reading, Truth } from "./law.ts";
import { gaussian, seeded } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { sampleSignal } from "./signal.ts";

export const stepSeconds = 0.05;
const stepsPerTick = 5;
/** Consumers report their outcomes every second. */
const stepsPerReport = 20;

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
  const retentionSeconds =
    scenario.retention.seconds ??
    (scenario.retention.setpoints === undefined ? undefined : scenario.retention.setpoints * setpointSeconds);
  const retentionMessages = scenario.retention.messages;

  const pollRandom = seeded(seed, 1);
  const noiseRandom = gaussian(seeded(seed, 2));
  const producerRandom = seeded(seed, 3);
  const capacity = sampleSignal(scenario.capacity, steps, stepSeconds, seeded(seed, 4));
  const demand = sampleSignal(scenario.demand, steps, stepSeconds, seeded(seed, 5));
  const exogenous = sampleSignal(scenario.exogenous, steps, stepSeconds, seeded(seed, 6));
  const failures = sampleSignal(scenario.failures, steps, stepSeconds, seeded(seed, 8));
  const reportsOutcomes = scenario.failures.pieces.some(({ value }) => value > 0);
  for (const { from, to } of scenario.rebalances)
    capacity.fill(0, Math.round(from / stepSeconds), Math.round(to / stepSeconds));
  const rebalancingAt = (t: number) => scenario.rebalances.some(({ from, to }) => t >= from && t < to);

  const admitted = new Float64Array(steps);
  const completed = new Float64Array(steps);
  const lag = new Float64Array(steps);
  const lost = new Float64Array(steps);
  const failing = new Uint8Array(steps);
  const arrivedTotals = new Float64Array(steps);

  const { count, late, deaf } = scenario.producers;
  const held = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const told = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const obeysAt = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const refreshAt = new Float64Array(count);
  for (let i = 0; i < count; i += 1) refreshAt[i] = producerRandom() * refreshSeconds;

  const truth: Truth = {
    stepSeconds,
    capacity,
    demand,
    exogenous,
    lag,
    arrived: arrivedTotals,
    held,
    refreshAt,
  };
  const controller = law.begin({
    pollSeconds,
    refreshSeconds,
    setpointSeconds,
    configuredSetpointSeconds: scenario.setpointSeconds,
    nominalCapacity: scenario.capacity.pieces[0]?.value ?? 0,
    producers: count,
    retentionSeconds,
    retentionMessages,
    truth,
  });

  /** Polls on their way, oldest first; undefined: lost. */
  const due: { readonly at: number; readonly reading: Reading | undefined }[] = [];
  let pollAt = pollRandom() * pollSeconds;
  let [arrivedTotal, admittedTotal, attemptedTotal, leftTotal, completedTotal] = [0, 0, 0, 0, 0];
  let [committedCompleted, committedLeft, readOf] = [0, 0, -1];
  let [producedRead, consumedRead] = [0, 0];
  let commitAt = seeded(seed, 7)() * scenario.commitEverySeconds;
  let oldest = 0;
  let [acked, failed, isFailing] = [0, 0, false];

  const poll = (t: number, index: number): Reading => {
    const spread = scenario.noise * (capacity[index] ?? 0) * pollSeconds;
    // A counter never falls, however it is read; the same commit is read the same twice.
    producedRead = Math.max(producedRead, arrivedTotal + spread * noiseRandom());
    const consumedNoise = spread * noiseRandom();
    if (readOf !== committedCompleted) {
      consumedRead = Math.max(consumedRead, committedCompleted + consumedNoise);
      readOf = committedCompleted;
    }
    return {
      at: t,
      receivedAt: t + ageSeconds,
      lag: Math.max(0, arrivedTotal - committedLeft + spread * noiseRandom()),
      produced: scenario.counters.includes("produced") ? producedRead : undefined,
      consumed: scenario.counters.includes("consumed") ? consumedRead : undefined,
      admitted: admittedTotal,
      attempted: attemptedTotal,
      rebalancing: rebalancingAt(t),
    };
  };

  for (let index = 0; index < steps; index += 1) {
    const t = index * stepSeconds;
    const wants = (demand[index] ?? 0) / count;
    let sent = 0;
    for (let i = 0; i < count; i += 1) {
      if (t >= (refreshAt[i] ?? 0)) {
        const grant = controller.grant?.(t, i) ?? controller.rate() / count;
        refreshAt[i] = t + refreshSeconds * (0.9 + 0.1 * producerRandom());
        if (i >= deaf + late.count) {
          held[i] = grant;
        } else if (i >= deaf) {
          told[i] = grant;
          if (obeysAt[i] === Number.POSITIVE_INFINITY) obeysAt[i] = t + late.seconds;
        }
      }
      if (t >= (obeysAt[i] ?? 0)) {
        held[i] = told[i] ?? 0;
        obeysAt[i] = Number.POSITIVE_INFINITY;
      }
      sent += Math.min(wants, held[i] ?? 0);
    }
    sent *= stepSeconds;
    const came = sent + (exogenous[index] ?? 0) * stepSeconds;
    const before = arrivedTotal - leftTotal;
    const done = Math.min(before + came, (capacity[index] ?? 0) * stepSeconds);
    arrivedTotal += came;
    admittedTotal += sent;
    attemptedTotal += (demand[index] ?? 0) * stepSeconds;
    completedTotal += done;
    leftTotal += done;

    let gone = 0;
    if (retentionSeconds !== undefined) {
      while (oldest < index && t - oldest * stepSeconds > retentionSeconds) oldest += 1;
      const expired = oldest > 0 ? (arrivedTotals[oldest - 1] ?? 0) : 0;
      gone = Math.max(0, expired - leftTotal);
    }
    if (retentionMessages !== undefined) gone = Math.max(gone, arrivedTotal - leftTotal - retentionMessages);
    leftTotal += gone;

    arrivedTotals[index] = arrivedTotal;
    admitted[index] = sent / stepSeconds;
    completed[index] = done / stepSeconds;
    lost[index] = gone;
    lag[index] = arrivedTotal - leftTotal;

    if (t >= commitAt) {
      committedCompleted = completedTotal;
      committedLeft = leftTotal;
      commitAt += Math.max(stepSeconds, scenario.commitEverySeconds);
    }
    if (t >= pollAt) {
      const reading = poll(t, index);
      const isLost = pollRandom() < scenario.lostPolls;
      due.push({ at: t + ageSeconds, reading: isLost ? undefined : reading });
      pollAt += pollSeconds * (1 - scenario.jitter + 2 * scenario.jitter * pollRandom());
    }
    while (due[0] !== undefined && due[0].at <= t) {
      const arrived = due.shift()?.reading;
      if (arrived === undefined) controller.pollFailed(t);
      else controller.observed(arrived.receivedAt === t ? arrived : { ...arrived, receivedAt: t });
    }
    failed += done * (failures[index] ?? 0);
    acked += done * (1 - (failures[index] ?? 0));
    if (reportsOutcomes && index % stepsPerReport === stepsPerReport - 1) {
      const [whole, broken] = [Math.floor(acked), Math.floor(failed)];
      if (whole + broken > 0) controller.outcomes?.(t, whole, broken);
      acked -= whole;
      failed -= broken;
    }
    if (index % stepsPerTick === 0) {
      controller.tick(t, admittedTotal, attemptedTotal);
      isFailing = controller.isFailing?.() ?? false;
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
  };
}
