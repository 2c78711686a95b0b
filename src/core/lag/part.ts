/**
 * Reading the lag of one part right, or saying that it is not known:
 *
 *   lag = end − max(committed, logStart)
 *
 * What stands in the way of it, by number; test/core/lag/part.test.ts proves each in one table.
 *
 *   L1  new log       The topic's id changed, or a fresh end fell: recreated or cut. Nothing that was known of the
 *                     former log holds. Where either id is unknown, only the fall tells.
 *   L2  not read      End or commit is absent or stale (no leader, say): the last lag stands, stale. It does not
 *                     shrink by the one of the two that moved on.
 *   L3  no commit     A commit of -1: lag is unknown, never end − 0; only an empty log has lag 0 all the same.
 *   L4  beyond end    Commits are read before ends, so a commit beyond a fresh end is no position in this log: lag
 *                     is unknown until the group commits within it. Except where it is only skew of the reading
 *                     (the commit moved on and the end did not fall, or either is approximate): then lag is 0,
 *                     approximately. At first sight nothing tells the two apart, and it is unknown.
 *   L5  lost          A commit below the log's start: what lies between was deleted unread. It is counted once,
 *                     and lag counts from the log's start.
 *   L6  markers only  The commit is past the last record that is a message: lag is 0. For this `lastRecord` has
 *                     to be fresh, for a message written since would be missed.
 *   L7  held          highWatermark − end is behind an open transaction: beside lag, never in it. High watermarks
 *                     come at a slower pace; an old one is too low, so held is a lower bound and never negative.
 *   L8  compacted     Offsets over-count messages: said by a flag.
 *   L9  never negative
 *   L10 increments    What was produced and consumed since the last poll that knew both ends of the lag, in the
 *                     same log. A part that is new, recreated, or was without a position adds nothing at first; one
 *                     that was not read for a while catches up. A commit that goes back is no negative consumption
 *                     (what is read again counts again), and what was lost is not consumed.
 *
 * Only parts whose lag is known add increments, so that produced − consumed moves as lag does.
 */
import { type PartAssessment, type PartFlag, partFlags } from "../assessment.ts";
import { known, type PartObservation, type Quality, type Value, worse } from "../observation.ts";
import { countOf, currentCountOf, qualityOf } from "./count.ts";

/** What is remembered of a part between polls. Plain data; offsets are of the present log. */
export interface PartState {
  readonly assessment: PartAssessment;
  readonly topicId?: string | undefined;
  readonly compacted?: boolean | undefined;
  readonly logStart?: number | undefined;
  readonly highWatermark?: number | undefined;
  readonly end?: number | undefined;
  readonly committed?: number | undefined;
  /** Where the group stands: the offset that `end` is compared with. Absent where it stands nowhere. */
  readonly position?: number | undefined;
  /** Offsets below this were read or are counted as lost. */
  readonly passed: number;
}

export interface PartStep {
  readonly state: PartState;
  /** Whether the poll told end and commit, or that there is no commit (else L2). */
  readonly read: boolean;
  /** Messages that arrived since the last poll that knew; never negative. */
  readonly produced: number;
  /** Messages that were completed since the last poll that knew; never negative. */
  readonly consumed: number;
  /** Messages that were deleted unread, as found by this poll. */
  readonly lost: number;
}

/** What the rules up to L6 say of a part. */
type Verdict =
  | { readonly kind: "notRead"; readonly lag: number | undefined }
  | { readonly kind: "nowhere"; readonly flag: PartFlag }
  | {
      readonly kind: "placed";
      readonly position: number;
      readonly lag: number;
      readonly lost: number;
      readonly quality: Quality;
      readonly flag?: PartFlag;
    };

const noCommit = -1;

/** The commit that this poll read; `noCommit` where there is none; undefined where it was not read. */
const currentCommit = (value: Value | undefined): number | undefined => {
  const committed = known(value);
  return committed !== undefined && committed < 0 ? noCommit : currentCountOf(value);
};

const greater = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b);

/** L1. An approximate end may waver, so its fall tells nothing. */
const isNewLog = (previous: PartState, observed: PartObservation, end: number | undefined): boolean =>
  (previous.topicId !== undefined &&
    observed.topicId !== undefined &&
    previous.topicId !== observed.topicId) ||
  (previous.end !== undefined &&
    end !== undefined &&
    end < previous.end &&
    qualityOf(observed.end) === "fresh");

/** A log's start never goes back, nor beyond the end: one that does is of another log or another instant. */
const logStartOf = (before: PartState | undefined, observed: PartObservation): number | undefined => {
  const logStart = countOf(observed.logStart);
  const end = countOf(observed.end) ?? before?.end;
  return greater(
    before?.logStart,
    logStart !== undefined && end !== undefined && logStart > end ? undefined : logStart,
  );
};

/** L2. With no last lag to stand by, what the observation says of old values is better than nothing. */
const lastLag = (
  before: PartState | undefined,
  observed: PartObservation,
  logStart: number | undefined,
): number | undefined => {
  if (before?.assessment.lag !== undefined) return before.assessment.lag;
  const end = countOf(observed.end);
  const committed = countOf(observed.committed);
  return end === undefined || committed === undefined
    ? undefined
    : Math.max(0, end - Math.max(committed, logStart ?? 0));
};

/** L4: whether a commit beyond the end is only that the two were not read at one instant. */
const isSkew = (before: PartState | undefined, committed: number, quality: Quality): boolean =>
  quality !== "fresh" ||
  (before?.end !== undefined && before.committed !== undefined && committed > before.committed);

