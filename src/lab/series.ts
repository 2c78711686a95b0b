/** One law over many seeds of a scenario, and whether it shows what it must. */
import { type Figures, measure, type Summary, summarise } from "./figures.ts";
import type { Law } from "./law.ts";
import { runPlant } from "./plant.ts";
import type { FigureName, Requirement, Scenario } from "./scenario.ts";

/** By window: the figures of each seed, in the order of the seeds. */
export type Series = Readonly<Record<string, readonly Figures[]>>;

export function runSeries(
  scenario: Scenario,
  law: Law,
  pollSeconds: number,
  seeds: readonly number[],
): Series {
  const runs = seeds.map((seed) => {
    const trace = runPlant(scenario, law, { pollSeconds, seed });
    return scenario.windows.map((window) => measure(trace, window));
  });
  return Object.fromEntries(
    scenario.windows.map(({ name }, index) => [name, runs.flatMap((run) => run[index] ?? [])]),
  );
}

export const summaries = (series: Series): Readonly<Record<string, Readonly<Record<FigureName, Summary>>>> =>
  Object.fromEntries(Object.entries(series).map(([window, runs]) => [window, summarise(runs)]));

export interface Ruling {
  readonly requirement: Requirement;
  readonly value: number;
  /** The bound in the figure's own unit: where it is a multiple of the oracle's, that multiple. */
  readonly bound: number;
  readonly ok: boolean;
}

/** What `must` says of this poll. `oracle`: the same scenario, poll and seeds. */
export function judge(
  scenario: Scenario,
  pollSeconds: number,
  series: Series,
  oracle: Series,
): readonly Ruling[] {
  return scenario.must
    .filter(({ polls }) => polls === undefined || polls.includes(pollSeconds))
    .map((requirement) => rule(requirement, series, oracle));
}

function rule(requirement: Requirement, series: Series, oracle: Series): Ruling {
  const { window, figure, statistic, atMost, atLeast, atMostOracle, unlessOracle } = requirement;
  const limits = oracle[window] ?? [];
  const within = (value: number): boolean =>
    value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
  const runs = (series[window] ?? []).filter(
    (_, index) => unlessOracle === undefined || within(limits[index]?.[figure] ?? Number.NaN),
  );
  const value = runs.length === 0 ? Number.NaN : summarise(runs)[figure][statistic];
  const bound =
    atMostOracle === undefined
      ? (atMost ?? atLeast ?? Number.NaN)
      : atMostOracle * summarise(limits)[figure][statistic];
  // Where the oracle attains it in no run, nothing is asked.
  const ok = runs.length === 0 || (atMostOracle === undefined ? within(value) : value <= bound);
  return { requirement, value, bound, ok };
}
