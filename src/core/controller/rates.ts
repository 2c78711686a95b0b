/**
 * What the counters tell: how fast messages come and go, what consumers can do, and how long the line is now.
 *
 *   capacity μ     drain while consumers are busy. An interval with less than half a second of lag at either
 *                  end had consumers with time to spare: it shows μ only from below, so μ may only rise by it
 *   exogenous λx   arrivals beside what was admitted here
 *   L₀             arrivals − completions + offset, each filtered: three noisy readings made one
 *   L̂(t)           max(0, L₀ + admitted since the sample − (μ − λx)·elapsed)
 */
import { type Instant, type Rate, secondsBetween } from "../units.ts";
import type { Delays } from "./delays.ts";
import { beginFilter, type CounterFilter, rebaseFilter, stepFilter, type Tuning } from "./filter.ts";

/** One fresh sample. Totals only ever rise; `admitted` is what had been let in when the sample was taken. */
export interface Sample {
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly lagMessages: number;
  readonly producedTotal: number | undefined;
  readonly consumedTotal: number | undefined;
  readonly admittedTotal: number | undefined;
}

export interface Rates {
  readonly sample: Sample;
  /** What consumers complete at present; absent without a counter. */
  readonly drain: CounterFilter | undefined;
  /** What arrives, from all producers. */
  readonly inflow: CounterFilter | undefined;
  readonly capacity: CounterFilter | undefined;
  /** What arrives beside what was admitted; absent while admissions are not counted. */
  readonly exogenous: CounterFilter | undefined;
  /** Slow mean of lag − (arrivals − completions). */
  readonly offset: number;
  /** Intervals between samples so far, and those in which consumers were busy. */
  readonly intervals: number;
  readonly busyIntervals: number;
  /** The highest capacity seen, halving each day: what a collapsed estimate is held against. */
  readonly peakCapacity: Rate;
  /** How old samples usually are on arrival. */
  readonly ageSeconds: number;
}

/** Lag below this many seconds of work, at either end of an interval, means time to spare. */
const busySeconds = 0.5;
const noiseShare = 0.04;
const breakAt = 4;
/** Admissions reach the broker late and in bursts: only a larger surprise is a change of others' inflow. */
const exogenousBreakAt = 6;
const offsetGain = 0.1;
/** After a gap of more than this many polls a filter keeps its speed and takes its position afresh. */
const gapPolls = 6;
const halvingSeconds = 86_400;

const arrivalsOf = (sample: Sample): number | undefined =>
  sample.producedTotal ??
  (sample.consumedTotal === undefined ? undefined : sample.consumedTotal + sample.lagMessages);

const ageOf = (sample: Sample): number => Math.max(0, secondsBetween(sample.at, sample.receivedAt));

export function beginRates(sample: Sample): Rates {
  const { at, consumedTotal } = sample;
  const arrivals = arrivalsOf(sample);
  const begin = (z: number | undefined) => (z === undefined ? undefined : beginFilter(at, z));
  return {
    sample,
    drain: begin(consumedTotal),
    inflow: begin(arrivals),
    capacity: begin(consumedTotal),
    exogenous: sample.admittedTotal === undefined ? undefined : begin(arrivals),
    offset:
      arrivals === undefined || consumedTotal === undefined ? 0 : offsetOf(sample, arrivals, consumedTotal),
    intervals: 0,
    busyIntervals: 0,
    peakCapacity: 0,
    ageSeconds: ageOf(sample),
  };
}

const offsetOf = (sample: Sample, arrivals: number, completions: number): number =>
  sample.lagMessages - (arrivals - completions);

