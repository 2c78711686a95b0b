/** A Kafka cluster of our own on the loopback: real brokers as processes of this test, gone when it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Report, reportToStderr } from "./cache.ts";
import { currentKafka, javaMissing, kafkaClassPath } from "./kafkaPackages.ts";
import { log4j, type NodeAddresses, properties } from "./kafkaProperties.ts";
import { kafkaServes } from "./kafkaReadiness.ts";
import { freePorts } from "./ports.ts";
import { exited, MissingCommand, run, startGuard } from "./processes.ts";
import { type FaultProxy, startProxy } from "./proxy.ts";

export interface KafkaOptions {
  /** Default 4.3.1. */
  readonly version?: string;
  /** Brokers, each a controller too: 1 (default), or 3 where one must be able to fail. */
  readonly nodes?: number;
  /** Gives each node a second listener, advertised at a proxy of ours. */
  readonly proxied?: boolean;
  /** Lines of `server.properties` for every node, over those of ours. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly report?: Report;
}

/** Nodes are numbered from 1, and have that number as their id in Kafka's metadata. */
export interface RunningKafka {
  readonly version: string;
  /** `127.0.0.1:PORT` of every node. */
  readonly bootstrap: string[];
  /** One for each node where `proxied`; whoever bootstraps at their addresses talks to the cluster through them alone. */
  readonly proxies: readonly FaultProxy[];
  /** Process ids of the nodes that run, a paused one too. */
  pids(): number[];
  /** Ends a node as a crash would. Resolves when it is gone. */
  kill(node?: number): Promise<void>;
  /** Starts a node again that was killed, on its port and with its data. Resolves when the cluster serves. */
  restart(node?: number): Promise<void>;
  /** Freezes a node: its connections stay, nothing is answered. */
  pause(node?: number): void;
  resume(node?: number): void;
  /** The last lines of a node's log. */
  log(node?: number, lines?: number): Promise<string>;
  /** Kills all and deletes the data. Safe more than once. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Node extends NodeAddresses {
  readonly config: string;
  readonly logFile: string;
  process: ChildProcess | undefined;
}

const small = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"];

const logging = ["showDateTime=true", "dateTimeFormat=HH:mm:ss.SSS", "showThreadName=false"].map(
  (setting) => `-Dorg.slf4j.simpleLogger.${setting}`,
);

/** Sixteen bytes as Kafka writes its ids. One that begins with a dash would read as an option. */
const randomId = (): string => `h${randomBytes(16).toString("base64url").slice(1)}`;

const tail = async (file: string, lines: number): Promise<string> =>
  (await readFile(file, "utf8").catch(() => "")).trimEnd().split("\n").slice(-lines).join("\n");

/** Starts a cluster and resolves when it serves. Rejects with a line that says what is missing, or the log's end. */
export const startKafka = async (options: KafkaOptions = {}): Promise<RunningKafka> => {
  const version = options.version ?? currentKafka;
  const report = options.report ?? reportToStderr;
  const classPath = await kafkaClassPath(version, report);
  const count = options.nodes ?? 1;
  const folder = await mkdtemp(join(tmpdir(), "headgate-kafka-"));
  const guard = startGuard(folder);
  const nodes: Node[] = [];
  const proxies: FaultProxy[] = [];
  for (let id = 1; id <= count; id += 1) {
    const [port = 0, controllerPort = 0, proxiedPort = 0] = await freePorts(3);
    const proxy = options.proxied ? await startProxy(proxiedPort) : undefined;
    if (proxy) proxies.push(proxy);
    const own = join(folder, String(id));
    nodes.push({
      id,
      port,
      controllerPort,
      proxied: proxy && { port: proxiedPort, advertised: proxy.address },
      folder: own,
      config: join(own, "server.properties"),
      logFile: join(own, "log"),
      process: undefined,
    });
  }
  const bootstrap = nodes.map((node) => `127.0.0.1:${node.port}`);
  const alive = (): Node[] => nodes.filter((node) => node.process !== undefined);
  const pids = (): number[] => alive().flatMap((node) => node.process?.pid ?? []);
  const at = (id: number): Node => {
    const node = nodes[id - 1];
    if (node === undefined) throw new RangeError(`no node ${id}: there are ${count}`);
    return node;
  };

  const format = async (node: Node, cluster: string): Promise<void> => {
    await mkdir(node.folder);
    await writeFile(node.config, properties(node, nodes, options.settings ?? {}));
    await writeFile(join(node.folder, "log4j.properties"), log4j);
    const format = ["format", "-t", cluster, "-c", node.config, "--ignore-formatted"];
    const args = [...small, "-cp", classPath, "kafka.tools.StorageTool", ...format];
    const result = await run("java", args).catch((error: unknown) => {
      throw error instanceof MissingCommand ? javaMissing(version) : error;
    });
    if (result.code !== 0) throw new Error(`Kafka ${version} cannot format its storage: ${result.stderr}`);
  };

  const launch = (node: Node): void => {
    const log = openSync(node.logFile, "a");
    const log4jFile = `-Dlog4j.configuration=file:${join(node.folder, "log4j.properties")}`;
    const args = [...small, ...logging, log4jFile, "-cp", classPath, "kafka.Kafka", node.config];
    const child = spawn("java", args, { cwd: node.folder, stdio: ["ignore", log, log], detached: true });
    closeSync(log);
    child.unref();
    node.process = child;
    child.once("exit", () => {
      if (node.process === child) node.process = undefined;
      guard.keep(pids());
    });
    guard.keep(pids());
  };

  const signal = (id: number, name: NodeJS.Signals): ChildProcess => {
    const child = at(id).process;
    if (child === undefined) throw new Error(`node ${id} does not run`);
    child.kill(name);
    return child;
  };

  const kill = async (id = 1): Promise<void> => exited(signal(id, "SIGKILL"));

  const ready = async (started: readonly Node[]): Promise<void> => {
    const failed = (): string | undefined => {
      const node = started.find((each) => each.process === undefined);
      return node && `Kafka ${version}, node ${node.id}, ended by itself`;
    };
    await kafkaServes(bootstrap, { nodes: alive().length, failed }).catch(async (error: Error) => {
      const logs = await Promise.all(started.map((node) => tail(node.logFile, 20)));
      throw new Error(`${error.message}\n${logs.join("\n--\n")}`);
    });
  };

  const stop = async (): Promise<void> => {
    await Promise.all([...alive().map((node) => kill(node.id)), ...proxies.map((proxy) => proxy.stop())]);
    await guard.release();
  };

  try {
    const startedAt = performance.now();
    const cluster = randomId();
    await Promise.all(nodes.map((node) => format(node, cluster)));
    for (const node of nodes) launch(node);
    await ready(nodes);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    report(`Kafka ${version}: serves at ${bootstrap.join(",")} after ${seconds} s`);
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    version,
    bootstrap,
    proxies,
    pids,
    kill,
    restart: async (id = 1) => {
      const node = at(id);
      if (node.process !== undefined) throw new Error(`node ${id} runs already`);
      launch(node);
      await ready([node]);
    },
    pause: (id = 1) => void signal(id, "SIGSTOP"),
    resume: (id = 1) => void signal(id, "SIGCONT"),
    log: (id = 1, lines = 50) => tail(at(id).logFile, lines),
    stop,
    [Symbol.asyncDispose]: stop,
  };
};
