/** `--fit`: the rivals' gains, fitted per poll on the shaping seeds and kept as data with the command that made them. */
import { writeFileSync } from "node:fs";
import { costOf, fit, withGains } from "../../src/lab/fit.ts";
import { headgate } from "../../src/lab/laws/headgate.ts";
import { oracle } from "../../src/lab/laws/oracle.ts";
import type { Gains } from "../../src/lab/rival.ts";
import { gainsFile, rivals } from "../../src/lab/rivals.ts";
import { shipped } from "../../src/lab/shipped.ts";

const shapingScenarios = ["1-demand-doubles", "1b-cold-burst", "2-capacity-falls", "13-wander"];

export function fitAll(
  polls: readonly number[],
  seeds: readonly number[],
  say: (line: string) => void,
): void {
  const shaping = { scenarios: shapingScenarios.map(shipped), seeds };
  const gains: Record<string, Record<string, Gains>> = {};
  for (const rival of rivals) {
    const byPoll: Record<string, Gains> = {};
    for (const poll of polls) {
      const found = fit(rival, poll, shaping, Object.values(byPoll));
      byPoll[poll] = found.gains;
      const published = Object.fromEntries(
        Object.entries(rival.gains).map(([name, gain]) => [name, gain.published]),
      );
      const before = costOf(withGains(rival, published), poll, shaping);
      say(
        `${rival.name} at a poll of ${poll} s: ${before.toFixed(3)} as published, ${found.cost.toFixed(3)} fitted ${JSON.stringify(found.gains)}`,
      );
    }
    gains[rival.name] = byPoll;
  }
  for (const law of [headgate, oracle])
    for (const poll of polls)
      say(`${law.name} at a poll of ${poll} s: ${costOf(law, poll, shaping).toFixed(3)}`);
  const made = {
    command: "npm run bench:control -- --fit",
    scenarios: shapingScenarios,
    seeds,
    gains,
  };
  writeFileSync(gainsFile, `${JSON.stringify(made, null, 2)}\n`);
}
