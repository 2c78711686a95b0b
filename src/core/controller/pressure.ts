/**
 * Whether producers are held back: some were refused lately, or they use nearly all that they may, which is
 * how those look who pace themselves and are never refused.
 */
import { type Instant, type Rate, secondsBetween } from "../units.ts";

export interface Pressure {
  readonly at: Instant;
  readonly admitted: number | undefined;
  readonly attempted: number | undefined;
  /** Messages per second let in, smoothed over two seconds; absent while nobody counts. */
  readonly admittedRate: Rate | undefined;
  /** When somebody was refused last. */
  readonly refusedAt: Instant | undefined;
}

const smoothingSeconds = 2;
const fullShare = 0.9;
/** A refusal holds its claim for so long: whoever was refused is waiting meanwhile. */
const refusedForMs = 5000;

export const beginPressure = (at: Instant): Pressure => ({
  at,
  admitted: undefined,
  attempted: undefined,
  admittedRate: undefined,
  refusedAt: undefined,
});

/** `admitted` and `attempted` are totals; absent where they are not counted. */
export function stepPressure(
  pressure: Pressure,
  at: Instant,
  admitted: number | undefined,
  attempted: number | undefined,
): Pressure {
  const elapsed = secondsBetween(pressure.at, at);
  if (elapsed <= 0) return pressure;
  const { admitted: admittedBefore, attempted: attemptedBefore } = pressure;
  if (admitted === undefined || admittedBefore === undefined) {
    return { ...pressure, at, admitted, attempted, admittedRate: undefined };
  }
  const rate = Math.max(0, admitted - admittedBefore) / elapsed;
  const share = 1 - Math.exp(-elapsed / smoothingSeconds);
  const unmet =
    attempted !== undefined &&
    attemptedBefore !== undefined &&
    attempted - attemptedBefore > admitted - admittedBefore;
  return {
    at,
    admitted,
    attempted,
    admittedRate: (pressure.admittedRate ?? 0) + share * (rate - (pressure.admittedRate ?? 0)),
    refusedAt: unmet ? at : pressure.refusedAt,
  };
}

/** `inflow` stands in for what was let in where nobody counts that. */
export function areHeldBack(
  pressure: Pressure,
  at: Instant,
  rate: Rate | null,
  inflow: Rate | undefined,
): boolean {
  if (rate === null) return false;
  const refused = pressure.refusedAt !== undefined && at - pressure.refusedAt < refusedForMs;
  return refused || (pressure.admittedRate ?? inflow ?? 0) > fullShare * rate;
}
