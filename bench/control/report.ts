/** The tables of docs/control.md and docs/control-figures.md, out of what was run. */
import type { Summary } from "../../src/lab/figures.ts";
import type { FigureName, Requirement } from "../../src/lab/scenario.ts";
import type { Ruling } from "../../src/lab/series.ts";
import { shipped } from "../../src/lab/shipped.ts";
import { digits, figureWords } from "../../src/lab/words.ts";
import { comparisons } from "./compare.ts";
import type { Outcome } from "./jobs.ts";

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");

const grouped = (outcomes: readonly Outcome[]): ReadonlyMap<string, readonly Outcome[]> =>
  Map.groupBy(outcomes, ({ job }) => job.scenario);

const pollsOf = (outcomes: readonly Outcome[]): readonly number[] => [
  ...new Set(outcomes.map(({ job }) => job.pollSeconds)),
];

const boundText = ({ requirement: { atLeast, atMostOracle }, bound }: Ruling): string =>
  `${atLeast === undefined ? "≤" : "≥"} ${atMostOracle === undefined ? digits(bound) : `${atMostOracle} × oracle`}`;

/** What a requirement asks, whatever the poll. */
const asks = ({ window, figure, statistic, unlessOracle }: Requirement): string =>
  `${window}: ${figureWords[figure]}, ${statistic}${unlessOracle ? ", where the oracle attains it" : ""}`;

/** Each requirement a row, each poll a column: the figure, what it must be, and whether it is. */
export function requirementsTable(outcomes: readonly Outcome[]): string {
  const polls = pollsOf(outcomes);
  const rows = [...grouped(outcomes)].flatMap(([scenario, ofScenario]) => {
    const byText = Map.groupBy(
      ofScenario.flatMap(({ job, rulings }) => rulings.map((ruling) => ({ poll: job.pollSeconds, ruling }))),
      ({ ruling }) => `${asks(ruling.requirement)}${ruling.requirement.atLeast === undefined ? "" : " "}`,
    );
    return [...byText].map(([text, found]) => [
      scenario,
      text.trim(),
      ...polls.map((poll) => {
        const ruling = found.find((one) => one.poll === poll)?.ruling;
        if (ruling === undefined) return "–";
        const value = Number.isNaN(ruling.value)
          ? "nobody can"
          : `${digits(ruling.value)} ${boundText(ruling)}`;
        return ruling.ok ? value : `**${value} missed**`;
      }),
    ]);
  });
  return table(["scenario", "must show", ...polls.map((poll) => `poll ${poll} s`)], rows);
}

const usual: readonly FigureName[] = [
  "peakSeconds",
  "settlesSeconds",
  "variationPercent",
  "utilisationPercent",
];

const pair = (summary: Summary | undefined): string => {
  if (summary === undefined) return "–";
  const [median, worst] = [digits(summary.median), digits(summary.worst)];
  return median === worst ? median : `${median}/${worst}`;
};

/** For each scenario and window: a row for each law, in each cell the polls in order, median/worst. */
export function figureTables(outcomes: readonly Outcome[]): string {
  return [...grouped(outcomes)]
    .map(([name, ofScenario]) => {
      const { title, about, windows, must } = shipped(name);
      const laws = Object.keys(ofScenario[0]?.summaries ?? {});
      const tables = windows.map(({ name: window, from, to }) => {
        const asked = must.filter((one) => one.window === window).map(({ figure }) => figure);
        const figures = [...new Set([...usual, ...asked])].filter((figure) =>
          ofScenario.some(({ summaries }) =>
            laws.some((law) => !Number.isNaN(summaries[law]?.[window]?.[figure]?.median ?? Number.NaN)),
          ),
        );
        const rows = laws.map((law) => [
          law,
          ...figures.map((figure) =>
            ofScenario.map(({ summaries }) => pair(summaries[law]?.[window]?.[figure])).join(" · "),
          ),
        ]);
        return `From ${from} to ${to} s (${window}):\n\n${table(["law", ...figures.map((figure) => figureWords[figure])], rows)}`;
      });
      return `## ${name}: ${title}\n\n${about}\n\n${tables.join("\n\n")}`;
    })
    .join("\n\n");
}

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join("\n");

/** Where a rival is better on both, and how often on one. */
export function comparisonText(outcomes: readonly Outcome[]): string {
  const { better, beaten } = comparisons(outcomes);
  const both =
    beaten.length === 0
      ? "No rival is better than Headgate on both peak and utilisation, in any scenario at any poll."
      : `A rival is better than Headgate on both peak and utilisation here:\n\n${list(beaten.map(({ text }) => text))}`;
  const times = (name: string, on: string): number =>
    better.filter((one) => one.law === name && one.on === on).length;
  const rows = [...new Set(better.map(({ law }) => law))].map(
    (law) => `| ${law} | ${times(law, "peak")} | ${times(law, "utilisation")} |`,
  );
  return [
    both,
    "",
    "So often a rival is better on one of the two and not on the other, by the medians, over all windows and polls; [each of them](control-figures.md#better-on-one-of-the-two):",
    "",
    "| rival | better on peak alone | better on utilisation alone |",
    "| --- | --- | --- |",
    ...rows,
  ].join("\n");
}

export const betterText = (outcomes: readonly Outcome[]): string =>
  list(comparisons(outcomes).better.map(({ text, on }) => `${text} (better on ${on} alone)`));

export function summaryText(outcomes: readonly Outcome[], seeds: readonly number[]): string {
  const rulings = outcomes.flatMap((outcome) => outcome.rulings);
  const met = rulings.filter(({ ok }) => ok).length;
  return `${met} of ${rulings.length} requirements are met, ${rulings.length - met} missed. Seeds ${seeds[0]} to ${seeds.at(-1)}; polls ${pollsOf(outcomes).join(", ")} s. In each cell the polls stand in this order, as median/worst over the seeds.`;
}
