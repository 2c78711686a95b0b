/**
 * The answer to one attempt on a gate: it asks all of the gate's targets and charges all of them or none.
 * Failing beats busy; otherwise the longest wait is told, and the target that it comes from bound the attempt.
 */
import type { Decision } from "../decision.ts";
import type { Instant } from "../units.ts";
import { type Cell, charge, leak, waitMs } from "./cell.ts";

/** Whoever asks waits less than this before it sends; a longer wait is a refusal. */
export const longestDelayMs = 1000;

export interface Asked {
  readonly decision: Decision;
  readonly cell: Cell;
  /** What the claimant may send at; Infinity: nothing limits. */
  readonly rate: number;
}

export interface Ruling {
  readonly allowed: boolean;
  /** Milliseconds until the next cell; 0: at once. With `allowed`, wait it before sending. */
  readonly waitMs: number;
  /** Index into the targets asked: the one that bound the attempt. */
  readonly by: number;
  /** The targets' cells afterwards, in the order they were asked in. */
  readonly cells: readonly Cell[];
}

/**
 * Whether producers are told to stay away because consumers fail, or nothing can be seen; never because they are busy.
 * A probe passes at once or not at all: to queue them is to let them in together.
 */
const isRefusedOutright = ({ state, rate, mode }: Decision, wait: number): boolean =>
  mode === "enforce" && ((state === "failing" && wait > 0) || (state === "blind" && rate === 0));

/** `asked` is not empty. `canWait`: a short wait is a pass with a delay; else it is a refusal. */
export function rule(asked: readonly Asked[], at: Instant, cost: number, canWait: boolean): Ruling {
  const cells = asked.map((one) => leak(one.cell, at, enforcedRate(one)));
  let by = 0;
  let longest = -1;
  asked.forEach((one, index) => {
    const cell = cells[index];
    if (cell === undefined) return;
    const wait = waitMs(cell, enforcedRate(one));
    const rank = isRefusedOutright(one.decision, wait)
      ? Number.POSITIVE_INFINITY
      : Math.min(wait, Number.MAX_VALUE);
    if (rank > longest) {
      longest = rank;
      by = index;
    }
  });
  const allowed = longest <= 0 || (canWait && longest < longestDelayMs);
  return { allowed, waitMs: longest, by, cells: allowed ? cells.map((cell) => charge(cell, cost)) : cells };
}

/** What is enforced: in `observe` mode nothing is. */
const enforcedRate = ({ decision, rate }: Asked) =>
  decision.mode === "observe" || rate === Number.POSITIVE_INFINITY ? null : rate;
