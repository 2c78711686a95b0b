/**
 * What tells busy consumers from failing ones: outcomes as they are reported, over a longer span and a short one,
 * and progress as samples show it.
 */
import type { Outcomes } from "../observation.ts";
import type { Instant } from "../units.ts";
import { addConsumed, addReport, type Buckets, type Report } from "./outcomes.ts";
import { beginProgress, type Look, type Progress, stepProgress } from "./progress.ts";

export interface Evidence {
  readonly longer: Buckets;
  readonly recent: Buckets;
  /** Of the last observation that told totals; what was reported since then may be among the next ones. */
  readonly totals: Outcomes | undefined;
  readonly sinceTotals: Required<Outcomes>;
  /** Work was reported done since the last look. */
  readonly acked: boolean;
  /** Absent before the first sample. */
  readonly progress: Progress | undefined;
}

const nothing: Required<Outcomes> = { acked: 0, failed: 0, deadLettered: 0 };

export const beginEvidence = (): Evidence => ({
  longer: [],
  recent: [],
  totals: undefined,
  sinceTotals: nothing,
  acked: false,
  progress: undefined,
});

export const withoutOutcomes = (evidence: Evidence): Evidence =>
  evidence.longer.length === 0 ? evidence : { ...evidence, longer: [], recent: [] };

/** What was seen so far is of the past; progress is to be shown from `at` on. */
export const renewEvidence = (evidence: Evidence, at: Instant): Evidence => ({
  ...withoutOutcomes(evidence),
  acked: false,
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
  acked: evidence.acked || report.acked > 0,
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
export const noteReported = (evidence: Evidence, { acked, failed, deadLettered }: Report): Evidence => {
  const { sinceTotals } = evidence;
  return {
    ...evidence,
    sinceTotals: {
      acked: sinceTotals.acked + acked,
      failed: sinceTotals.failed + failed,
      deadLettered: sinceTotals.deadLettered + deadLettered,
    },
  };
};

export function addLook(
  evidence: Evidence,
  pollMs: number,
  at: Instant,
  look: Omit<Look, "acked">,
): { readonly evidence: Evidence; readonly consumed: number } {
  const { progress, acked } = evidence;
  const seen: Look = { ...look, acked };
  const before = progress?.look.consumedTotal;
  const consumed =
    before === undefined || look.consumedTotal === undefined ? 0 : Math.max(0, look.consumedTotal - before);
  return {
    consumed,
    evidence: {
      ...evidence,
      longer: addConsumed(evidence.longer, longerSpanMs(pollMs), at, consumed),
      recent: addConsumed(evidence.recent, recentSpanMs(pollMs), at, consumed),
      acked: false,
      progress: progress === undefined ? beginProgress(seen) : stepProgress(progress, seen, pollMs),
    },
  };
}
