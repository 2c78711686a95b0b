/**
 * What consumers report of one target: each outcome counts once. A report that comes again (a lost answer, a
 * retry) is told by the message, its delivery and what became of it, within the last ten to twenty thousand
 * outcomes: two generations of at most ten thousand each, of which the older one is dropped when the newer is full.
 */
import type { TargetEvent } from "../core/controller/events.ts";
import { leastMessages } from "../core/controller/outcomes.ts";
import type { Instant } from "../core/units.ts";
import type { OutcomeCounts, ReportedOutcome } from "./board.ts";

const generation = 10_000;

export interface Outcomes {
  /** Since the daemon started. */
  readonly counts: OutcomeCounts;
  /** Of the last failure that named one. */
  readonly errorClass: string | undefined;
  /** The event of what is new among them; undefined where nothing is. */
  take(
    at: Instant,
    outcomes: readonly ReportedOutcome[],
  ): Extract<TargetEvent, { event: "outcomes" }> | undefined;
}

export function countOutcomes(): Outcomes {
  const counts = { acked: 0, failed: 0, deadLettered: 0, duplicates: 0 };
  let newer = new Set<number>();
  let older = new Set<number>();
  let errorClass: string | undefined;

  const isNew = (key: number): boolean => {
    if (newer.has(key) || older.has(key)) return false;
    if (newer.size >= generation) {
      older = newer;
      newer = new Set();
    }
    newer.add(key);
    return true;
  };

  return {
    counts,
    get errorClass() {
      return errorClass;
    },
    take(at, outcomes) {
      const report = { acked: 0, failed: 0, deadLettered: 0 };
      const failedIds = new Set<string>();
      for (const one of outcomes) {
        const message = `${one.part ?? ""} ${one.offset ?? ""} ${one.id}`;
        if (!isNew(hash(`${one.outcome} ${one.deliveries ?? ""} ${message}`))) {
          counts.duplicates += 1;
          continue;
        }
        report[one.outcome] += 1;
        counts[one.outcome] += 1;
        if (one.outcome === "acked") continue;
        if (failedIds.size < leastMessages) failedIds.add(message);
        errorClass = one.errorClass ?? errorClass;
      }
      const { acked, failed, deadLettered } = report;
      return acked + failed + deadLettered === 0
        ? undefined
        : { event: "outcomes", at, ...report, failedIds: [...failedIds] };
    },
  };
}

/**
 * 53 bits of the text, so that an identity takes as little room whatever its length: two lanes of FNV-1a, of which
 * the second has a multiplier of its own (that of Murmur3). Of twenty thousand, two are the same once in 10^7 windows.
 */
const hash = (text: string): number => {
  let one = 0x811c9dc5;
  let two = 0x9747b28c;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ code, 0xcc9e2d51);
    two ^= two >>> 15;
  }
  return (one >>> 0) * 2 ** 21 + (two >>> 11);
};
