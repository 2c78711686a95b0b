/**
 * `headgate simulate SCENARIO`: a modelled queue under Headgate's law, its rivals and the oracle. Prints figures
 * and a picture; exit 1 where the scenario is wrong, or Headgate does not show what it asks for.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseDuration } from "../config/values.ts";
import type { Summary } from "../lab/figures.ts";
import { drawPicture } from "../lab/picture.ts";
import { runPlant } from "../lab/plant.ts";
import { lawAt, lawNames, lawsFor } from "../lab/rivals.ts";
import { type FigureName, figureNames, type Scenario } from "../lab/scenario.ts";
import { judge, type Ruling, runSeries, type Series, summaries } from "../lab/series.ts";
import { namesFor, readScenario, shipped, shippedNames } from "../lab/shipped.ts";
import { digits, figureWords, rulingText } from "../lab/words.ts";
import { drawChart, type Line } from "./chart.ts";
import { exit, type Io } from "./io.ts";

const usage =
  "headgate simulate SCENARIO [--law NAME ...] [--poll 5s] [--seeds N] [--json] [--svg FILE]\n" +
  "SCENARIO is a file, or one of:";

const firstSeed = 1001;
const mostSeeds = 1000;

interface Options {
  readonly name: string;
  /** Undefined: those that the scenario is for. */
  readonly laws: readonly string[] | undefined;
  readonly pollSeconds: number;
  readonly seeds: readonly number[];
  readonly json: boolean;
  readonly svg: string | undefined;
}

type SimulateIo = Pick<Io, "stdout" | "stderr" | "env">;

export async function simulate(args: readonly string[], io: SimulateIo): Promise<number> {
  const options = readArgs(args);
  if (typeof options === "string") {
    io.stderr.write(`${options}\nusage: ${usage}\n${columns(shippedNames())}\n`);
    return exit.usage;
  }
  const scenario = load(options.name, io);
  if (typeof scenario === "number") return scenario;

  const { pollSeconds, seeds } = options;
  const laws = options.laws ?? lawsFor(scenario);
  const run = (law: string) => {
    if (io.stderr.isTTY === true) io.stderr.write(`\r\x1b[K${law}, ${seeds.length} seeds ...`);
    return runSeries(scenario, lawAt(law, pollSeconds), pollSeconds, seeds);
  };
  const series = new Map(laws.map((law) => [law, run(law)]));
  const own = series.get("headgate");
  const rulings =
    own === undefined ? [] : judge(scenario, pollSeconds, own, series.get("oracle") ?? run("oracle"));

  if (io.stderr.isTTY === true) io.stderr.write("\r\x1b[K");

  const drawn = () =>
    laws.map((law) => ({
      law,
      trace: runPlant(scenario, lawAt(law, pollSeconds), { pollSeconds, seed: seeds[0] ?? firstSeed }),
    }));
  if (options.svg !== undefined) writeFileSync(options.svg, drawPicture(scenario, drawn()));
  io.stdout.write(
    options.json
      ? `${toJson(scenario, options, series, rulings)}\n`
      : `${toText(scenario, options, series, rulings)}\n\n${inTerminal(drawn(), io)}\n`,
  );
  return rulings.every(({ ok }) => ok) ? exit.done : exit.problem;
}

