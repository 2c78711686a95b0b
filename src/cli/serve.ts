/** `headgate serve --config FILE`: the daemon. Ends within a second of SIGTERM. */
import { parseArgs } from "node:util";
import { pino } from "pino";
import { loadConfig } from "../config/load.ts";
import { formatProblems } from "../config/problem.ts";
import { run } from "./compose.ts";
import { exit, type Io, untilAborted } from "./io.ts";
import { version } from "./version.ts";

export const usage = "headgate serve --config FILE";

export async function serve(args: readonly string[], io: Io): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { config: { type: "string", short: "c" } } });
  if (values.config === undefined) {
    io.stderr.write(`usage: ${usage}\n`);
    return exit.usage;
  }
  const loaded = await loadConfig(values.config, io.env);
  if (!loaded.ok) {
    io.stderr.write(`${formatProblems(loaded.problems, values.config)}\n`);
    return exit.problem;
  }
  const { config, warnings } = loaded;
  const log = pino(
    { base: null, level: config.log.level, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 1, sync: true }),
  );
  for (const warning of warnings) log.warn({ path: warning.path }, warning.message);

  const file = values.config;
  const running = await run(config, log, {
    load: () => loadConfig(file, io.env),
    onTaken: (next) => {
      log.level = next.log.level;
    },
  });
  io.onHangup(() => running.reload());
  log.info(
    {
      version,
      url: running.url,
      ops: running.opsUrl,
      targets: config.targets.size,
      gates: config.gates.size,
    },
    `headgate ${version} answers at ${running.url}`,
  );
  await untilAborted(io.signal);
  log.info({}, "stopping");
  await running.stop();
  log.info({}, "stopped");
  return exit.done;
}
