/** The scenarios that come with Headgate, and those that a user wrote. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Scenario } from "./scenario.ts";
import { parseScenario, type ScenarioResult } from "./validate.ts";

const folder = fileURLToPath(new URL("scenarios", import.meta.url));

export const shippedNames = (): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => basename(file, ".json"))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));

/** The shipped scenarios that `name` stands for: the one of that name, or all of that number (`3`: every sine). */
export const namesFor = (name: string): readonly string[] => {
  const names = shippedNames();
  return names.includes(name) ? [name] : names.filter((one) => one.startsWith(`${name}-`));
};

/** Throws where a shipped file is wrong: a fault of ours. */
export function shipped(name: string): Scenario {
  const result = readScenario(join(folder, `${name}.json`));
  if (result.ok) return result.scenario;
  throw new Error(result.problems.map(({ field, problem }) => `${name}: ${field} ${problem}`).join("\n"));
}

/** Throws the file system's own error where there is no such file. */
export function readScenario(path: string): ScenarioResult {
  const text = readFileSync(path, "utf8");
  try {
    return parseScenario(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError)
      return { ok: false, problems: [{ field: "scenario", problem: `is no JSON: ${error.message}` }] };
    throw error;
  }
}