/** Takes in the next sample. One that is not newer than the last changes nothing. */
export function stepRates(rates: Rates, sample: Sample, delays: Delays): Rates {
  const { at } = sample;
  const h = secondsBetween(rates.sample.at, at);
  if (h <= 0) return rates;
  const gap = h > gapPolls * delays.sampleSeconds;

  const follow = (
    filter: CounterFilter | undefined,
    z: number | undefined,
    input: number,
    tuning: Tuning,
  ): CounterFilter | undefined =>
    z === undefined
      ? filter
      : filter === undefined
        ? beginFilter(at, z)
        : gap
          ? rebaseFilter(filter, at, z)
          : stepFilter(filter, at, z, input, tuning);

  const tuningFor = (rate: Rate, surprises: number): Tuning => ({
    tolerance: noiseShare * delays.correctSeconds * rate,
    noiseFloor: noiseShare * rate * h,
    breakAt: surprises,
  });
  const arrivals = arrivalsOf(sample);
  const scale = Math.max(speed(rates.capacity), speed(rates.drain), 0.1 * rates.peakCapacity);

  const enough = busySeconds * speed(rates.capacity);
  const busy =
    sample.consumedTotal !== undefined &&
    Math.min(rates.sample.lagMessages, sample.lagMessages) > Math.max(enough, 1);
  const capacity = stepCapacity(
    rates.capacity,
    follow(rates.capacity, sample.consumedTotal, 0, tuningFor(scale, breakAt)),
    sample,
    busy,
  );

  const admitted = admittedBetween(rates.sample, sample.admittedTotal);
  const exogenous =
    admitted === undefined
      ? sample.admittedTotal === undefined || arrivals === undefined
        ? undefined
        : beginFilter(at, arrivals)
      : follow(rates.exogenous, arrivals, admitted, tuningFor(scale, exogenousBreakAt));
  const inflow = follow(rates.inflow, arrivals, 0, tuningFor(speed(rates.inflow), breakAt));
  const drain = follow(rates.drain, sample.consumedTotal, 0, tuningFor(speed(rates.drain), breakAt));

  return {
    sample,
    drain,
    inflow,
    capacity,
    exogenous: exogenous && { ...exogenous, v: Math.max(0, exogenous.v) },
    offset: stepOffset(rates.offset, sample, arrivals, delays.setpointSeconds * scale),
    intervals: rates.intervals + 1,
    busyIntervals: rates.busyIntervals + (busy ? 1 : 0),
    peakCapacity: Math.max(speed(capacity), rates.peakCapacity * 0.5 ** (h / halvingSeconds)),
    ageSeconds: rates.ageSeconds + 0.2 * (ageOf(sample) - rates.ageSeconds),
  };
}

function stepCapacity(
  before: CounterFilter | undefined,
  after: CounterFilter | undefined,
  sample: Sample,
  busy: boolean,
): CounterFilter | undefined {
  if (after === undefined || before === undefined || busy)
    return after && { ...after, v: Math.max(0, after.v) };
  return { ...after, x: sample.consumedTotal ?? after.x, v: Math.max(before.v, after.v, 0) };
}

/** A jump (messages lost, a rewind) is taken at once, what is small is averaged. */
function stepOffset(offset: number, sample: Sample, arrivals: number | undefined, held: number): number {
  if (arrivals === undefined || sample.consumedTotal === undefined) return offset;
  const error = offsetOf(sample, arrivals, sample.consumedTotal) - offset;
  return Math.abs(error) > 0.25 * held ? offset + error : offset + offsetGain * error;
}

const speed = (filter: CounterFilter | undefined): Rate => Math.max(0, filter?.v ?? 0);

/** What was let in since the sample; undefined while that is not counted. */
const admittedBetween = (sample: Sample, admittedTotal: number | undefined): number | undefined =>
  admittedTotal === undefined || sample.admittedTotal === undefined
    ? undefined
    : Math.max(0, admittedTotal - sample.admittedTotal);

export interface ToldRates {
  readonly inflow?: Rate;
  readonly drain?: Rate;
  /** Absent until consumers were seen busy. */
  readonly capacity?: Rate;
  readonly exogenousInflow?: Rate;
}

/** The rates as far as they are known: a rate takes two samples. */
export function tellRates(rates: Rates): ToldRates {
  if (rates.intervals === 0) return {};
  return {
    ...(rates.inflow && { inflow: speed(rates.inflow) }),
    ...(rates.drain && { drain: speed(rates.drain) }),
    ...(rates.busyIntervals > 0 && { capacity: speed(rates.capacity) }),
    ...(rates.exogenous && { exogenousInflow: speed(rates.exogenous) }),
  };
}

/** L̂: the lag at `at`, in messages, given all that was admitted by then. */
export function predictLag(rates: Rates, at: Instant, admittedTotal: number | undefined): number {
  const { sample, capacity } = rates;
  const elapsed = Math.max(0, secondsBetween(sample.at, at));
  const arrivals = rates.exogenous ?? rates.inflow;
  const lag =
    arrivals === undefined || capacity === undefined
      ? sample.lagMessages
      : Math.max(0, arrivals.x + rates.offset - capacity.x);
  const admitted = admittedBetween(sample, admittedTotal) ?? 0;
  return Math.max(0, lag + admitted + (speed(arrivals) - speed(capacity)) * elapsed);
}
