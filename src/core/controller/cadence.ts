/**
 * How often consumers commit, as a counter shows it that stands still between commits and then catches up.
 *
 *   still      an interval in which the counter moved by less than a twentieth of what it was to move, with
 *              lag to do
 *   proof      a move after a standstill that makes up for most of it: work went on, unseen
 *   cadence    once proven, the slow mean of the time between moves: Pe = max(poll, cadence); forgotten after 200
 *              moves without a standstill
 *
 * A standstill of a counter that is known to be stepped tells nothing until it has lasted 2.5 cadences, nor does the
 * first empty interval. The counter is then of an instant up to one cadence ago (or up to the last look, where that
 * was sooner), so the work done by now is half of that further on the average.
 */
import { type Instant, type Rate, secondsBetween } from "../units.ts";

export interface Cadence {
  /** The sample in which the counter was seen to move last, and where it was. */
  readonly movedAt: Instant;
  readonly total: number;
  /** Samples since then. */
  readonly stillSamples: number;
  /** Mean seconds between moves. */
  readonly moveSeconds: number;
  /** Messages per second over the last moves, standstills between them included. */
  readonly speed: Rate;
  /** Moves seen so far, and those since the last standstill. */
  readonly moves: number;
  readonly runOfMoves: number;
  /** Standstills were seen to end in catching up. */
  readonly stepped: boolean;
}

const stillShare = 0.05;
const caughtUpShare = 0.4;
const atOnce = 1.6;
/** More than this in one go is no catching up: consumers have become faster. */
const mostShare = 2.5;
/** So many moves without a standstill, and the counter runs. */
const runningMoves = 200;
const speedGain = 0.2;
const cadenceGain = 0.1;
/** Of fewer messages than this in an interval nothing is to be concluded. */
const leastMessages = 4;
const patience = 2.5;
const longestCommitSeconds = 30;
const knownMoves = 2;
/** What clients commit by when nobody chose, and a little more. */
const usualCommitSeconds = 6;

export const beginCadence = (at: Instant, total: number): Cadence => ({
  movedAt: at,
  total,
  stillSamples: 0,
  moveSeconds: 0,
  speed: 0,
  moves: 0,
  runOfMoves: 0,
  stepped: false,
});

/** `hasWork`: there was lag all along. */
export function stepCadence(
  cadence: Cadence,
  at: Instant,
  total: number,
  intervalSeconds: number,
  hasWork: boolean,
): Cadence {
  const moved = total - cadence.total;
  const expected = cadence.speed * intervalSeconds;
  const isStill = moved === 0 || (expected >= leastMessages && moved < stillShare * expected);
  if (hasWork && isStill) return { ...cadence, stillSamples: cadence.stillSamples + 1 };
  const gap = secondsBetween(cadence.movedAt, at);
  const proven = hasWork && cadence.moves > 0 && catchesUp(cadence, at, total, intervalSeconds);
  const runOfMoves = cadence.stillSamples > 0 ? 0 : cadence.runOfMoves + 1;
  const stepped = proven || (cadence.stepped && runOfMoves < runningMoves);
  // What is no backlog's pace tells nothing of commits.
  const counts = proven || (hasWork && stepped && gap < 10 * Math.max(cadence.moveSeconds, intervalSeconds));
  const mean = (before: number, now: number, gain: number) =>
    before === 0 ? now : before + gain * (now - before);
  return {
    movedAt: at,
    total,
    stillSamples: 0,
    // The first standstill that is proven lasted until the sample before, at the least.
    moveSeconds: !stepped
      ? 0
      : !counts
        ? cadence.moveSeconds
        : cadence.moveSeconds === 0
          ? gap - intervalSeconds
          : mean(cadence.moveSeconds, gap, cadenceGain),
    speed: gap > 0 ? mean(cadence.speed, moved / gap, speedGain) : cadence.speed,
    moves: cadence.moves + 1,
    runOfMoves,
    stepped,
  };
}

/**
 * Whether a move after a standstill makes up for it: after one empty interval, for two fifths of the time since; after
 * more, for more than could be done in the last interval alone.
 */
export const catchesUp = (cadence: Cadence, at: Instant, total: number, intervalSeconds: number): boolean => {
  if (cadence.stillSamples === 0) return false;
  if (cadence.moves === 0) return total > cadence.total;
  const moved = total - cadence.total;
  const expected = cadence.speed * secondsBetween(cadence.movedAt, at);
  const least =
    cadence.stillSamples === 1 ? caughtUpShare * expected : atOnce * cadence.speed * intervalSeconds;
  return expected >= leastMessages && moved > least && moved < mostShare * expected;
};

/** Seconds between commits, where they are seen to be apart; 0 where the counter runs. */
export const cadenceSeconds = (cadence: Cadence | undefined): number =>
  cadence?.stepped ? cadence.moveSeconds : 0;

/**
 * Whether the present standstill is no more than the wait for a commit. A counter that has hardly moved yet is given
 * the time that commits may take.
 */
export const awaitsCommit = (cadence: Cadence, at: Instant, intervalSeconds: number): boolean => {
  if (cadence.stillSamples === 0) return false;
  const still = secondsBetween(cadence.movedAt, at);
  if (cadence.moves < knownMoves) return still <= longestCommitSeconds;
  if (cadence.stillSamples === 1 && (cadence.stepped || intervalSeconds <= usualCommitSeconds)) return true;
  return cadence.stepped && still <= patience * cadence.moveSeconds;
};
