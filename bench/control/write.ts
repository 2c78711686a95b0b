/** `--write`: tables into docs/control.md and control-figures.md, between their markers, and pictures into docs/pictures. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { drawPicture } from "../../src/lab/picture.ts";
import { runPlant } from "../../src/lab/plant.ts";
import { type FittedGains, gainsFile, lawAt, lawsFor, rivals } from "../../src/lab/rivals.ts";
import { shipped } from "../../src/lab/shipped.ts";
import type { Outcome } from "./jobs.ts";
import { betterText, comparisonText, figureTables, requirementsTable, summaryText } from "./report.ts";

const page = new URL("../../docs/control.md", import.meta.url);
const figuresPage = new URL("../../docs/control-figures.md", import.meta.url);
const pictures = new URL("../../docs/pictures/", import.meta.url);

const drawnScenarios = ["1-demand-doubles", "1b-cold-burst", "2-capacity-falls", "13-wander"];
const drawnPoll = 5;

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. Throws where they are not there. */
export function fill(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no ${begin} … ${end} to fill`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

function gainsTable(): string {
  const { gains }: { gains: FittedGains } = JSON.parse(readFileSync(gainsFile, "utf8"));
  const rows = rivals.flatMap(({ name, rule, source, gains: all }) =>
    Object.entries(all).map(([gain, { published }], index) => {
      const fitted = Object.values(gains[name] ?? {}).map((byGain) => byGain[gain]);
      return `| ${index === 0 ? `${name}: ${rule} (${source})` : ""} | ${gain} | ${published} | ${fitted.join(" · ")} |`;
    }),
  );
  return [
    "| law | gain | published | fitted, poll 1 · 2 · 5 · 10 s |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

export function writeDocs(outcomes: readonly Outcome[], seeds: readonly number[]): void {
  const parts: Readonly<Record<string, string>> = {
    summary: summaryText(outcomes, seeds),
    requirements: requirementsTable(outcomes),
    comparison: comparisonText(outcomes),
    gains: gainsTable(),
  };
  let text = readFileSync(page, "utf8");
  for (const [name, content] of Object.entries(parts)) text = fill(text, name, content);
  writeFileSync(page, text);
  const figures = fill(readFileSync(figuresPage, "utf8"), "figures", figureTables(outcomes));
  writeFileSync(figuresPage, fill(figures, "better", betterText(outcomes)));

  mkdirSync(pictures, { recursive: true });
  for (const name of drawnScenarios) {
    const scenario = shipped(name);
    const drawn = lawsFor(scenario).map((law) => ({
      law,
      trace: runPlant(scenario, lawAt(law, drawnPoll), { pollSeconds: drawnPoll, seed: seeds[0] ?? 1 }),
    }));
    writeFileSync(new URL(`${name}.svg`, pictures), drawPicture(scenario, drawn));
  }
}
