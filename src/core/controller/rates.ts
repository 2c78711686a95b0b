/**
 * What the counters tell: how fast messages come and go, what consumers can do, and how long the line is now.
 *
 *   capacity μ     what consumers can do (capacity.ts)
 *   exogenous λx   arrivals beside what was admitted here
 *   offset         a slow mean of lag − (arrivals − completions) (offset.ts)
 *   L₀             arrivals − completions + offset, each filtered: three noisy readings made one. They are
 *                  reconciled first: of what does not add up, a third is taken for the noise of each
 *   L̂(t)           max(0, L₀ + admitted since the sample − (μ − λx)·elapsed)
 */
import type { Basis } from "../assessment.ts";
import type { TargetSettings } from "../settings.ts";
import { type Instant, type Rate, secondsBetween } from "../units.ts";
import { cadenceSeconds } from "./cadence.ts";
import { beginCapacity, type Capacity, stepCapacity } from "./capacity.ts";
import { type Delays, delaysOf } from "./delays.ts";
import {
  awaitReading,
  beginFilter,
  type CounterFilter,
  positionAt,
  rebaseFilter,
  stepFilter,
  type Tuning,
} from "./filter.ts";
import { beginOffset, noiseOf, noOffset, type Offset, rebaseOffset, stepOffset } from "./offset.ts";

/** One fresh sample. Totals only ever rise; `admitted` is what had been let in when the sample was taken. */
export interface Sample {
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly lagMessages: number;
  readonly producedTotal: number | undefined;
  /** Counted, or told otherwise: see `basis`. */
  readonly consumedTotal: number | undefined;
  readonly admittedTotal: number | undefined;
  /** What completions are told from. */
  readonly basis: Basis;
  /** The broker says that its counts are not exact. */
  readonly isApproximate: boolean;
  /** A counter began again: the totals lack what it counted since the sample before. */
  readonly isReset?: true;
}

export interface Rates {
  readonly sample: Sample;
  /** What consumers complete at present; absent without a counter. */
  readonly drain: CounterFilter | undefined;
  /** What arrives, from all producers. */
  readonly inflow: CounterFilter | undefined;
  readonly capacity: Capacity | undefined;
  /** What arrives beside what was admitted; absent while admissions are not counted. */
  readonly exogenous: CounterFilter | undefined;
  /** Slow mean of lag − (arrivals − completions). */
  readonly offset: Offset | undefined;
  /** Intervals between samples so far. */
  readonly intervals: number;
  /** What a reading of lag may be off by, in messages, as far as the samples before the last one told. */
  readonly lagNoise: number;
  /** How old samples usually are on arrival. */
  readonly ageSeconds: number;
  /** When completions were told last. */
  readonly toldAt: Instant;
  /** Of before a restart: what was let in since is not known, so the next sample is of another track. */
  readonly isResumed?: boolean;
}

/** From so many readings on a speed is no longer mostly noise. */
const settledReadings = 4;
/** From so many readings on the offset is no longer mostly noise. */
const settledOffset = 3;
/** Of the lag that is held: more than this at once is no noise. */
const jumpShare = 0.25;
/** What a reading may be off by at the least, of the messages of one interval. */
const noiseShare = 0.04;
const approximateNoiseShare = 0.1;
/** What is held by lag alone is held wider. */
const lagAloneWidth = 1.5;
const breakAt = 4;
/** Admissions reach the broker late and in bursts: only a larger surprise is a change of others' inflow. */
const exogenousBreakAt = 6;
/** After a gap of more than this many polls a filter keeps its speed and takes its position afresh. */
const gapPolls = 6;

/**
 * Where they are not counted, told from completions and lag, from the origin that they were counted from before. Where
 * they were told in that way alone, a first count is of no use until completions tell how the origins differ.
 */
const arrivalsOf = (
  { producedTotal, consumedTotal, lagMessages }: Sample,
  offset: Offset | undefined,
): number | undefined =>
  consumedTotal === undefined
    ? isUnread(offset)
      ? undefined
      : producedTotal
    : (producedTotal ?? consumedTotal + lagMessages - (offset?.value ?? 0));

const isUnread = (offset: Offset | undefined): boolean => offset?.readings === 0;

const ageOf = (sample: Sample): number => Math.max(0, secondsBetween(sample.at, sample.receivedAt));