/** A text says what is wrong with the arguments. */
function readArgs(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        law: { type: "string", multiple: true },
        poll: { type: "string", default: "5s" },
        seeds: { type: "string", default: "20" },
        json: { type: "boolean", default: false },
        svg: { type: "string" },
      },
      allowPositionals: true,
    });
    const [name, ...more] = positionals;
    if (name === undefined) return "which scenario?";
    if (more.length > 0) return "one scenario at a time";
    const unknown = values.law?.find((law) => !lawNames.includes(law));
    if (unknown !== undefined) return `--law "${unknown}": one of ${lawNames.join(", ")}`;
    const pollMs = parseDuration(values.poll);
    if (pollMs === undefined || pollMs < 250 || pollMs > 60_000)
      return `--poll "${values.poll}": a duration from 250ms to 60s, such as 5s`;
    const count = Number(values.seeds);
    if (!(Number.isInteger(count) && count >= 1 && count <= mostSeeds))
      return `--seeds "${values.seeds}": a whole number from 1 to ${mostSeeds}`;
    return {
      name,
      laws: values.law,
      pollSeconds: pollMs / 1000,
      seeds: Array.from({ length: count }, (_, index) => firstSeed + index),
      json: values.json,
      svg: values.svg,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The scenario, or the exit code after saying why there is none. */
function load(name: string, { stderr }: SimulateIo): Scenario | number {
  const names = namesFor(name);
  const [only, ...more] = names;
  if (only !== undefined && more.length === 0) return shipped(only);
  if (only !== undefined) {
    stderr.write(`"${name}" stands for several scenarios; choose one:\n${columns(names)}\n`);
    return exit.usage;
  }
  try {
    const result = readScenario(name);
    if (result.ok) return result.scenario;
    for (const { field, problem } of result.problems) stderr.write(`${name}: ${field} ${problem}\n`);
    return exit.problem;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    stderr.write(`no scenario "${name}": ${reason}\nusage: ${usage}\n${columns(shippedNames())}\n`);
    return exit.usage;
  }
}

const columns = (names: readonly string[]): string => names.map((name) => `  ${name}`).join("\n");

/** Those that say most, and of the others only what is not the same for all. */
const alwaysShown: readonly FigureName[] = ["peakSeconds", "utilisationPercent", "variationPercent"];

function toText(
  scenario: Scenario,
  { pollSeconds, seeds }: Options,
  series: ReadonlyMap<string, Series>,
  rulings: readonly Ruling[],
): string {
  const lines = [
    `${scenario.title}. ${scenario.about}`,
    `Poll ${pollSeconds} s, ${seeds.length} seeds; median / worst.`,
  ];
  const told = [...series].map(([law, one]) => [law, summaries(one)] as const);
  for (const { name, from, to } of scenario.windows) {
    const figures = figureNames.filter((figure) => {
      const values = told.map(([, all]) => all[name]?.[figure]?.worst ?? Number.NaN);
      const isTold = values.some((value) => !Number.isNaN(value));
      return (
        isTold &&
        (alwaysShown.includes(figure) || values.some((value) => digits(value) !== digits(values[0] ?? 0)))
      );
    });
    const rows = [
      ["", ...figures.map((figure) => figureWords[figure])],
      ...told.map(([law, all]) => [law, ...figures.map((figure) => pair(all[name]?.[figure]))]),
    ];
    lines.push("", `${name}, ${from} to ${to} s`, table(rows));
  }
  if (rulings.length > 0) lines.push("", "Headgate must show:");
  for (const ruling of rulings) lines.push(`  ${ruling.ok ? "ok    " : "MISSED"}  ${rulingText(ruling)}`);
  return lines.join("\n");
}

const pair = (summary: Summary | undefined): string =>
  summary === undefined ? "–" : `${digits(summary.median)} / ${digits(summary.worst)}`;

/** Figures down, laws across where there are few laws: here laws down, each column as wide as it must be. */
function table(rows: readonly (readonly string[])[]): string {
  const across = rows[0]?.map((_, column) => rows.map((row) => row[column] ?? "")) ?? [];
  const widths = rows.map((row) => Math.max(...row.map((cell) => cell.length)));
  return across
    .map((cells) =>
      cells
        .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
        .join("  "),
    )
    .map((line) => `  ${line}`)
    .join("\n");
}

/** JSON has no Infinity and no NaN: `never`, and null for what means nothing here. */
const plain = (value: number): number | string | null =>
  Number.isNaN(value) ? null : Number.isFinite(value) ? value : "never";

const toJson = (
  scenario: Scenario,
  { pollSeconds, seeds }: Options,
  series: ReadonlyMap<string, Series>,
  rulings: readonly Ruling[],
): string =>
  JSON.stringify(
    {
      scenario: scenario.name,
      pollSeconds,
      seeds,
      laws: Object.fromEntries([...series].map(([law, one]) => [law, summaries(one)])),
      must: rulings.map(({ requirement, value, bound, ok }) => ({ ...requirement, value, bound, ok })),
    },
    (_, value: unknown) => (typeof value === "number" ? plain(value) : value),
    2,
  );

const lineColors = ["green", "magenta", "yellow", "blue"] as const;
const colorOf = (law: string, index: number) =>
  law === "headgate" ? "cyan" : law === "oracle" ? "gray" : (lineColors[index] ?? "green");
const chartHeight = 12;
const mostLines = 4;
const longestLine = 240;

/** A few lines only, or nobody could tell them apart: Headgate last, so that nothing covers it. */
function inTerminal(all: Parameters<typeof drawPicture>[1], { stdout, env }: SimulateIo): string {
  const others = all.filter(({ law }) => law !== "headgate" && law !== "oracle");
  const limit = all.filter(({ law }) => law === "oracle");
  const own = all.filter(({ law }) => law === "headgate");
  const drawn = [...others.slice(limit.length + own.length - mostLines), ...limit, ...own];
  const width = stdout.columns ?? 100;
  const color = stdout.isTTY === true && env.NO_COLOR === undefined;
  const bucket = (values: ArrayLike<number>): readonly number[] => {
    const size = values.length / longestLine;
    return Array.from({ length: longestLine }, (_, index) => values[Math.floor((index + 0.5) * size)] ?? 0);
  };
  const lagOf = ({ trace: { lag, capacity } }: (typeof drawn)[number]) =>
    bucket(lag.map((value, index) => value / Math.max(1e-9, capacity[index] ?? 0)));
  const telling = drawn.filter(({ law }) => law === "headgate" || law === "oracle");
  const shown = (telling.length > 0 ? telling : drawn).flatMap((one) => [...lagOf(one)]);
  const setpoint = drawn[0]?.trace.setpointSeconds ?? 0;
  const top = Math.max(2 * setpoint, 1.5 * Math.max(...shown.filter(Number.isFinite)));
  const options = { height: chartHeight, width, color };
  const lines = (of: (one: (typeof drawn)[number]) => readonly number[], most: number): readonly Line[] =>
    drawn.map((one, index) => ({
      name: one.law,
      color: colorOf(one.law, index),
      values: of(one).map((value) => Math.min(value, most)),
    }));
  return [
    drawChart(lines(lagOf, top), { ...options, title: `Lag, held at ${digits(setpoint)} s`, unit: "s" }),
    drawChart(
      lines(({ trace }) => bucket(trace.admitted), Number.POSITIVE_INFINITY),
      {
        ...options,
        title: "Admitted",
        unit: "messages/s",
      },
    ),
  ].join("\n\n");
}
