/**
 * When the first message will be deleted unread, at the present rates. Two budgets:
 *
 *   time T   A message is deleted when it is T old. The one at the head of the line is a old and is completed now; the
 *            last one is new and is completed when the line before it is: L/μ from now. What stands between them is
 *            completed t from now at an age of a + (L/μ − a)·t/(L/μ), near enough. So the first that comes too late is
 *              now                             where a ≥ T
 *              (T − a)/(1 − a·μ/L)             where L/μ > T
 *              T + (T·μ − L)/(λ − μ)           where the line grows: one that is yet to come
 *            and consumers that stand still lose the head of the line in T − a
 *   size M   The oldest goes when there are more than M: (M − L)/(λ − μ), where the line grows
 *
 * Which messages are lost by age no producer can change any more; those that are to come, it can.
 */
import type { Rate } from "../units.ts";
import { mostSeconds } from "./seconds.ts";

export interface LossEvidence {
  readonly lagMessages: number;
  /** How old the message is that is completed next; absent where nothing tells. */
  readonly oldestSeconds?: number | undefined;
  readonly inflow?: Rate | undefined;
  readonly drain?: Rate | undefined;
  /** T, and M; absent where there is no such limit or none is known. */
  readonly retentionSeconds?: number | undefined;
  readonly retentionMessages?: number | undefined;
}

/** Seconds from now; undefined where nothing will be lost, or what would tell is unknown. */
export function timeToLoss(evidence: LossEvidence): number | undefined {
  const { lagMessages, drain, inflow, retentionSeconds, retentionMessages } = evidence;
  const growth = inflow === undefined || drain === undefined ? 0 : inflow - drain;
  const bySize =
    retentionMessages === undefined
      ? undefined
      : lagMessages >= retentionMessages
        ? 0
        : growth > 0
          ? (retentionMessages - lagMessages) / growth
          : undefined;
  const byTime = retentionSeconds === undefined ? undefined : lossByAge(evidence, retentionSeconds, growth);
  const first = Math.min(bySize ?? Number.POSITIVE_INFINITY, byTime ?? Number.POSITIVE_INFINITY);
  return first <= mostSeconds ? first : undefined;
}

function lossByAge(
  { lagMessages, oldestSeconds, drain }: LossEvidence,
  retentionSeconds: number,
  growth: Rate,
): number | undefined {
  if (lagMessages <= 0 || drain === undefined) return undefined;
  const wait = drain > 0 ? lagMessages / drain : Number.POSITIVE_INFINITY;
  const age = oldestSeconds ?? (drain > 0 ? wait : 0);
  if (age >= retentionSeconds) return 0;
  if (wait > retentionSeconds) return (retentionSeconds - age) / (1 - age / wait);
  return growth > 0 ? retentionSeconds + (retentionSeconds * drain - lagMessages) / growth : undefined;
}
