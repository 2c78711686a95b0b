/** Whether a rival is better than Headgate on both peak and utilisation, and where one is better on one of them. */

import { shipped, shippedNames } from "../../src/lab/shipped.ts";
import { digits } from "../../src/lab/words.ts";
import { headgateName, type Outcome, oracleName } from "./jobs.ts";

/** Less than this is no difference: seconds of lag, percent of capacity. */
const margin = { peakSeconds: 0.1, utilisationPercent: 0.01 };

const isElsewhere = (name: string): boolean => {
  if (!shippedNames().includes(name)) return false;
  const { failures, tenants } = shipped(name);
  return tenants.length > 0 || failures.pieces.some(({ value }) => value > 0);
};

export interface Comparisons {
  readonly better: readonly Better[];
  readonly beaten: readonly Beaten[];
}

/** A rival that is better on one of the two. */
export interface Better {
  readonly law: string;
  readonly on: "peak" | "utilisation";
  readonly text: string;
}

/** A rival that is better on both: where and which, and the figures. */
export interface Beaten {
  readonly key: string;
  readonly text: string;
}

export function comparisons(outcomes: readonly Outcome[]): Comparisons {
  const better: Better[] = [];
  const beaten: Beaten[] = [];
  for (const { job, summaries } of outcomes) {
    const own = summaries[headgateName];
    // Where tenants share, all laws share Headgate's rate.
    // A law that cannot tell failing from busy keeps consumers busy failing: that is no utilisation to be held to.
    if (own === undefined || isElsewhere(job.scenario)) continue;
    for (const [law, windows] of Object.entries(summaries)) {
      if (law === headgateName || law === oracleName) continue;
      for (const [window, theirs] of Object.entries(windows)) {
        const ours = own[window];
        if (ours === undefined || Number.isNaN(theirs.utilisationPercent.median)) continue;
        const [peak, ownPeak] = [theirs.peakSeconds.median, ours.peakSeconds.median];
        const [use, ownUse] = [theirs.utilisationPercent.median, ours.utilisationPercent.median];
        const lower = peak < ownPeak - margin.peakSeconds;
        const fuller = use > ownUse + margin.utilisationPercent;
        if (!lower && !fuller) continue;
        const text = `${job.scenario} @${job.pollSeconds}s ${window}: ${law} peak ${digits(peak)} s, utilisation ${digits(use)} %; headgate ${digits(ownPeak)} s, ${digits(ownUse)} %`;
        if (lower && fuller)
          beaten.push({ key: `${job.scenario} @${job.pollSeconds}s ${window} ${law}`, text });
        else better.push({ law, on: lower ? "peak" : "utilisation", text });
      }
    }
  }
  return { better, beaten };
}
