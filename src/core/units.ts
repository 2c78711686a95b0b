/**
 * Units, in names: an `Instant` is milliseconds since the Unix epoch, durations end in `Ms`, lag and its
 * setpoint are in seconds and end in `Seconds`, rates are messages per second.
 */

/** Milliseconds since the Unix epoch, from the one clock that the caller passes in. */
export type Instant = number;

/** Messages per second. */
export type Rate = number;

export const secondsBetween = (from: Instant, to: Instant): number => (to - from) / 1000;

/** The number nearest to `value` within [`low`, `high`]; `high` wins where they cross. */
export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

/** Three significant digits at the most, for sentences: 0.42, 18.2, 430.7, 17290. */
export const brief = (value: number): string => {
  const size = Math.abs(value);
  const digits = size >= 1000 ? 0 : size >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
};
