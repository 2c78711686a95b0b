/** Kafka's own command line tools, as a second opinion and as clients that speak its newer protocols. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { currentKafka, javaMissing, kafkaClassPath } from "./kafkaPackages.ts";
import { exited, type Finished, MissingCommand, run, startGuard } from "./processes.ts";

const flags = [
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
];

const javaArguments = async (name: string, args: readonly string[]): Promise<string[]> => [
  ...flags,
  "-cp",
  await kafkaClassPath(currentKafka),
  `org.apache.kafka.tools.${name}`,
  ...args,
];

/** Runs a tool of package `org.apache.kafka.tools` to its end, whatever its exit code. */
export const runKafkaTool = async (name: string, args: readonly string[]): Promise<Finished> =>
  run("java", await javaArguments(name, args)).catch((error: unknown) => {
    throw error instanceof MissingCommand ? javaMissing(currentKafka) : error;
  });

/** One partition of a group, as `kafka-consumer-groups --describe` tells it; undefined where that prints a dash. */
export interface GroupPartition {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number | undefined;
  readonly end: number | undefined;
  readonly lag: number | undefined;
  readonly consumerId: string | undefined;
}

/** The rows of the tool's table, whose columns are headed and separated by blanks. */
export const parseGroup = (table: string): readonly GroupPartition[] => {
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
  const head = rows.findIndex((row) => row[0] === "GROUP");
  const columns = rows[head] ?? [];
  return rows.slice(head + 1).flatMap((row) => {
    const text = (column: string): string | undefined => {
      const cell = row[columns.indexOf(column)];
      return cell === "-" ? undefined : cell;
    };
    const number = (column: string): number | undefined => {
      const cell = text(column);
      return cell === undefined ? undefined : Number(cell);
    };
    const topic = text("TOPIC");
    const partition = number("PARTITION");
    // A group with members that were assigned nothing has rows without a topic.
    if (head < 0 || topic === undefined || partition === undefined) return [];
    return {
      topic,
      partition,
      committed: number("CURRENT-OFFSET"),
      end: number("LOG-END-OFFSET"),
      lag: number("LAG"),
      consumerId: text("CONSUMER-ID"),
    };
  });
};

/** What `kafka-consumer-groups` knows of a group's partitions; undefined where there is no such group. */
export const describeGroup = async (
  bootstrap: readonly string[],
  group: string,
): Promise<readonly GroupPartition[] | undefined> => {
  const args = ["--bootstrap-server", bootstrap.join(","), "--describe", "--group", group];
  const { stdout, stderr } = await runKafkaTool("consumer.group.ConsumerGroupCommand", args);
  if (/GroupIdNotFoundException/.test(stdout)) return undefined;
  if (/^Error/m.test(stdout)) throw new Error(`kafka-consumer-groups failed: ${stdout}${stderr}`);
  return parseGroup(stdout);
};

export interface RecordsBefore {
  readonly topic: string;
  readonly partition: number;
  /** First offset that stays. */
  readonly offset: number;
}

/** Deletes the records before an offset, as retention does. */
export const deleteRecords = async (
  bootstrap: readonly string[],
  partitions: readonly RecordsBefore[],
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-delete-"));
  try {
    const file = join(folder, "offsets.json");
    await writeFile(file, JSON.stringify({ version: 1, partitions }));
    const args = ["--bootstrap-server", bootstrap.join(","), "--offset-json-file", file];
    const { code, stdout, stderr } = await runKafkaTool("DeleteRecordsCommand", args);
    const deleted = stdout.match(/low_watermark:/g)?.length ?? 0;
    if (code !== 0 || deleted < partitions.length) throw new Error(`no records deleted: ${stdout}${stderr}`);
  } finally {
    await rm(folder, { recursive: true });
  }
};

export interface ConsoleConsumerOptions {
  readonly bootstrap: readonly string[];
  readonly topic: string;
  readonly group: string;
  /** `classic` joins and heartbeats as ever; `consumer` is KIP-848's protocol; `share` a share group. */
  readonly protocol: "classic" | "consumer" | "share";
  /** Further properties of the consumer, over those of ours. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** A consumer in a process of its own, which ends with this one at the latest. */
export interface ConsoleConsumer {
  /** Values of the messages read so far, one a line. */
  readonly messages: readonly string[];
  /** Leaves the group, after committing what was read. */
  stop(): Promise<void>;
  /** Ends it as a crash would: the group sees that when the session is over. */
  kill(): Promise<void>;
}

/** Starts a consumer that reads the topic from its beginning (a share group: from now on) and commits twice a second. */
export const startConsoleConsumer = async (options: ConsoleConsumerOptions): Promise<ConsoleConsumer> => {
  const share = options.protocol === "share";
  const properties = share
    ? { ...options.properties }
    : {
        "group.protocol": options.protocol,
        "auto.offset.reset": "earliest",
        "auto.commit.interval.ms": "500",
        ...options.properties,
      };
  const args = ["--bootstrap-server", options.bootstrap.join(","), "--topic", options.topic];
  args.push("--group", options.group);
  for (const [name, value] of Object.entries(properties)) args.push("--command-property", `${name}=${value}`);
  const tool = share ? "consumer.ConsoleShareConsumer" : "consumer.ConsoleConsumer";
  const guard = startGuard();
  const child = spawn("java", await javaArguments(tool, args), { stdio: ["ignore", "pipe", "ignore"] });
  child.on("error", () => {});
  child.unref();
  (child.stdout as Socket).unref();
  if (child.pid === undefined) throw javaMissing(currentKafka);
  guard.keep([child.pid]);
  const messages: string[] = [];
  createInterface(child.stdout).on("line", (line) => messages.push(line));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited(child);
    guard.keep([]);
    await guard.release();
  };
  return { messages, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
};
