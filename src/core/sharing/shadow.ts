/**
 * What enforcing a decision would have done to an attempt that passes because the target only observes: a cell of
 * its own, charged by those attempts alone that it would have let in.
 */
import type { Instant, Rate } from "../units.ts";
import { longestDelayMs } from "./admission.ts";
import { type Cell, charge, leak, waitMs } from "./cell.ts";

export interface Shadow {
  readonly refused: boolean;
  readonly cell: Cell;
}

/** `rate`: that of the decision; `canWait` as in an attempt. */
export function shadow(cell: Cell, rate: Rate | null, at: Instant, cost: number, canWait: boolean): Shadow {
  const leaked = leak(cell, at, rate);
  const wait = waitMs(leaked, rate);
  const refused = wait > 0 && !(canWait && wait < longestDelayMs);
  return { refused, cell: refused ? leaked : charge(leaked, cost) };
}