export function beginRates(sample: Sample): Rates {
  const { at, consumedTotal } = sample;
  const arrivals = arrivalsOf(sample, undefined);
  const begin = (z: number | undefined) => (z === undefined ? undefined : beginFilter(at, z));
  return {
    sample,
    drain: begin(consumedTotal),
    inflow: begin(arrivals),
    capacity: consumedTotal === undefined ? undefined : beginCapacity(at, consumedTotal),
    exogenous: sample.admittedTotal === undefined ? undefined : begin(arrivals),
    offset: followOffset(undefined, sample, 0),
    intervals: 0,
    lagNoise: 0,
    ageSeconds: ageOf(sample),
    toldAt: at,
  };
}

/**
 * Arrivals, completions and lag say two things in three readings. What does not add up is noise, a third of it in
 * each; but where it is a jump (messages lost, a rewind), or the offset is not known better than that.
 */
function reconcile(sample: Sample, offset: Offset | undefined, jump: number) {
  const { producedTotal, consumedTotal } = sample;
  const told = { arrivals: arrivalsOf(sample, offset), completions: consumedTotal };
  if (producedTotal === undefined || consumedTotal === undefined) return told;
  if (offset === undefined || offset.readings < settledOffset || sample.isReset) return told;
  const error = offsetOf(sample, producedTotal, consumedTotal) - offset.value;
  return Math.abs(error) > jump
    ? told
    : { arrivals: producedTotal + error / 3, completions: consumedTotal - error / 3 };
}

const offsetOf = (sample: Sample, arrivals: number, completions: number): number =>
  sample.lagMessages - (arrivals - completions);

function followOffset(offset: Offset | undefined, sample: Sample, jump: number): Offset | undefined {
  const { producedTotal, consumedTotal } = sample;
  if (consumedTotal === undefined) return offset;
  // Arrivals that are told from completions and lag say nothing of it.
  if (producedTotal === undefined) return offset ?? noOffset;
  const reading = offsetOf(sample, producedTotal, consumedTotal);
  if (offset === undefined || isUnread(offset)) return beginOffset(reading);
  return sample.isReset ? rebaseOffset(offset, reading) : stepOffset(offset, reading, jump);
}

/** With the counter that it does not tell, where the other one and lag do, by the offset there was. */
function filledIn(sample: Sample, offset: Offset | undefined): Sample {
  const { basis, producedTotal, consumedTotal, lagMessages, isReset } = sample;
  if (basis !== "counters" || consumedTotal !== undefined || producedTotal === undefined) return sample;
  return offset === undefined || isUnread(offset) || isReset
    ? sample
    : { ...sample, consumedTotal: Math.max(0, producedTotal - lagMessages + offset.value) };
}

/** Takes in the next sample. One that is not newer than the last changes nothing. */
export function stepRates(rates: Rates, told: Sample, delays: Delays): Rates {
  const sample = filledIn(told, rates.offset);
  const { at, consumedTotal } = sample;
  const h = secondsBetween(rates.sample.at, at);
  if (h <= 0) return rates;
  if (sample.basis !== rates.sample.basis) return beginRates(sample);

  const isGap = rates.isResumed || sample.isReset || h > gapPolls * delays.sampleSeconds;
  const isFirstCount = isUnread(rates.offset) && sample.producedTotal !== undefined;
  const follow = (
    filter: CounterFilter | undefined,
    z: number | undefined,
    input: number,
    tuning: Tuning,
    isAfresh = isGap,
  ): CounterFilter | undefined =>
    z === undefined
      ? filter
      : filter === undefined
        ? beginFilter(at, z)
        : isAfresh
          ? rebaseFilter(filter, at, z)
          : stepFilter(filter, at, z, input, tuning);

  const lagNoise = lagNoiseOf(rates);
  const share = sample.isApproximate ? approximateNoiseShare : noiseShare;
  const tuningFor = (rate: Rate, surprises: number): Tuning => ({
    noiseFloor: share * rate * h,
    breakAt: surprises,
  });
  const scale = Math.max(
    speed(rates.capacity?.filter),
    speed(rates.drain),
    0.1 * (rates.capacity?.peak ?? 0),
  );
  const jump = jumpShare * delays.setpointSeconds * scale;
  const { arrivals, completions } = reconcile(sample, rates.offset, jump);
  const admitted = admittedBetween(rates.sample, sample.admittedTotal);
  const drain = follow(rates.drain, consumedTotal, 0, tuningFor(speed(rates.drain), breakAt));
  const inflow = follow(
    rates.inflow,
    arrivals,
    0,
    tuningFor(speed(rates.inflow), breakAt),
    isGap || isFirstCount,
  );
  const capacity =
    consumedTotal === undefined
      ? rates.capacity
      : rates.capacity === undefined
        ? beginCapacity(at, consumedTotal)
        : stepCapacity(rates.capacity, {
            at,
            seconds: h,
            toldSeconds: rates.sample.consumedTotal === undefined ? secondsBetween(rates.toldAt, at) : h,
            consumedTotal,
            completions,
            startLag: rates.sample.lagMessages,
            endLag: sample.lagMessages,
            lagNoise,
            admitted,
            arrived: differenceOf(rates.sample.producedTotal, sample.producedTotal),
            drain: drain !== undefined && drain.n >= settledReadings ? speed(drain) : 0,
            isGap,
            isCounter: sample.basis === "counters" && told.consumedTotal !== undefined,
            noiseShare: share,
          });
  const exogenous =
    admitted === undefined
      ? sample.admittedTotal === undefined || arrivals === undefined
        ? undefined
        : beginFilter(at, arrivals)
      : arrivals === undefined
        ? rates.exogenous && awaitReading(rates.exogenous, at, admitted)
        : follow(
            rates.exogenous,
            arrivals,
            admitted,
            tuningFor(scale, exogenousBreakAt),
            isGap || isFirstCount,
          );

  return {
    sample,
    drain,
    inflow,
    capacity,
    exogenous: exogenous && { ...exogenous, v: Math.max(0, exogenous.v) },
    offset: followOffset(rates.offset, told, jump),
    intervals: rates.intervals + 1,
    lagNoise,
    ageSeconds: rates.ageSeconds + 0.2 * (ageOf(sample) - rates.ageSeconds),
    toldAt: told.consumedTotal === undefined ? rates.toldAt : at,
  };
}

