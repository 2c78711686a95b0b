/**
 * What consumers report of their work, over a span of time that slides: counts in a few buckets, each a tenth of
 * the span.
 *
 *   failures   the greater of failed and deadLettered, since a message's last failure may be told as both
 *   outcomes   acked + failures
 *   messages   distinct ones among the failures, as far as they are told apart; counting stops at three
 */
import type { Instant } from "../units.ts";

/** What was reported at once. */
export interface Report {
  readonly acked: number;
  readonly failed: number;
  readonly deadLettered: number;
  /** Distinct messages among the failures, a few; absent where unknown, and then each failure is one of its own. */
  readonly failedIds?: readonly string[];
}

export interface Bucket {
  /** Its beginning. */
  readonly at: Instant;
  /** The last report that failures were in; absent without any. */
  readonly failedAt?: Instant | undefined;
  readonly acked: number;
  readonly failed: number;
  readonly deadLettered: number;
  readonly failedIds: readonly string[];
  /** Failures of messages that nobody named. */
  readonly unnamed: number;
}

/** Oldest first. */
export type Buckets = readonly Bucket[];

/** Failures of fewer messages than this are those of poison messages, not of the consumers. */
export const leastMessages = 3;
const bucketsInSpan = 10;

const emptyBucket = (at: Instant): Bucket => ({
  at,
  acked: 0,
  failed: 0,
  deadLettered: 0,
  failedIds: [],
  unnamed: 0,
});

/** Three distinct ones of both are as good as all. */
const someOf = (ids: readonly string[], more: readonly string[] | undefined): readonly string[] =>
  more === undefined || more.length === 0 || ids.length >= leastMessages
    ? ids
    : [...new Set([...ids, ...more])].slice(0, leastMessages);

export const failuresOf = ({ failed, deadLettered }: { failed: number; deadLettered: number }): number =>
  Math.max(failed, deadLettered);

/** Adds to the newest bucket, or begins one. */
export function addReport(buckets: Buckets, spanMs: number, at: Instant, report: Report): Buckets {
  const failures = failuresOf(report);
  if (report.acked + failures === 0) return buckets;
  const kept = buckets.filter((bucket) => bucket.at > at - spanMs);
  const last = kept.at(-1);
  const goesOn = last !== undefined && at - last.at < spanMs / bucketsInSpan;
  const bucket = goesOn ? last : emptyBucket(at);
  return [
    ...(goesOn ? kept.slice(0, -1) : kept),
    {
      at: bucket.at,
      acked: bucket.acked + report.acked,
      failed: bucket.failed + report.failed,
      deadLettered: bucket.deadLettered + report.deadLettered,
      failedIds: someOf(bucket.failedIds, report.failedIds),
      unnamed: bucket.unnamed + (report.failedIds === undefined ? failures : 0),
      failedAt: failures > 0 ? at : bucket.failedAt,
    },
  ];
}

/** What a span of time adds up to. */
export interface Tally {
  readonly acked: number;
  readonly failures: number;
  readonly outcomes: number;
  readonly messages: number;
  /** From the first failure to the last. */
  readonly failingForMs: number;
}

export function tally(buckets: Buckets, spanMs: number, at: Instant): Tally {
  let [acked, failed, deadLettered, unnamed] = [0, 0, 0, 0];
  let ids: readonly string[] = [];
  let first: Instant | undefined;
  let last: Instant | undefined;
  for (const bucket of buckets) {
    if (bucket.at <= at - spanMs) continue;
    acked += bucket.acked;
    failed += bucket.failed;
    deadLettered += bucket.deadLettered;
    unnamed += bucket.unnamed;
    ids = someOf(ids, bucket.failedIds);
    if (bucket.failedAt === undefined) continue;
    first ??= bucket.at;
    last = bucket.failedAt;
  }
  const failures = failuresOf({ failed, deadLettered });
  return {
    acked,
    failures,
    outcomes: acked + failures,
    messages: Math.min(leastMessages, ids.length + unnamed),
    failingForMs: first === undefined || last === undefined ? 0 : last - first,
  };
}
