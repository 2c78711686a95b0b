/**
 * The queue itself, a fluid in steps of h:
 *
 *   lag ← lag + arrived − completed − lost;   completed = min(lag + arrived, capacity·h)
 *
 * Messages leave in the order in which they came, so what is older than the retention is known exactly.
 */
export interface Retention {
  readonly seconds: number | undefined;
  readonly messages: number | undefined;
}

export interface Queue {
  /** By step, in messages: in the line at its end, deleted unread in it, arrived until its end. */
  readonly lag: Float64Array;
  readonly lost: Float64Array;
  readonly arrived: Float64Array;
  /** Messages since the start: completed, and out of the line one way or the other. */
  readonly completedTotal: () => number;
  readonly leftTotal: () => number;
  /** Takes in what came in a step; answers what was completed. */
  step(index: number, came: number, able: number): number;
}

export function createQueue(steps: number, stepSeconds: number, { seconds, messages }: Retention): Queue {
  const lag = new Float64Array(steps);
  const lost = new Float64Array(steps);
  const arrived = new Float64Array(steps);
  let [arrivedTotal, leftTotal, completedTotal, oldest] = [0, 0, 0, 0];

  const expired = (index: number): number => {
    if (seconds === undefined) return 0;
    while (oldest < index && (index - oldest) * stepSeconds > seconds) oldest += 1;
    return oldest > 0 ? Math.max(0, (arrived[oldest - 1] ?? 0) - leftTotal) : 0;
  };

  return {
    lag,
    lost,
    arrived,
    completedTotal: () => completedTotal,
    leftTotal: () => leftTotal,
    step(index, came, able) {
      const done = Math.min(arrivedTotal - leftTotal + came, able);
      arrivedTotal += came;
      completedTotal += done;
      leftTotal += done;
      const beyond = messages === undefined ? 0 : arrivedTotal - leftTotal - messages;
      const gone = Math.max(0, expired(index), beyond);
      leftTotal += gone;
      arrived[index] = arrivedTotal;
      lost[index] = gone;
      lag[index] = arrivedTotal - leftTotal;
      return done;
    },
  };
}
