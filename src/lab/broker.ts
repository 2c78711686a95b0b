/** What a broker tells of the queue: as of the last commit, noisy, late, and now and then not at all. */
import type { Controller, Reading } from "./law.ts";
import type { Queue } from "./queue.ts";
import { gaussian, seeded } from "./random.ts";
import type { Scenario } from "./scenario.ts";

export interface Broker {
  /** Consumers commit, polls are begun and their answers arrive. `watcher`: who polls; undefined: nobody. */
  step(
    index: number,
    t: number,
    watcher: Controller | undefined,
    counted: () => Counted,
    reached: boolean,
  ): void;
}

/** Totals of the governed producers, as whoever governs them counts them. */
export interface Counted {
  readonly admitted: number;
  readonly attempted: number;
}

export function createBroker(
  scenario: Scenario,
  queue: Queue,
  capacity: Float64Array,
  stepSeconds: number,
  pollSeconds: number,
  ageSeconds: number,
  seed: number,
): Broker {
  const { noise, jitter, lostPolls, counters, commitEverySeconds, rebalances } = scenario;
  const pollRandom = seeded(seed, 1);
  const noiseRandom = gaussian(seeded(seed, 2));
  const tells = { produced: counters.includes("produced"), consumed: counters.includes("consumed") };
  /** Polls on their way, oldest first; undefined: lost. */
  const due: { readonly at: number; readonly reading: Reading | undefined }[] = [];
  let pollAt = pollRandom() * pollSeconds;
  let commitAt = seeded(seed, 7)() * commitEverySeconds;
  let [committedCompleted, committedLeft, readOf] = [0, 0, -1];
  let [producedRead, consumedRead] = [0, 0];

  const read = (index: number, t: number, counted: Counted): Reading => {
    const arrived = queue.arrived[index] ?? 0;
    const spread = noise * (capacity[index] ?? 0) * pollSeconds;
    // A counter never falls, however it is read; the same commit is read the same twice.
    producedRead = Math.max(producedRead, arrived + spread * noiseRandom());
    const consumedNoise = spread * noiseRandom();
    if (readOf !== committedCompleted) {
      consumedRead = Math.max(consumedRead, committedCompleted + consumedNoise);
      readOf = committedCompleted;
    }
    return {
      at: t,
      receivedAt: t + ageSeconds,
      lag: Math.max(0, arrived - committedLeft + spread * noiseRandom()),
      produced: tells.produced ? producedRead : undefined,
      consumed: tells.consumed ? consumedRead : undefined,
      ...counted,
      rebalancing: rebalances.some(({ from, to }) => t >= from && t < to),
    };
  };

  return {
    step(index, t, watcher, counted, reached) {
      if (t >= commitAt) {
        committedCompleted = queue.completedTotal();
        committedLeft = queue.leftTotal();
        commitAt += Math.max(stepSeconds, commitEverySeconds);
      }
      if (t >= pollAt) {
        const reading = read(index, t, counted());
        const isLost = pollRandom() < lostPolls || !reached;
        if (watcher !== undefined) due.push({ at: t + ageSeconds, reading: isLost ? undefined : reading });
        pollAt += pollSeconds * (1 - jitter + 2 * jitter * pollRandom());
      }
      if (watcher === undefined) due.length = 0;
      while (due[0] !== undefined && due[0].at <= t) {
        const reading = due.shift()?.reading;
        if (reading === undefined) watcher?.pollFailed(t);
        else watcher?.observed({ ...reading, receivedAt: t });
      }
    },
  };
}
