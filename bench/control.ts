/**
 * `npm run bench:control`: Headgate's law, its rivals and the oracle on the modelled queue, over scenarios, polls
 * and seeds. Alone it runs all of them on the proof seeds and exits with 1 where a requirement is missed or a rival
 * is better than Headgate on both peak and utilisation.
 *
 *   --quick              few seeds, polls of 1 and 5 s; exits with 1 where a figure is worse than it must be, or than
 *                        bench/control/allowances.json allows where it is not attained yet (--allow writes that)
 *   --law NAME  --scenario NAME or its number  --poll SECONDS  --seeds N      narrow it; again for more.
 *   --shaping            on the seeds that laws may be tuned on (1, 2, 3 ...), not on the proof seeds (1001 ...)
 *   --write              puts tables and pictures into docs/control.md and docs/pictures
 *   --fit                fits the rivals' gains, on the shaping seeds
 */
import { parseArgs } from "node:util";
import { lawNames, lawsFor } from "../src/lab/rivals.ts";
import { figureNames } from "../src/lab/scenario.ts";
import { namesFor, shipped, shippedNames } from "../src/lab/shipped.ts";
import { digits, figureWords, rulingText } from "../src/lab/words.ts";
import { checkAllowances, writeAllowances } from "./control/allowances.ts";
import { comparisons } from "./control/compare.ts";
import { fitAll } from "./control/fitting.ts";
import { type Job, type Outcome, oracleName } from "./control/jobs.ts";
import { runJobs } from "./control/pool.ts";
import { writeDocs } from "./control/write.ts";

const fullPolls = [1, 2, 5, 10];
const quickPolls = [1, 5];
const fullSeeds = 20;
const quickSeeds = 4;
const fitSeeds = 5;
const firstProofSeed = 1001;

const { values } = parseArgs({
  options: {
    law: { type: "string", multiple: true },
    scenario: { type: "string", multiple: true },
    poll: { type: "string", multiple: true },
    seeds: { type: "string" },
    shaping: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    allow: { type: "boolean", default: false },
    fit: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    threads: { type: "string", default: "2" },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seedsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => first + index);

const progress = (done: number, of: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of}${done === of ? "\n" : ""}`);
};

/** Whole and positive, or the reason is told and nothing is run. */
function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`--${name} "${text}": a number above 0`);
  return value;
}

function scenarioNames(name: string): readonly string[] {
  const names = namesFor(name);
  if (names.length === 0)
    throw new RangeError(`no scenario "${name}": one of ${shippedNames().join(", ")}, or their numbers`);
  return names;
}

function plan(): readonly Job[] {
  const polls = values.poll?.map((text) => positive("poll", text)) ?? (values.quick ? quickPolls : fullPolls);
  const count =
    values.seeds === undefined ? (values.quick ? quickSeeds : fullSeeds) : positive("seeds", values.seeds);
  const seeds = seedsFrom(values.shaping ? 1 : firstProofSeed, count);
  const unknown = values.law?.find((law) => !lawNames.includes(law));
  if (unknown !== undefined) throw new RangeError(`no law "${unknown}": one of ${lawNames.join(", ")}`);
  const names = values.scenario?.flatMap(scenarioNames) ?? shippedNames();
  return names.flatMap((scenario) => {
    const laws = values.law ?? lawsFor(shipped(scenario));
    return polls.map((pollSeconds) => ({ scenario, pollSeconds, laws, seeds }));
  });
}

function tell({ job, summaries, rulings }: Outcome): void {
  for (const [law, windows] of Object.entries(summaries)) {
    for (const [window, all] of Object.entries(windows)) {
      const cells = figureNames
        .filter((figure) => !Number.isNaN(all[figure].median))
        .map((figure) => `${figureWords[figure]} ${digits(all[figure].median)}/${digits(all[figure].worst)}`);
      say(`${job.scenario} @${job.pollSeconds}s ${law} ${window}: ${cells.join(" · ")}`);
    }
  }
  for (const ruling of rulings) say(`   ${ruling.ok ? "ok    " : "MISSED"} ${rulingText(ruling)}`);
}

async function main(): Promise<boolean> {
  if (values.fit) {
    fitAll(fullPolls, seedsFrom(1, fitSeeds), say);
    return true;
  }
  const outcomes = await runJobs(plan(), positive("threads", values.threads), progress);
  if (!values.quick) for (const outcome of outcomes) tell(outcome);
  if (values.write) writeDocs(outcomes, outcomes[0]?.job.seeds ?? []);
  if (values.quick) {
    if (values.allow) writeAllowances(outcomes);
    const { failures, notes } = checkAllowances(outcomes);
    for (const line of notes) say(line);
    for (const line of failures) say(`MISSED ${line}`);
    return failures.length === 0;
  }
  const { better, beaten } = comparisons(outcomes);
  for (const { text, on } of better) say(`${text} (better on ${on} alone)`);
  for (const { text } of beaten) say(`BEATEN ${text}`);
  const rulings = outcomes.flatMap((outcome) => outcome.rulings);
  const missed = rulings.filter(({ ok }) => !ok).length;
  say(
    `${rulings.length - missed} of ${rulings.length} requirements met, ${missed} missed; the limit is the ${oracleName}`,
  );
  return missed === 0 && beaten.length === 0;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
