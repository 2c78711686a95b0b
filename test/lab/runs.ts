/** Runs for tests: any scenario over a shipped one's defaults. */

import type { Law } from "../../src/lab/law.ts";
import { runPlant, type Trace } from "../../src/lab/plant.ts";
import type { Scenario } from "../../src/lab/scenario.ts";
import { parseScenario } from "../../src/lab/validate.ts";

/** A steady queue: capacity 1000/s, demand twice that, for 300 s, but for what `over` says. */
export const scenario = (over: Readonly<Record<string, unknown>> = {}): Scenario => {
  const result = parseScenario({
    name: "test",
    title: "test",
    seconds: 300,
    capacity: 1000,
    demand: 2000,
    windows: [{ name: "all", from: 100, to: 300 }],
    ...over,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.scenario;
};

export const run = (one: Scenario, law: Law, { pollSeconds = 5, seed = 1 } = {}): Trace =>
  runPlant(one, law, { pollSeconds, seed });
