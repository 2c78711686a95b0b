/** The words for figures, as arithmetic over what really happened. */
import type { Trace } from "./plant.ts";
import { type FigureName, figureNames, type Window } from "./scenario.ts";
import { type Fairness, fairness } from "./shares.ts";

/** NaN where a figure means nothing (no time of excess demand); Infinity where it never comes about. */
export type Figures = Readonly<Record<FigureName, number>>;

const settledBand = 0.25;
/** Outside the band as late as this share of the window, it did not settle. */
const settledBy = 0.9;
const steadyFrom = 0.6;

/** Steps: the window is from `first` on, up to `last`. */
interface Stretch {
  readonly first: number;
  readonly last: number;
}

export function measure(trace: Trace, { from, to }: Window): Figures {
  const { stepSeconds, capacity, shares } = trace;
  const stretch = {
    first: Math.round(from / stepSeconds),
    last: Math.min(capacity.length, Math.round(to / stepSeconds)),
  };
  const { mostlyWanted, ...work } = workFigures(trace, stretch);
  const { growth, peakSeconds, ...lag } = lagFigures(trace, stretch);
  // Where producers want less than consumers can do there is nothing to hold.
  const held = mostlyWanted ? lag : withoutMeaning(lag);
  return {
    growth,
    peakSeconds,
    ...held,
    ...rateFigures(trace, stretch),
    ...work,
    ...(shares === undefined ? noShares : fairness(shares, from, to)),
  };
}

const withoutMeaning = <T extends object>(figures: T): T =>
  Object.fromEntries(Object.keys(figures).map((name) => [name, Number.NaN])) as T;

/** Lag against the setpoint. While consumers stand still seconds mean nothing: that time does not count. */
function lagFigures(trace: Trace, { first, last }: Stretch) {
  const { stepSeconds: h, capacity, lag, setpointSeconds } = trace;
  const span = last - first;
  const steady = first + Math.round(steadyFrom * span);
  const middle = first + Math.round(span / 3);
  const late = first + Math.round((2 * span) / 3);
  const band = settledBand * setpointSeconds;

  let [peak, outsideAt, counted, straySum, steadySteps, steadySum] = [0, -1, 0, 0, 0, 0];
  // As far off as the band is no stray.
  let [strayMiddle, strayLate] = [band, band];
  for (let index = first; index < last; index += 1) {
    const can = capacity[index] ?? 0;
    if (can <= 0) continue;
    const seconds = (lag[index] ?? 0) / can;
    const stray = Math.abs(seconds - setpointSeconds);
    peak = Math.max(peak, seconds);
    counted += 1;
    straySum += stray;
    if (stray > band) outsideAt = index;
    if (index >= late) strayLate = Math.max(strayLate, stray);
    else if (index >= middle) strayMiddle = Math.max(strayMiddle, stray);
    if (index >= steady) {
      steadySteps += 1;
      steadySum += seconds;
    }
  }
  const peakOver = peak - (lag[first - 1] ?? 0) / Math.max(1e-9, capacity[first] ?? 0);
  const settles = outsideAt < 0 ? 0 : (outsideAt + 1 - first) * h;
  return {
    peakSeconds: peak,
    overshootPercent: 100 * (peak / setpointSeconds - 1),
    peakOverSeconds: peakOver,
    peakOverDelay: peakOver / delayCost(trace, first),
    settlesSeconds: settles > settledBy * span * h ? Number.POSITIVE_INFINITY : settles,
    strayPercent: (100 * straySum) / counted / setpointSeconds,
    biasPercent: 100 * (steadySum / steadySteps / setpointSeconds - 1),
    growth: strayLate / strayMiddle,
  };
}

/** What was let in. */
function rateFigures({ capacity, demand, admitted }: Trace, { first, last }: Stretch) {
  const steady = first + Math.round(steadyFrom * (last - first));
  let [most, wanted, sent, steps, sum, squares] = [0, 0, 0, 0, 0, 0];
  for (let index = first; index < last; index += 1) {
    const rate = admitted[index] ?? 0;
    most = Math.max(most, rate);
    wanted += demand[index] ?? 0;
    sent += rate;
    if (index < steady || (capacity[index] ?? 0) <= 0) continue;
    steps += 1;
    sum += rate;
    squares += rate * rate;
  }
  const mean = sum / steps;
  const variance = Math.max(0, squares / steps - mean * mean);
  return {
    variationPercent: (100 * Math.sqrt(variance)) / mean,
    heldBackPercent: 100 * (1 - sent / wanted),
    mostAdmitted: most,
  };
}

