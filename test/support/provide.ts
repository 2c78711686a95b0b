/**
 * Brings up the brokers of a run, by the first way that there is: an address that the caller gives; Docker, where
 * an engine runs; packages of the registries.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Report } from "./cache.ts";
import { listed } from "./given.ts";
import { startKafka } from "./kafka.ts";
import { kafkaServes } from "./kafkaReadiness.ts";
import { freePorts } from "./ports.ts";
import { MissingCommand, run } from "./processes.ts";

export interface GivenBroker {
  /** `host:port` of each. */
  readonly addresses: readonly string[];
  readonly from: "environment" | "docker" | "packages";
  /** Stops what was started here; what was given stays as it is. */
  stop(): Promise<void>;
}

const composeFile = fileURLToPath(new URL("../../docker-compose.yml", import.meta.url));

/** Why Docker cannot be used; undefined where it can. */
const dockerMissing = async (): Promise<string | undefined> => {
  try {
    const engine = await run("docker", ["info"], { timeoutMs: 15_000 });
    if (engine.code !== 0) return "no Docker engine runs";
    const compose = await run("docker", ["compose", "version"], { timeoutMs: 15_000 });
    return compose.code === 0 ? undefined : "Docker lacks its compose plugin";
  } catch (error) {
    return error instanceof MissingCommand ? "there is no Docker" : "Docker does not answer";
  }
};

const kafkaByDocker = async (): Promise<GivenBroker> => {
  const [port] = await freePorts(1);
  const env = { ...process.env, HEADGATE_KAFKA_PORT: String(port) };
  const compose = ["compose", "-f", composeFile, "-p", `headgate-test-${process.pid}`];
  let up = true;
  // Without a wait in between, so that it is also done when the process exits early.
  const down = (): void => {
    if (up) spawnSync("docker", [...compose, "down", "--volumes"], { env, stdio: "ignore" });
    up = false;
  };
  process.once("exit", down);
  try {
    const started = await run("docker", [...compose, "up", "-d", "--wait", "kafka"], {
      env,
      timeoutMs: 600_000,
    });
    if (started.code !== 0) throw new Error(`docker compose up: ${started.stderr.trim().split("\n").at(-1)}`);
    const addresses = [`127.0.0.1:${port}`];
    await kafkaServes(addresses);
    return { addresses, from: "docker", stop: async () => down() };
  } catch (error) {
    down();
    throw error;
  }
};

const kafkaByPackages = async (report: Report): Promise<GivenBroker> => {
  const kafka = await startKafka({ report });
  return { addresses: kafka.bootstrap, from: "packages", stop: kafka.stop };
};

/** A Kafka for the run. Rejects with a message that says what is missing. */
export const provideKafka = async (report: Report): Promise<GivenBroker> => {
  const addresses = listed(process.env.HEADGATE_TEST_KAFKA);
  if (addresses.length > 0) {
    report(`kafka: using ${addresses.join(",")} from HEADGATE_TEST_KAFKA`);
    await kafkaServes(addresses, { timeoutMs: 15_000 });
    return { addresses, from: "environment", stop: async () => {} };
  }
  const missing = await dockerMissing();
  if (missing === undefined) {
    report("kafka: starting docker-compose.yml's (the first time its image is fetched) ...");
    try {
      const kafka = await kafkaByDocker();
      report(`kafka: ${kafka.addresses.join(",")} in Docker`);
      return kafka;
    } catch (error) {
      report(`kafka: not by Docker: ${error instanceof Error ? error.message : error}`);
    }
  }
  report(`kafka: ${missing ?? "Docker failed"}; starting one from its Maven packages ...`);
  return kafkaByPackages(report);
};
