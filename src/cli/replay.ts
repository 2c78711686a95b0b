/**
 * `headgate replay --config FILE --target ID`: events as JSON lines on standard input; for each, the decision that
 * the daemon would have made, on standard output.
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { loadConfig } from "../config/load.ts";
import { formatProblems } from "../config/problem.ts";
import { nearest } from "../core/nearest.ts";
import { decisionBody, viewBody } from "../http/wire.ts";
import { exit, type Io } from "./io.ts";
import { linesOf, longestLine } from "./replay/lines.ts";
import { createPlayer } from "./replay/player.ts";
import { readLine } from "./replay/read.ts";

const usage = "headgate replay --config FILE --target ID [--assessment] < EVENTS";

export async function replay(args: readonly string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string", short: "c" },
      target: { type: "string", short: "t" },
      assessment: { type: "boolean", default: false },
    },
  });
  const { stdin, stdout, stderr } = io;
  if (values.config === undefined || values.target === undefined) {
    stderr.write(`usage: ${usage}\n`);
    return exit.usage;
  }
  const loaded = await loadConfig(values.config, io.env);
  if (!loaded.ok) {
    stderr.write(`${formatProblems(loaded.problems, values.config)}\n`);
    return exit.problem;
  }
  const { targets } = loaded.config;
  const target = targets.get(values.target);
  if (target === undefined) {
    const [near] = nearest(values.target, targets.keys(), 1);
    const hint =
      near === undefined ? `; it has ${[...targets.keys()].join(", ")}` : `; did you mean ${near}?`;
    stderr.write(`${values.config} has no target ${JSON.stringify(values.target)}${hint}\n`);
    return exit.usage;
  }

  const player = createPlayer(values.target, target.settings);
  let bad = 0;
  const refuse = (number: number, says: string): void => {
    bad += 1;
    stderr.write(`line ${number}: ${says}\n`);
  };
  io.signal.addEventListener("abort", () => stdin.destroy(), { once: true });
  try {
    for await (const { number, text } of linesOf(stdin)) {
      if (text === undefined) {
        refuse(number, `is longer than ${longestLine} bytes`);
        continue;
      }
      if (text.trim() === "") continue;
      const read = readLine(text);
      const played = read.ok ? player.play(read.told) : read;
      if (!played.ok) {
        refuse(number, played.says);
        continue;
      }
      const decision = decisionBody(played.decision);
      const answer = values.assessment ? { ...decision, ...viewBody(played.assessment) } : decision;
      if (!stdout.write(`${JSON.stringify(answer)}\n`)) await once(stdout, "drain");
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
  }
  return bad === 0 ? exit.done : exit.problem;
}