/** What consumers made of it. `mostlyWanted`: for most of the time more was wanted than they could do. */
function workFigures(trace: Trace, { first, last }: Stretch) {
  const {
    stepSeconds: h,
    pollSeconds,
    capacity,
    demand,
    exogenous,
    completed,
    lost,
    failures,
    failing,
  } = trace;
  let [possible, able, done, lostSum, failedSum, failingSteps, opensAt] = [0, 0, 0, 0, 0, 0, -1];
  for (let index = first; index < last; index += 1) {
    const can = capacity[index] ?? 0;
    const failure = failures[index] ?? 0;
    possible += can;
    lostSum += lost[index] ?? 0;
    failedSum += (completed[index] ?? 0) * failure;
    // Work that fails uses nobody: there is nothing to be kept busy with.
    if ((demand[index] ?? 0) + (exogenous[index] ?? 0) > can && failure < 0.5) {
      able += can;
      done += completed[index] ?? 0;
    }
    if (failing[index] === 1) {
      failingSteps += 1;
      if (opensAt < 0) opensAt = index;
    }
  }
  return {
    mostlyWanted: able > possible / 2,
    utilisationPercent: (100 * done) / able,
    idleSeconds: ((able - done) * h * (last - first)) / possible,
    lostMessages: lostSum,
    failedMessages: failedSum * h,
    failingSeconds: failingSteps * h,
    opensPolls: opensAt < 0 ? Number.POSITIVE_INFINITY : ((opensAt - first) * h) / pollSeconds,
  };
}

/** Without tenants there is nothing to be fair about. */
const noShares: Fairness = { jain: Number.NaN, fairRefreshes: Number.NaN, topHeldBackPercent: Number.NaN };

/**
 * What delay costs at worst when capacity falls to c: producers go on at the old capacity C for a poll, the
 * sample's age and a part of the refresh: (C/c − 1)·(poll + age + 0.3·refresh) seconds of lag. From 100 to 40 %
 * that is 1.5·(poll + age) + 0.45·refresh. NaN where it does not fall at the window's start.
 */
function delayCost({ capacity, pollSeconds, ageSeconds, refreshSeconds }: Trace, first: number): number {
  const fall = (capacity[first - 1] ?? 0) / (capacity[first] ?? 0) - 1;
  return fall > 0.05 ? fall * (pollSeconds + ageSeconds + 0.3 * refreshSeconds) : Number.NaN;
}

export interface Summary {
  readonly median: number;
  readonly worst: number;
}

/** Figures of which more is better; of all others less is. For a bias the size counts. */
const moreIsBetter: readonly FigureName[] = ["utilisationPercent", "jain"];

/** Median and worst of each figure over the runs; NaN where no run has it. */
export function summarise(runs: readonly Figures[]): Readonly<Record<FigureName, Summary>> {
  const of = (figure: FigureName): Summary => {
    const values = runs.map((run) => run[figure]).filter((value) => !Number.isNaN(value));
    if (values.length === 0) return { median: Number.NaN, worst: Number.NaN };
    const sorted = values.sort((a, b) => compare(rank(figure, a), rank(figure, b)));
    const at = (place: number) => sorted[place] ?? Number.NaN;
    const half = sorted.length / 2;
    const low = at(Math.ceil(half) - 1);
    const high = at(Math.floor(half));
    return { median: low === high ? low : (low + high) / 2, worst: at(sorted.length - 1) };
  };
  return Object.fromEntries(figureNames.map((figure) => [figure, of(figure)])) as Record<FigureName, Summary>;
}

/** Two that never settle are equal; their difference would be no number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

const rank = (figure: FigureName, value: number): number =>
  moreIsBetter.includes(figure) ? -value : figure === "biasPercent" ? Math.abs(value) : value;
