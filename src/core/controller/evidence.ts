/**
 * What tells busy consumers from failing ones: outcomes as they are reported, over a longer span and a short one,
 * and progress as samples show it.
 */
import type { Outcomes } from "../observation.ts";
import type { Instant } from "../units.ts";
import { addReport, type Buckets, failuresOf, type Report, type Tally } from "./outcomes.ts";
import { beginProgress, type Look, type Progress, stepProgress } from "./progress.ts";

export interface Evidence {
  readonly longer: Buckets;
  readonly recent: Buckets;
  /** Of the last observation that told totals; what was reported since then may be among the next ones. */
  readonly totals: Outcomes | undefined;
  readonly sinceTotals: Required<Outcomes>;
  /** What was reported since the last look. */
  readonly sinceLook: Required<Outcomes>;
  readonly work: Work;
  /** Absent before the first sample. */
  readonly progress: Progress | undefined;
}

/** What was reported from look to look, and what the consumed counter moved by between the same; fading. */
interface Work {
  readonly acked: number;
  readonly failures: number;
  readonly consumed: number;
}

const nothing: Required<Outcomes> = { acked: 0, failed: 0, deadLettered: 0 };

export const beginEvidence = (): Evidence => ({
  longer: [],
  recent: [],
  totals: undefined,
  sinceTotals: nothing,
  sinceLook: nothing,
  work: { acked: 0, failures: 0, consumed: 0 },
  progress: undefined,
});

export const withoutOutcomes = (evidence: Evidence): Evidence =>
  evidence.longer.length === 0 ? evidence : { ...evidence, longer: [], recent: [] };

/** What was seen so far is of the past; progress is to be shown from `at` on. */
export const renewEvidence = (evidence: Evidence, at: Instant): Evidence => ({
  ...withoutOutcomes(evidence),
  progress: evidence.progress && {
    ...evidence.progress,
    stillSince: at,
    unsettled: false,
    desertedSince: at,
    moves: 0,
    behindAt: at,
  },
});

/** A change of speed shows in the longer span late, where much went well before; then the short one tells. */
export const longerSpanMs = (pollMs: number): number => Math.max(30_000, 3 * pollMs);
export const recentSpanMs = (pollMs: number): number => Math.max(2000, 1.5 * pollMs);

export const addOutcomes = (evidence: Evidence, pollMs: number, at: Instant, report: Report): Evidence => ({
  ...evidence,
  longer: addReport(evidence.longer, longerSpanMs(pollMs), at, report),
  recent: addReport(evidence.recent, recentSpanMs(pollMs), at, report),
  sinceLook: sumOf(evidence.sinceLook, report),
});

const sumOf = (a: Required<Outcomes>, b: Report): Required<Outcomes> => ({
  acked: a.acked + b.acked,
  failed: a.failed + b.failed,
  deadLettered: a.deadLettered + b.deadLettered,
});

/** By so much the totals of `next` exceed what is known already. The first ones, and one that was reset, tell nothing. */
export function newOutcomes(evidence: Evidence, next: Outcomes): Report {
  const rise = (of: keyof Outcomes): number =>
    Math.max(0, (next[of] ?? 0) - (evidence.totals?.[of] ?? next[of] ?? 0) - evidence.sinceTotals[of]);
  return { acked: rise("acked"), failed: rise("failed"), deadLettered: rise("deadLettered") };
}

export const noteTotals = (evidence: Evidence, totals: Outcomes): Evidence => ({
  ...evidence,
  totals: { ...evidence.totals, ...totals },
  sinceTotals: nothing,
});

/** What was reported at once may be among the totals of the next observation. */
export const noteReported = (evidence: Evidence, report: Report): Evidence => ({
  ...evidence,
  sinceTotals: sumOf(evidence.sinceTotals, report),
});

/** A fresh sample, of an instant `look.at`. */
export function addLook(evidence: Evidence, pollMs: number, look: Omit<Look, "acked">): Evidence {
  const { progress, sinceLook, work } = evidence;
  const seen: Look = { ...look, acked: sinceLook.acked > 0 };
  const before = progress?.look ?? seen;
  const kept = 0.5 ** ((look.at - before.at) / workHalvesInMs(pollMs));
  const consumed =
    before.consumedTotal === undefined || look.consumedTotal === undefined
      ? 0
      : Math.max(0, look.consumedTotal - before.consumedTotal);
  return {
    ...evidence,
    sinceLook: nothing,
    work: {
      acked: kept * work.acked + sinceLook.acked,
      failures: kept * work.failures + failuresOf(sinceLook),
      consumed: kept * work.consumed + consumed,
    },
    progress: progress === undefined ? beginProgress(seen) : stepProgress(progress, seen, pollMs),
  };
}

const workHalvesInMs = (pollMs: number): number => Math.max(10_000, 3 * pollMs);

/**
 * Of what was told, the share that failed; 0 without any. Where consumers report nothing but failures, of what they
 * complete: an ack a minute ago says that they do report what they complete.
 */
export function failedShare({ acked, failures }: Tally, { work, sinceLook }: Evidence): number {
  if (failures === 0) return 0;
  if (acked > 0 || work.acked >= 1) return failures / (acked + failures);
  const failed = work.failures + failuresOf(sinceLook);
  return failed / Math.max(failed, work.consumed, 1);
}

/** Fewer outcomes than this say nothing of what consumers do. */
const leastOutcomes = 20;
/** Where the counter moves by more than so many times what is reported, only a part is reported. */
const wholeShare = 1.5;

/**
 * Of what the consumed counter counts, the share that is work done. Work that fails is none, where it advances the
 * counter all the same: where that moves by more than what was acked and half of what failed.
 */
export function usefulShare({ work: { acked, failures, consumed } }: Evidence): number {
  const outcomes = acked + failures;
  const advances = consumed > acked + failures / 2 && consumed <= wholeShare * outcomes;
  return advances && outcomes >= leastOutcomes ? acked / outcomes : 1;
}
