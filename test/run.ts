/**
 * `npm test`: brings up what the tests need, runs them on Node's test runner, stops what it started and exits with
 * the runner's code. `--without NAME` leaves out what the name needs; other arguments go to the runner.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArguments, type RunArguments } from "./support/arguments.ts";
import type { Report } from "./support/cache.ts";
import { chromium } from "./support/chromium.ts";
import { currentKafka, kafkaClassPath } from "./support/kafkaPackages.ts";
import { promtool } from "./support/promtool.ts";
import { type GivenBroker, provideKafka } from "./support/provide.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const startedAt = performance.now();

const report: Report = (line) =>
  console.log(`[${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${line}`);

const kind = (path: string): "file" | "folder" | undefined => {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() ? "folder" : stats?.isFile() ? "file" : undefined;
};

/** Says which of the needs cannot be had, and how to do without. */
const named = async <T>(need: string, bring: () => Promise<T>): Promise<T> => {
  try {
    return await bring();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${need} cannot be had: ${reason}\n(\`--without ${need}\` leaves out the tests that need it.)`,
    );
  }
};

const bringUp = async ({ without }: RunArguments): Promise<GivenBroker | undefined> => {
  for (const name of without) report(`${name}: left out by the caller; the tests that need it are skipped`);
  if (!without.includes("promtool")) await named("promtool", () => promtool(report));
  if (!without.includes("chromium")) await named("chromium", () => chromium(report));
  if (without.includes("kafka")) return undefined;
  return named("kafka", async () => {
    // Tests of faults kill brokers of their own, wherever the shared one comes from.
    await kafkaClassPath(currentKafka, report);
    return provideKafka(report);
  });
};

const runTests = async ({ without, options, files }: RunArguments, kafka: GivenBroker | undefined) => {
  const env: NodeJS.ProcessEnv = { ...process.env, HEADGATE_TEST_WITHOUT: without.join(",") };
  delete env.HEADGATE_TEST_KAFKA;
  if (kafka) env.HEADGATE_TEST_KAFKA = kafka.addresses.join(",");
  const fixed = [
    "--test",
    "--test-reporter=spec",
    // A test that hangs fails, and does not hang the run.
    "--test-timeout=600000",
    // One file after the other: figures of rate and lag mean little where tests take each other's CPU.
    "--test-concurrency=1",
  ];
  const child = spawn(process.execPath, [...fixed, ...options, ...files], {
    cwd: root,
    env,
    stdio: "inherit",
  });
  runner = child;
  const [code, signal] = await once(child, "exit");
  return typeof code === "number" ? code : 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
};

let runner: ChildProcess | undefined;
let interrupted: NodeJS.Signals | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    interrupted = signal;
    // Before the runner runs there is nothing to wait for: what was started ends with this process.
    if (runner) runner.kill(signal);
    else process.exit(128 + constants.signals[signal]);
  });

const parsed = (): RunArguments => {
  try {
    return parseArguments(process.argv.slice(2), kind);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
};

const given = parsed();
let kafka: GivenBroker | undefined;
try {
  kafka = await bringUp(given);
  const code = await runTests(given, kafka);
  process.exitCode = interrupted ? 128 + constants.signals[interrupted] : code;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await kafka?.stop();
}
