/**
 * Lag in seconds, by the first of these that makes sense:
 *
 *   rate          lag / capacity of busy consumers, else lag / present drain. Not while consumers stand still, and
 *                 by the present drain only where it completed at least a message while it was watched: a message
 *                 an hour says nothing of how long the next one waits
 *   interpolated  how long ago the message arrived that is completed next, from the history of arrivals; never
 *                 further back than that goes
 *   unknown       rather than nonsense
 */
import type { LagSeconds } from "../assessment.ts";
import type { Reading } from "../observation.ts";
import type { Rate } from "../units.ts";
import { type Arrivals, secondsBehind } from "./arrivals.ts";

export interface SecondsEvidence {
  readonly arrivals: Arrivals;
  /** Messages per second completed at present, and while consumers are busy; absent where unknown. */
  readonly drain?: Rate | undefined;
  readonly capacity?: Rate | undefined;
  /** How long the drain was watched. */
  readonly watchedSeconds: number;
  /** Nothing was completed over the last polls, with a backlog. */
  readonly stalled: boolean;
}

/** A backlog of more than this at the present rates is no estimate any more. */
export const mostSeconds = 30 * 86_400;

export const lagSecondsOf = (lag: Reading, evidence: SecondsEvidence): LagSeconds => {
  if (lag.quality === "unknown" || lag.quality === "stale") return { quality: "unknown" };
  const { quality } = lag;
  const rate = credibleRate(evidence);
  if (rate !== undefined && lag.value / rate <= mostSeconds) {
    return { quality, seconds: lag.value / rate, method: "rate" };
  }
  const seconds = lag.value === 0 ? 0 : secondsBehind(evidence.arrivals, lag.value);
  return seconds === undefined ? { quality: "unknown" } : { quality, seconds, method: "interpolated" };
};

const credibleRate = ({ drain, capacity, watchedSeconds, stalled }: SecondsEvidence): Rate | undefined => {
  if (stalled || drain === 0) return undefined;
  if (capacity !== undefined && capacity > 0) return capacity;
  return drain !== undefined && drain * watchedSeconds >= 1 ? drain : undefined;
};