/** L2 to L6. */
const judge = (
  before: PartState | undefined,
  observed: PartObservation,
  end: number | undefined,
  logStart: number | undefined,
): Verdict => {
  const committed = currentCommit(observed.committed);
  if (committed === noCommit) {
    return end !== undefined && end === logStart
      ? { kind: "placed", position: end, lag: 0, lost: 0, quality: qualityOf(observed.end), flag: "noCommit" }
      : { kind: "nowhere", flag: "noCommit" };
  }
  if (end === undefined || committed === undefined) {
    return { kind: "notRead", lag: lastLag(before, observed, logStart) };
  }
  const quality = worse(qualityOf(observed.end), qualityOf(observed.committed));
  if (committed > end) {
    return isSkew(before, committed, quality)
      ? { kind: "placed", position: end, lag: 0, lost: 0, quality: "approximate" }
      : { kind: "nowhere", flag: "recreated" };
  }
  const start = Math.min(logStart ?? 0, end);
  if (committed < start) {
    const lost = Math.max(0, start - Math.max(committed, before?.passed ?? 0));
    return { kind: "placed", position: start, lag: end - start, lost, quality, flag: "messagesLost" };
  }
  const lastRecord = qualityOf(observed.lastRecord) === "fresh" ? countOf(observed.lastRecord) : undefined;
  if (lastRecord !== undefined && committed > lastRecord && committed < end) {
    return { kind: "placed", position: committed, lag: 0, lost: 0, quality, flag: "markersOnly" };
  }
  return { kind: "placed", position: committed, lag: end - committed, lost: 0, quality };
};

const bitOf = (flag: PartFlag): number => 1 << partFlags.indexOf(flag);

/** All sets of flags, by their bits: many thousands of parts share a few. */
const flagSets: readonly (readonly PartFlag[])[] = Array.from({ length: 1 << partFlags.length }, (_, bits) =>
  partFlags.filter((flag) => (bits & bitOf(flag)) !== 0),
);

const bits = {
  recreated: bitOf("recreated"),
  leaderless: bitOf("leaderless"),
  compacted: bitOf("compacted"),
  held: bitOf("held"),
} as const;

const assessmentOf = (
  part: string,
  lag: number | undefined,
  held: number | undefined,
  lost: number,
  quality: Quality,
  flags: readonly PartFlag[],
): PartAssessment => {
  const assessment: { -readonly [K in keyof PartAssessment]: PartAssessment[K] } = {
    part,
    lost,
    quality,
    flags,
  };
  if (lag !== undefined) assessment.lag = lag;
  if (held !== undefined) assessment.held = held;
  return assessment;
};

const sameAssessment = (a: PartAssessment, b: PartAssessment): boolean =>
  a.lag === b.lag &&
  a.held === b.held &&
  a.lost === b.lost &&
  a.quality === b.quality &&
  a.flags === b.flags &&
  a.part === b.part;

const sameState = (a: PartState, b: PartState): boolean =>
  a.assessment === b.assessment &&
  a.topicId === b.topicId &&
  a.compacted === b.compacted &&
  a.logStart === b.logStart &&
  a.highWatermark === b.highWatermark &&
  a.end === b.end &&
  a.committed === b.committed &&
  a.position === b.position &&
  a.passed === b.passed;

/**
 * One poll of one part. `previous` is the state that the last poll left, undefined for a part not seen before.
 * A part that did not change keeps its state object, so that a cluster at rest costs no memory.
 */
export const assessPart = (previous: PartState | undefined, observed: PartObservation): PartStep => {
  const end = currentCountOf(observed.end);
  const isNew = previous !== undefined && isNewLog(previous, observed, end);
  const before = isNew ? undefined : previous;
  const logStart = logStartOf(before, observed);
  const highWatermark = greater(before?.highWatermark, countOf(observed.highWatermark));
  const compacted = observed.compacted ?? before?.compacted;
  const verdict = judge(before, observed, end, logStart);

  const placed = verdict.kind === "placed" ? verdict : undefined;
  const notRead = verdict.kind === "notRead";
  const found = placed?.lost ?? 0;
  const lag = verdict.kind === "nowhere" ? undefined : verdict.lag;
  const quality = placed?.quality ?? (lag === undefined ? "unknown" : "stale");
  const held =
    end === undefined
      ? before?.assessment.held
      : highWatermark === undefined
        ? undefined
        : Math.max(0, highWatermark - end);
  const flags =
    (verdict.kind !== "notRead" && verdict.flag !== undefined ? bitOf(verdict.flag) : 0) |
    (isNew ? bits.recreated : 0) |
    (end === undefined ? bits.leaderless : 0) |
    (compacted ? bits.compacted : 0) |
    (held ? bits.held : 0);

  const assessment = assessmentOf(
    observed.part,
    lag,
    held,
    (previous?.assessment.lost ?? 0) + found,
    quality,
    flagSets[flags] ?? [],
  );
  const committed = currentCommit(observed.committed);
  const state: PartState = {
    assessment:
      previous && sameAssessment(previous.assessment, assessment) ? previous.assessment : assessment,
    topicId: observed.topicId ?? before?.topicId,
    compacted,
    logStart,
    highWatermark,
    // Unread, the last pair of end and position stays, for the increments to go on from.
    end: notRead ? before?.end : greater(before?.end, end),
    committed: notRead ? before?.committed : committed === noCommit ? undefined : committed,
    position: notRead ? before?.position : placed?.position,
    passed: Math.max(before?.passed ?? 0, placed?.position ?? 0),
  };

  const counts = placed !== undefined && before?.position !== undefined;
  return {
    state: previous && sameState(previous, state) ? previous : state,
    read: !notRead,
    produced: counts ? Math.max(0, (end ?? 0) - (before.end ?? 0)) : 0,
    consumed: counts ? Math.max(0, placed.position - before.position - found) : 0,
    lost: found,
  };
};
