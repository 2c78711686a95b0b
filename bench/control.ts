/**
 * `npm run bench:control`: the control laws on the modelled queue, over scenarios, polls and seeds.
 *
 *   --law NAME       (again for more)  --scenario NAME or its number  --poll SECONDS  --seeds N
 *
 * Narrowed by any of these it runs on the shaping seeds (1, 2, 3 ...): that is where a law may be tuned.
 */
import { parseArgs } from "node:util";
import type { Law } from "../src/lab/law.ts";
import { headgate } from "../src/lab/laws/headgate.ts";
import { oracle } from "../src/lab/laws/oracle.ts";
import { type FigureName, figureNames } from "../src/lab/scenario.ts";
import { judge, runSeries, summaries } from "../src/lab/series.ts";
import { namesFor, shipped, shippedNames } from "../src/lab/shipped.ts";

const laws: readonly Law[] = [headgate, oracle];
const allPolls = [1, 2, 5, 10];

const { values } = parseArgs({
  options: {
    law: { type: "string", multiple: true },
    scenario: { type: "string", multiple: true },
    poll: { type: "string", multiple: true },
    seeds: { type: "string", default: "20" },
  },
});

const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
const polls = values.poll?.map(Number) ?? allPolls;
const names = values.scenario?.flatMap(namesFor) ?? shippedNames();
const chosen = laws.filter(({ name }) => values.law === undefined || values.law.includes(name));

const short: Partial<Record<FigureName, string>> = {
  peakSeconds: "peak s",
  overshootPercent: "overshoot %",
  peakOverSeconds: "over s",
  peakOverDelay: "over/delay",
  settlesSeconds: "settles s",
  biasPercent: "bias %",
  variationPercent: "variation %",
  growth: "growth",
  utilisationPercent: "utilisation %",
  idleSeconds: "idle s",
  heldBackPercent: "held back %",
  lostMessages: "lost",
  failingSeconds: "failing s",
};
const brief = (value: number): string =>
  Number.isNaN(value)
    ? "–"
    : value === Number.POSITIVE_INFINITY
      ? "never"
      : value.toFixed(Math.abs(value) < 10 ? 2 : 1);

for (const name of names) {
  const scenario = shipped(name);
  for (const poll of polls) {
    const limit = runSeries(scenario, oracle, poll, seeds);
    for (const law of chosen) {
      const begun = performance.now();
      const series = law === oracle ? limit : runSeries(scenario, law, poll, seeds);
      const ms = performance.now() - begun;
      for (const [window, all] of Object.entries(summaries(series))) {
        const cells = figureNames
          .filter((figure) => !Number.isNaN(all[figure].median))
          .map((figure) => `${short[figure]} ${brief(all[figure].median)}/${brief(all[figure].worst)}`);
        console.log(`${name} poll ${poll} ${law.name} ${window}: ${cells.join("  ")}  (${ms.toFixed(0)} ms)`);
      }
      for (const { requirement, value, bound, ok } of judge(scenario, poll, series, limit)) {
        const { window, figure, statistic, atLeast } = requirement;
        const sign = atLeast === undefined ? "≤" : "≥";
        console.log(
          `   ${ok ? "ok    " : "MISSED"} ${window} ${short[figure]} ${statistic} ${brief(value)} ${sign} ${brief(bound)}`,
        );
      }
    }
  }
}
