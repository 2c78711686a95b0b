/**
 * The generic cell rate algorithm, kept in messages instead of time, so that a change of the rate changes how
 * long is still to wait for what is owed.
 *
 *   owed(t)  falls at `rate`, never below 0
 *   burst    = max(1, 100 ms of the rate)
 *   free     when owed ≤ burst − 1; a pass of any cost then adds its cost to what is owed
 *   wait     (owed − (burst − 1)) / rate
 *
 * With the rate constant this is the virtual scheduling form of ITU-T I.371, annex A, with emission interval
 * 1/rate and tolerance (burst − 1)/rate.
 */
import { type Instant, type Rate, secondsBetween } from "../units.ts";

export interface Cell {
  readonly at: Instant;
  /** Messages let in and not yet paid for by the passing of time. */
  readonly owed: number;
}

const burstSeconds = 0.1;

export const burstOf = (rate: Rate): number => Math.max(1, burstSeconds * rate);

/** The cell as it stands at `at`; a clock that goes back changes nothing. null: nothing limits. */
export const leak = (cell: Cell, at: Instant, rate: Rate | null): Cell =>
  rate === null
    ? { at, owed: 0 }
    : at <= cell.at
      ? cell
      : { at, owed: Math.max(0, cell.owed - rate * secondsBetween(cell.at, at)) };

/** Milliseconds until the next pass, for a cell as it stands; Infinity where the rate is 0. */
export function waitMs(cell: Cell, rate: Rate | null): number {
  if (rate === null) return 0;
  const excess = cell.owed - (burstOf(rate) - 1);
  if (rate === 0) return Number.POSITIVE_INFINITY;
  return excess <= 0 ? 0 : (1000 * excess) / rate;
}

export const charge = (cell: Cell, cost: number): Cell => ({ ...cell, owed: cell.owed + cost });
