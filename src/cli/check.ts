/** `headgate check FILE`: every problem of a configuration at once. */
import { parseArgs } from "node:util";
import type { Config } from "../config/config.ts";
import { type ConfigResult, loadConfig } from "../config/load.ts";
import { formatProblems } from "../config/problem.ts";
import { exit, type Io } from "./io.ts";

const usage = "headgate check FILE [--json]";

/** Resolves to the exit code: done without problems (warnings are none), problem, or usage. */
export async function check(
  args: readonly string[],
  io: Pick<Io, "stdout" | "stderr" | "env">,
): Promise<number> {
  const options = readArgs(args);
  if (typeof options === "string") {
    io.stderr.write(`${options}\nusage: ${usage}\n`);
    return exit.usage;
  }
  const result = await loadConfig(options.file, io.env);
  io.stdout.write(`${options.json ? toJson(result) : toText(result, options.file)}\n`);
  return result.ok ? exit.done : exit.problem;
}

/** A text says what is wrong with the arguments. */
const readArgs = (args: readonly string[]): { readonly file: string; readonly json: boolean } | string => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    if (file === undefined) return "which file?";
    return more.length > 0 ? "one file at a time" : { file, json: values.json };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const toJson = (result: ConfigResult): string =>
  JSON.stringify(
    { ok: result.ok, problems: result.ok ? [] : result.problems, warnings: result.warnings },
    null,
    2,
  );

const toText = (result: ConfigResult, file: string): string => {
  const lines: string[] = [];
  if (!result.ok) lines.push(formatProblems(result.problems, file));
  if (result.warnings.length > 0) {
    if (lines.length > 0) lines.push("");
    lines.push("warnings:", formatProblems(result.warnings, file));
  }
  if (lines.length > 0) lines.push("");
  lines.push(
    result.ok
      ? `${file} is valid: ${summary(result.config)}`
      : `${file} has ${counted(result.problems.length, "problem")}`,
  );
  return lines.join("\n");
};

const summary = ({ brokers, targets, gates }: Config): string =>
  [
    counted(Object.keys(brokers).length, "broker"),
    counted(targets.size, "target"),
    counted(gates.size, "gate"),
  ].join(", ");

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
