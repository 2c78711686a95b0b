/**
 * The offset: a slow mean of lag − (arrivals − completions), the constant that counters leave open.
 *
 *   d = lag − (arrivals − completions) − offset;   s² from differences of successive readings
 *   |d| > max(jump, 8·s)                           messages lost, a rewind: taken at once; while few readings tell
 *                                                  the noise, only where the next one says the same
 *   else                                           offset += max(1/n, 0.05)·d
 */
export interface Offset {
  readonly value: number;
  /** Since the last jump. */
  readonly readings: number;
  readonly variance: number;
  /** Readings behind the variance. */
  readonly differences: number;
  readonly lastReading: number;
}

const leastGain = 0.05;
const jumpAt = 8;
const knownReadings = 6;

export const beginOffset = (value: number): Offset => ({
  value,
  readings: 1,
  variance: 0,
  differences: 0,
  lastReading: value,
});

/** Of arrivals that are told from completions and lag: nothing is open, and nothing was read. */
export const noOffset: Offset = { ...beginOffset(0), readings: 0 };

/** What a reading may be off by; more while few were seen. */
export const noiseOf = (variance: number, differences: number): number =>
  2 * Math.sqrt(variance) * (1 + 8 / Math.max(1, differences) ** 2);

/** Taken afresh, with the noise that is known. */
export const rebaseOffset = (offset: Offset, reading: number): Offset => ({
  ...offset,
  value: reading,
  readings: 1,
  lastReading: reading,
});

/** `reading`: lag − (arrivals − completions) of one sample; `jump`: what is too much for noise, in messages. */
export function stepOffset(offset: Offset, reading: number, jump: number): Offset {
  const error = reading - offset.value;
  const change = reading - offset.lastReading;
  const isKnown = offset.differences >= knownReadings;
  const isLarge = Math.abs(error) > Math.max(jump, isKnown ? jumpAt * Math.sqrt(offset.variance) : 0);
  const repeats = Math.abs(change) < 0.25 * Math.abs(error);
  if (isLarge && (repeats || isKnown)) return rebaseOffset(offset, reading);
  const readings = offset.readings + 1;
  const differences = offset.differences + 1;
  return {
    value: offset.value + Math.max(1 / readings, leastGain) * error,
    readings,
    variance: offset.variance + Math.max(1 / differences, leastGain) * (change ** 2 / 2 - offset.variance),
    differences,
    lastReading: reading,
  };
}
