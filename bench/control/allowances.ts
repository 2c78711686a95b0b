/**
 * What the quick run forgives: requirements that are not attained on its seeds, each with the value that is allowed
 * until they are. A figure that is worse than that fails.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { Requirement } from "../../src/lab/scenario.ts";
import type { Ruling } from "../../src/lab/series.ts";
import { digits, rulingText } from "../../src/lab/words.ts";
import { comparisons } from "./compare.ts";
import type { Outcome } from "./jobs.ts";

const file = new URL("allowances.json", import.meta.url);

interface Allowances {
  /** By requirement: the bound that holds for now; null: any value, since it never settles. */
  readonly figures: Readonly<Record<string, number | null>>;
  /** Rivals that may be better on both peak and utilisation for now, and where. */
  readonly betterOnBoth: readonly string[];
}

/** Names a requirement: what, in which scenario, at which poll. */
export const requirementKey = (
  scenario: string,
  pollSeconds: number,
  { window, figure, statistic, atLeast }: Requirement,
): string =>
  `${scenario} @${pollSeconds}s ${window} ${figure} ${statistic} ${atLeast === undefined ? "atMost" : "atLeast"}`;

/** Room for what a different machine's arithmetic may change. */
const room = 1.02;

const keyed = (outcomes: readonly Outcome[]): readonly (readonly [string, Ruling])[] =>
  outcomes.flatMap(({ job, rulings }) =>
    rulings.map(
      (ruling) => [requirementKey(job.scenario, job.pollSeconds, ruling.requirement), ruling] as const,
    ),
  );

export function writeAllowances(outcomes: readonly Outcome[]): void {
  const missed = keyed(outcomes).filter(([, { ok }]) => !ok);
  const allowed = missed.map(([key, { value, requirement }]) => {
    const bound = requirement.atLeast === undefined ? value * room : value / room;
    return [key, Number.isFinite(bound) ? Number(bound.toPrecision(4)) : null] as const;
  });
  const allowances: Allowances = {
    figures: Object.fromEntries(allowed),
    betterOnBoth: comparisons(outcomes).beaten.map(({ key }) => key),
  };
  writeFileSync(file, `${JSON.stringify(allowances, null, 2)}\n`);
}

export interface Checked {
  readonly failures: readonly string[];
  readonly notes: readonly string[];
}

export function checkAllowances(outcomes: readonly Outcome[]): Checked {
  const allowances: Allowances = JSON.parse(readFileSync(file, "utf8"));
  const failures: string[] = [];
  const notes: string[] = [];
  let met = 0;
  for (const [key, ruling] of keyed(outcomes)) {
    const allowed = allowances.figures[key];
    if (ruling.ok) {
      met += 1;
      if (allowed !== undefined) notes.push(`attained, its allowance can go: ${key}`);
      continue;
    }
    const text = `${key}: ${rulingText(ruling)}`;
    const isAllowed =
      allowed === null ||
      (allowed !== undefined &&
        (ruling.requirement.atLeast === undefined ? ruling.value <= allowed : ruling.value >= allowed));
    if (isAllowed)
      notes.push(`not attained, allowed to ${allowed === null ? "any value" : digits(allowed)}: ${text}`);
    else failures.push(text);
  }
  for (const { key, text } of comparisons(outcomes).beaten) {
    if (allowances.betterOnBoth.includes(key)) notes.push(`better on both, allowed: ${text}`);
    else failures.push(`better on both: ${text}`);
  }
  notes.push(`${met} requirements met, ${failures.length} missed, the others within their allowances`);
  return { failures, notes };
}
