/** What the observations of a target add up to: its lag, and the rates that its counters tell, as one assessment. */
import type { Assessment, Basis, Status } from "../assessment.ts";
import { clamp, type Rate, secondsBetween } from "../units.ts";
import { secondsBehind } from "./arrivals.ts";
import { timeToLoss } from "./loss.ts";
import { lagSecondsOf, mostSeconds } from "./seconds.ts";
import type { LagState } from "./target.ts";
import { type LagPoint, trendOf } from "./trend.ts";

/** Messages per second, as far as they are known. What is no rate (negative, not finite) counts as unknown. */
export interface KnownRates {
  /** What completions are told from. */
  readonly basis?: Basis | undefined;
  readonly inflow?: Rate | undefined;
  readonly exogenousInflow?: Rate | undefined;
  /** Completed at present. */
  readonly drain?: Rate | undefined;
  /** Completed while consumers are busy. */
  readonly capacity?: Rate | undefined;
}

/** Cheap: it is asked at each tick, and passes the parts on as they are. */
export const assess = (state: LagState, rates: KnownRates = {}): Assessment => {
  const { lag, points, sample, covers, held, delayed, lost, consumers, groupState } = state;
  const inflow = rateOf(rates.inflow);
  const exogenousInflow = rateOf(rates.exogenousInflow);
  const drain = rateOf(rates.drain);
  const capacity = rateOf(rates.capacity);
  const isCurrent = lag.quality === "fresh" || lag.quality === "approximate";
  const stalled = isStalled(points);
  const status = isCurrent ? statusOf(points, stalled, capacity ?? drain) : "unknown";
  const { retentionMs, retentionMessages, oldestAgeMs } = state;
  const timeToLossSeconds = isCurrent
    ? timeToLoss({
        lagMessages: lag.value,
        oldestSeconds:
          oldestAgeMs === undefined ? secondsBehind(state.arrivals, lag.value) : oldestAgeMs / 1000,
        inflow,
        drain: stalled ? 0 : drain,
        retentionSeconds: retentionMs === undefined ? undefined : retentionMs / 1000,
        retentionMessages,
      })
    : undefined;
  const timeToDrainSeconds = isCurrent && !stalled ? timeToDrain(lag.value, inflow, drain) : undefined;
  return {
    ...(sample && { at: sample.at }),
    status,
    lag: {
      quality: lag.quality,
      ...(lag.quality !== "unknown" && { messages: lag.value }),
      seconds: lagSecondsOf(lag, {
        // A place in the history is told from its end: that has to be of the same instant as the lag.
        arrivals: sample?.producedTotal === undefined ? [] : state.arrivals,
        drain,
        capacity,
        watchedSeconds: spanOf(points),
        stalled,
      }),
      trend: isCurrent ? trendOf(points) : "unknown",
      covers,
    },
    ...(held !== undefined && { held }),
    ...(delayed !== undefined && { delayed }),
    lost,
    ...(rates.basis !== undefined && { basis: rates.basis }),
    ...(inflow !== undefined && { inflow }),
    ...(exogenousInflow !== undefined && { exogenousInflow }),
    ...(drain !== undefined && { drain }),
    ...(capacity !== undefined && { capacity }),
    ...(timeToDrainSeconds !== undefined && { timeToDrainSeconds }),
    ...(timeToLossSeconds !== undefined && { timeToLossSeconds }),
    ...((retentionMs !== undefined || retentionMessages !== undefined) && {
      retention: {
        ...(retentionMs !== undefined && { seconds: retentionMs / 1000 }),
        ...(retentionMessages !== undefined && { messages: retentionMessages }),
      },
    }),
    ...(consumers !== undefined && { consumers }),
    groupState,
    parts: state.assessments,
  };
};

const rateOf = (rate: Rate | undefined): Rate | undefined =>
  rate !== undefined && rate >= 0 && Number.isFinite(rate) ? rate : undefined;

const spanOf = (points: readonly LagPoint[]): number => {
  const first = points[0];
  const last = points.at(-1);
  return first && last ? secondsBetween(first.at, last.at) : 0;
};

/** Polls without progress that make a stall. */
const stallPolls = 3;

/** There was a backlog all along the last three polls, and none of it was completed. */
const isStalled = (points: readonly LagPoint[]): boolean => {
  const last = points.slice(-stallPolls - 1);
  const consumed = last[0]?.consumed;
  return (
    last.length > stallPolls &&
    consumed !== undefined &&
    last.every((point) => point.lag > 0 && point.consumed === consumed)
  );
};

/**
 * A backlog of more than one poll's work in each of the last three samples keeps consumers busy; less than that
 * may be what is on its way through them, or waits to be committed. Where no rate is known, any backlog counts.
 */
const statusOf = (points: readonly LagPoint[], stalled: boolean, rate: Rate | undefined): Status => {
  const recent = points.slice(-stallPolls);
  const least = Math.min(...recent.map(({ lag }) => lag));
  if (points.at(-1)?.lag === 0) return sawTraffic(points) ? "keepingUp" : "idle";
  if (stalled) return "stalled";
  const pollSeconds = clamp(spanOf(recent) / Math.max(1, recent.length - 1), 0.5, 10);
  return least > (rate ?? 0) * pollSeconds ? "behind" : "keepingUp";
};

const sawTraffic = (points: readonly LagPoint[]): boolean => {
  const first = points[0];
  const last = points.at(-1);
  return points.some(({ lag }) => lag > 0) || first?.produced !== last?.produced;
};

/** A backlog that shrinks by less than this share of the drain does not shrink. */
const shrinkShare = 0.001;

const timeToDrain = (lag: number, inflow: Rate | undefined, drain: Rate | undefined): number | undefined => {
  if (lag === 0) return 0;
  if (inflow === undefined || drain === undefined || drain - inflow <= shrinkShare * drain) return undefined;
  const seconds = lag / (drain - inflow);
  return seconds <= mostSeconds ? seconds : undefined;
};
