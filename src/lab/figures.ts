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

export function measure(trace: Trace, { from, to }: Window): Figures {
  const {
    stepSeconds: h,
    capacity,
    demand,
    exogenous,
    admitted,
    completed,
    lag,
    lost,
    failures,
    failing,
    setpointSeconds,
  } = trace;
  const first = Math.round(from / h);
  const last = Math.min(capacity.length, Math.round(to / h));
  const span = last - first;
  const steady = first + Math.round(steadyFrom * span);
  const middle = first + Math.round(span / 3);
  const late = first + Math.round((2 * span) / 3);

  let [peak, outsideAt, able, done, wanted, admittedSum, lostSum, failedSum] = [0, -1, 0, 0, 0, 0, 0, 0];
  let most = 0;
  let [possible, straySum, strays, failingSteps, opensAt] = [0, 0, 0, 0, -1];
  let [steadySteps, lagSum, rateSum, rateSquares, strayMiddle, strayLate] = [0, 0, 0, 0, 0, 0];
  for (let index = first; index < last; index += 1) {
    const can = capacity[index] ?? 0;
    const wants = demand[index] ?? 0;
    const sends = admitted[index] ?? 0;
    // While consumers stand still seconds mean nothing; what they could do before tells.
    const seconds = can > 0 ? (lag[index] ?? 0) / can : 0;
    const stray = can > 0 ? Math.abs(seconds - setpointSeconds) : 0;
    peak = Math.max(peak, seconds);
    possible += can;
    if (can > 0) {
      strays += 1;
      straySum += stray;
    }
    if (stray > settledBand * setpointSeconds) outsideAt = index;
    if (index >= late) strayLate = Math.max(strayLate, stray);
    else if (index >= middle) strayMiddle = Math.max(strayMiddle, stray);
    most = Math.max(most, sends);
    failedSum += (completed[index] ?? 0) * (failures[index] ?? 0);
    // Work that fails uses nobody: there is nothing to be kept busy with.
    if (wants + (exogenous[index] ?? 0) > can && (failures[index] ?? 0) < 0.5) {
      able += can;
      done += completed[index] ?? 0;
    }
    if (failing[index] === 1) {
      failingSteps += 1;
      if (opensAt < 0) opensAt = index;
    }
    wanted += wants;
    admittedSum += sends;
    lostSum += lost[index] ?? 0;
    if (index >= steady && can > 0) {
      steadySteps += 1;
      lagSum += seconds;
      rateSum += sends;
      rateSquares += sends * sends;
    }
  }
  const mean = rateSum / steadySteps;
  const variance = Math.max(0, rateSquares / steadySteps - mean * mean);
  const meanCapacity = capacity.subarray(first, last).reduce((sum, value) => sum + value, 0) / span;
  const atStart = (lag[first - 1] ?? 0) / Math.max(1e-9, capacity[first] ?? 0);
  const peakOver = peak - Math.max(atStart, 0);
  const settles = outsideAt < 0 ? 0 : (outsideAt + 1 - first) * h;
  const leastStray = settledBand * setpointSeconds;
  // Where producers want less than consumers can do there is nothing to hold.
  const held = (value: number): number => (able > possible / 2 ? value : Number.NaN);
  return {
    peakSeconds: peak,
    overshootPercent: held(100 * (peak / setpointSeconds - 1)),
    peakOverSeconds: held(peakOver),
    peakOverDelay: held(peakOver / delayCost(trace, first)),
    settlesSeconds: held(settles > settledBy * span * h ? Number.POSITIVE_INFINITY : settles),
    strayPercent: held((100 * straySum) / strays / setpointSeconds),
    biasPercent: held(100 * (lagSum / steadySteps / setpointSeconds - 1)),
    variationPercent: (100 * Math.sqrt(variance)) / mean,
    growth: Math.max(strayLate, leastStray) / Math.max(strayMiddle, leastStray),
    utilisationPercent: (100 * done) / able,
    idleSeconds: ((able - done) * h) / meanCapacity,
    heldBackPercent: 100 * (1 - admittedSum / wanted),
    mostAdmitted: most,
    ...(trace.shares === undefined ? noShares : fairness(trace.shares, from, to)),
    lostMessages: lostSum,
    failedMessages: failedSum * h,
    failingSeconds: failingSteps * h,
    opensPolls: opensAt < 0 ? Number.POSITIVE_INFINITY : ((opensAt - first) * h) / trace.pollSeconds,
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