const speed = (filter: CounterFilter | undefined): Rate => Math.max(0, filter?.v ?? 0);

/** What was let in since the sample; undefined while that is not counted. */
const admittedBetween = (sample: Sample, admittedTotal: number | undefined): number | undefined =>
  differenceOf(sample.admittedTotal, admittedTotal);

const differenceOf = (before: number | undefined, now: number | undefined): number | undefined =>
  before === undefined || now === undefined ? undefined : Math.max(0, now - before);

/** The delays of a target, as far as its samples have told them. */
export const delaysFor = (settings: TargetSettings, rates: Rates | undefined): Delays =>
  delaysOf(
    settings,
    rates?.ageSeconds ?? 0,
    cadenceSeconds(rates?.capacity?.cadence),
    rates?.sample.basis === "lag" ? lagAloneWidth : 1,
  );

/** What a reading of lag may be off by, in messages. Lag that completions are told from shows it in those. */
const lagNoiseOf = ({ offset, drain, sample: { basis } }: Rates): number =>
  basis === "counters"
    ? offset === undefined
      ? 0
      : noiseOf(offset.variance, offset.differences)
    : drain === undefined
      ? 0
      : noiseOf(drain.variance, drain.readings);

export interface ToldRates {
  /** What completions are told from. */
  readonly basis?: Basis;
  readonly inflow?: Rate;
  readonly drain?: Rate;
  /** Absent until consumers were seen busy. */
  readonly capacity?: Rate;
  readonly exogenousInflow?: Rate;
}

/** The rates as far as they are known: a rate takes two samples. */
export function tellRates(rates: Rates): ToldRates {
  const { basis } = rates.sample;
  if (rates.intervals === 0) return { basis };
  return {
    basis,
    ...(rates.inflow && { inflow: speed(rates.inflow) }),
    ...(rates.drain && { drain: speed(rates.drain) }),
    ...(rates.capacity && rates.capacity.busyIntervals > 0 && { capacity: speed(rates.capacity.filter) }),
    ...(rates.exogenous && { exogenousInflow: speed(rates.exogenous) }),
  };
}

/** L̂: the lag at `at`, in messages, given all that was admitted by then. */
export function predictLag(rates: Rates, at: Instant, admittedTotal: number | undefined): number {
  const { sample, offset } = rates;
  const elapsed = Math.max(0, secondsBetween(sample.at, at));
  const arrivals = rates.exogenous ?? rates.inflow;
  const completions = rates.capacity?.filter;
  const lag =
    arrivals === undefined || completions === undefined || offset === undefined
      ? sample.lagMessages
      : Math.max(0, positionAt(arrivals, sample.at) + offset.value - positionAt(completions, sample.at));
  const admitted = admittedBetween(sample, admittedTotal) ?? 0;
  return Math.max(0, lag + admitted + (speed(arrivals) - speed(completions)) * elapsed);
}
