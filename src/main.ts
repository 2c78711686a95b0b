#!/usr/bin/env node
/** The entry: arguments to command, nothing else. */
import type { Io } from "./cli/io.ts";
import { exit } from "./cli/io.ts";

type Command = (args: readonly string[], io: Io) => Promise<number>;

const commands: Record<string, () => Promise<Command>> = {
  demo: async () => (await import("./cli/demo.ts")).demo,
  serve: async () => (await import("./cli/serve.ts")).serve,
  check: async () => (await import("./cli/check.ts")).check,
  override: async () => (await import("./cli/override.ts")).override,
  record: async () => (await import("./cli/record.ts")).record,
  replay: async () => (await import("./cli/replay.ts")).replay,
  simulate: async () => (await import("./cli/simulate.ts")).simulate,
};

const usage = `usage: headgate demo [--port PORT] [--seconds N]
       headgate serve --config FILE
       headgate check FILE [--json]
       headgate override TARGET --rate N|--open|--closed|--observe --for 10m [--note TEXT] [--author NAME] [--url URL]
       headgate override TARGET --clear [--url URL]
       headgate record TARGET [--url http://127.0.0.1:4290]
       headgate replay --config FILE --target ID [--assessment]
       headgate simulate SCENARIO [--law NAME ...] [--poll 5s] [--seeds N] [--json] [--svg FILE]
       headgate --version
`;

/** Past this an orderly end has failed. */
const longestEndMs = 900;

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === "--version") {
    process.stdout.write(`${(await import("./cli/version.ts")).version}\n`);
    return exit.done;
  }
  if (name === "--help" || name === "help" || args.includes("--help")) {
    process.stdout.write(usage);
    return exit.done;
  }
  const load = name === undefined ? undefined : commands[name];
  if (load === undefined) {
    process.stderr.write(name === undefined ? usage : `there is no command "${name}"\n${usage}`);
    return exit.usage;
  }
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      ending.abort();
      setTimeout(() => process.exit(exit.problem), longestEndMs).unref();
    });
  }
  const { stdin, stdout, stderr, env } = process;
  const onHangup = (act: () => void) => process.on("SIGHUP", act);
  return (await load())(args, { stdin, stdout, stderr, env, signal: ending.signal, onHangup });
}

/** Faults that a person can mend carry a code of Node.js's (a taken port, an unknown option): one line, no stack. */
const isPlain = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && "code" in error && typeof error.code === "string";

// Whoever reads the output has gone (`… | head`): there is nobody left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exit.done);
  throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(
      `headgate: ${isPlain(error) ? error.message : error instanceof Error ? error.stack : error}\n`,
    );
    process.exitCode = isPlain(error) && error.code.startsWith("ERR_PARSE_ARGS") ? exit.usage : exit.problem;
  },
);
