/** What is run: one scenario at one poll by several laws over the same seeds, and what comes out of it. */
import type { Summary } from "../../src/lab/figures.ts";
import { lawAt } from "../../src/lab/rivals.ts";
import type { FigureName } from "../../src/lab/scenario.ts";
import { judge, type Ruling, runSeries, summaries } from "../../src/lab/series.ts";
import { shipped } from "../../src/lab/shipped.ts";

export interface Job {
  readonly scenario: string;
  readonly pollSeconds: number;
  readonly laws: readonly string[];
  readonly seeds: readonly number[];
}

export interface Outcome {
  readonly job: Job;
  /** By law, window and figure. */
  readonly summaries: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<FigureName, Summary>>>>>
  >;
  /** What Headgate must show; empty where it was not run. */
  readonly rulings: readonly Ruling[];
}

export const headgateName = "headgate";
export const oracleName = "oracle";

export function runJob(job: Job): Outcome {
  const scenario = shipped(job.scenario);
  const run = (law: string) => runSeries(scenario, lawAt(law, job.pollSeconds), job.pollSeconds, job.seeds);
  const oracle = run(oracleName);
  const all = job.laws.map((law) => [law, law === oracleName ? oracle : run(law)] as const);
  const own = all.find(([law]) => law === headgateName)?.[1];
  return {
    job,
    summaries: Object.fromEntries(all.map(([law, series]) => [law, summaries(series)])),
    rulings: own === undefined ? [] : judge(scenario, job.pollSeconds, own, oracle),
  };
}
