/**
 * Plain steps: the last one whose `above` lag has passed holds until lag is below its `below`. The value is in
 * the unit that the policy names; unknown changes nothing.
 */
import type { ThresholdStep } from "../settings.ts";
import type { Rate } from "../units.ts";

/** How many of the steps are in force: 0 none, n the first n. */
export function stepThresholds(
  steps: readonly ThresholdStep[],
  inForce: number,
  value: number | undefined,
): number {
  if (value === undefined) return Math.min(inForce, steps.length);
  let next = Math.min(inForce, steps.length);
  while (next > 0 && value < (steps[next - 1]?.below ?? 0)) next -= 1;
  while (next < steps.length && value > (steps[next]?.above ?? Number.POSITIVE_INFINITY)) next += 1;
  return next;
}

/** The rate of the step in force; null where there is none. */
export const thresholdRate = (steps: readonly ThresholdStep[], inForce: number): Rate | null =>
  steps[inForce - 1]?.rate ?? null;
