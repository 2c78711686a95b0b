/**
 * Whether consumers get on, as samples show it from outside: since when they have not, though there was a backlog
 * all along, and in how many polls they have.
 *
 *   moved     the consumed counter rose, or consumers reported work done; without a counter: lag fell
 *   excused   there is next to nothing to do, or nobody looked for more than three polls: time begins anew
 *   unsettled the group was, at some look of the standstill, rebalancing, empty, or in a state that nobody knows
 */
import type { GroupState } from "../observation.ts";
import type { Instant } from "../units.ts";

/** One sample, as far as progress goes. */
export interface Look {
  readonly at: Instant;
  readonly lagMessages: number;
  readonly consumedTotal: number | undefined;
  readonly consumers: number | undefined;
  readonly groupState: GroupState;
  /** There is enough to do that consumers must show progress. */
  readonly hasWork: boolean;
  /** Consumers reported work done since the last look. */
  readonly acked: boolean;
}

export interface Progress {
  readonly look: Look;
  /** The counter, when it was told last. */
  readonly toldTotal: number | undefined;
  /** The last instant at which consumers moved or had an excuse: they stand still since. */
  readonly stillSince: Instant;
  readonly unsettled: boolean;
  /** The last instant at which a consumer was connected, or had an excuse. */
  readonly desertedSince: Instant;
  /** Polls that showed progress, without one between them that showed a standstill. */
  readonly moves: number;
  /** The last instant at which there was something left to do. */
  readonly behindAt: Instant;
}

/** Nobody looked for so long that what happened meanwhile is no evidence. */
export const isGap = (from: Instant, to: Instant, pollMs: number): boolean => to - from > 3 * pollMs;

export const beginProgress = (look: Look): Progress => ({
  look,
  toldTotal: look.consumedTotal,
  stillSince: look.at,
  unsettled: !isSettled(look),
  desertedSince: look.at,
  moves: 0,
  behindAt: look.at,
});

/** With nothing known of the group, a consumer is taken to be there: nothing says that it is not. */
const isSettled = ({ consumers, groupState }: Look): boolean =>
  consumers !== undefined && consumers > 0 && (groupState === "stable" || groupState === "unknown");

export function stepProgress(progress: Progress, look: Look, pollMs: number): Progress {
  const before = progress.look;
  if (look.at <= before.at) return progress;
  if (isGap(before.at, look.at, pollMs)) return beginProgress(look);
  const moved = hasMoved(progress, look);
  const excused = moved || !look.hasWork;
  const nobody = look.consumers === 0;
  return {
    look,
    toldTotal: look.consumedTotal ?? progress.toldTotal,
    stillSince: excused ? look.at : progress.stillSince,
    unsettled: !isSettled(look) || (!excused && progress.unsettled),
    desertedSince: excused || !nobody ? look.at : progress.desertedSince,
    moves: moved ? progress.moves + 1 : look.lagMessages > 0 ? 0 : progress.moves,
    behindAt: look.lagMessages > 0 ? look.at : progress.behindAt,
  };
}

const hasMoved = (
  { look: before, toldTotal }: Progress,
  { lagMessages, consumedTotal, acked }: Look,
): boolean =>
  acked ||
  (consumedTotal === undefined
    ? lagMessages < before.lagMessages
    : toldTotal !== undefined && consumedTotal > toldTotal);
