/**
 * `npm run bench:poll`: what a poll costs. 100 groups, each with commits on 5 topics of 25 partitions (12,500 committed
 * offsets, 500 partitions), on one real broker; beside it kafkajs's own admin client, in the same run. Requests are
 * counted by a proxy that reads the frames. Then the daemon as a process of its own, watching all of it, and idle
 * with one target. Exit 1 where more than 3 requests a poll are sent or the idle daemon takes more than 1 % of a CPU.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Kafka, logLevel } from "kafkajs";
import { createKafkaSource } from "../src/adapters/kafka/source.ts";
import type { Log, Watch } from "../src/core/ports.ts";
import { startKafka } from "../test/support/kafka.ts";

const groupCount = 100;
const topicCount = 20;
const topicsPerGroup = 5;
const partitions = 25;
const polls = 50;
const mostRequests = 3;
const mostIdleShare = 0.01;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const topics = Array.from({ length: topicCount }, (_, index) => `topic-${index}`);
const groups = Array.from({ length: groupCount }, (_, index) => ({
  name: `group-${index}`,
  topics: Array.from({ length: topicsPerGroup }, (_, nth) => `topic-${(index + 4 * nth) % topicCount}`),
}));
const watches: Watch[] = groups.map(({ name, topics: read }) => ({
  target: name,
  group: name,
  topics: read,
}));

const say = (line: string) => process.stdout.write(`${line}\n`);
const client = (bootstrap: readonly string[], clientId: string) =>
  new Kafka({ clientId, brokers: [...bootstrap], logLevel: logLevel.NOTHING, connectionTimeout: 10_000 });

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Mean cost of one of `times` runs, after a first one that connects and learns. */
const costOf = async (times: number, once: () => Promise<unknown>): Promise<Cost> => {
  await once();
  await once();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (let i = 0; i < times; i += 1) await once();
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: (performance.now() - begun) / times, cpuMs: (user + system) / 1000 / times };
};

const kafka = await startKafka({ proxied: true });
const [proxy] = kafka.proxies;
if (proxy === undefined) throw new Error("no proxy");
const folder = await mkdtemp(join(tmpdir(), "headgate-bench-"));
try {
  const admin = client(kafka.bootstrap, "bench-setup").admin();
  await admin.connect();
  await admin.createTopics({
    topics: topics.map((topic) => ({ topic, numPartitions: partitions })),
    waitForLeaders: true,
  });
  const waiting = [...groups];
  const commitAll = async () => {
    for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
      for (const topic of group.topics) {
        await admin.setOffsets({
          groupId: group.name,
          topic,
          partitions: Array.from({ length: partitions }, (_, partition) => ({ partition, offset: "0" })),
        });
      }
    }
  };
  await Promise.all(Array.from({ length: 10 }, commitAll));
  await admin.disconnect();
  say(
    `${groupCount} groups × ${topicsPerGroup} topics × ${partitions} partitions on one broker: ${groupCount * topicsPerGroup * partitions} committed offsets\n`,
  );

  const sourceAt = (bootstrap: readonly string[], clientId: string) =>
    createKafkaSource({
      broker: "bench",
      bootstrap,
      pollMs: 5000,
      timeoutMs: 10_000,
      clock: Date.now,
      log: silent,
      clientId,
    });
  const pollOf = (source: ReturnType<typeof sourceAt>) => async () => {
    const { answers } = await source.poll(watches, AbortSignal.timeout(30_000));
    for (const [target, answer] of answers) {
      if (answer.kind === "failed") throw new Error(`${target}: ${answer.failure.message}`);
    }
  };

  const counted = sourceAt([proxy.address], "headgate");
  await pollOf(counted)();
  const first = proxy.count({ clientId: "headgate" });
  proxy.forget();
  for (let i = 0; i < 10; i += 1) await pollOf(counted)();
  const requests = proxy.count({ clientId: "headgate" }) / 10;
  const apis = proxy.requests().filter(({ clientId }) => clientId === "headgate");
  await counted.stop();
  const direct = sourceAt(kafka.bootstrap, "headgate");
  const own = await costOf(polls, pollOf(direct));
  await direct.stop();

  const readByAdmin = (reader: ReturnType<Kafka["admin"]>) => async () => {
    for (const { name } of groups) await reader.fetchOffsets({ groupId: name });
    for (const topic of topics) await reader.fetchTopicOffsets(topic);
    await reader.describeGroups(groups.map(({ name }) => name));
  };
  const countedAdmin = client([proxy.address], "kafkajs-admin").admin();
  await countedAdmin.connect();
  await readByAdmin(countedAdmin)();
  proxy.forget();
  await readByAdmin(countedAdmin)();
  const adminRequests = proxy.count({ clientId: "kafkajs-admin" });
  await countedAdmin.disconnect();
  const directAdmin = client(kafka.bootstrap, "kafkajs-admin").admin();
  await directAdmin.connect();
  const theirs = await costOf(5, readByAdmin(directAdmin));
  await directAdmin.disconnect();

  const row = (name: string, count: number, { wallMs, cpuMs }: Cost) =>
    say(
      `${name.padEnd(24)} ${count.toFixed(1).padStart(9)} ${wallMs.toFixed(1).padStart(10)} ${cpuMs.toFixed(1).padStart(10)}`,
    );
  say(
    `${"".padEnd(24)} ${"requests".padStart(9)} ${"wall, ms".padStart(10)} ${"CPU, ms".padStart(10)}   a poll`,
  );
  row("Headgate", requests, own);
  row("kafkajs's admin client", adminRequests, theirs);
  say(
    `${"ratio".padEnd(24)} ${(adminRequests / requests).toFixed(0).padStart(9)} ${(theirs.wallMs / own.wallMs).toFixed(0).padStart(10)} ${(theirs.cpuMs / own.cpuMs).toFixed(0).padStart(10)}`,
  );
  say(
    `\nHeadgate's requests in 10 polls: ${apis.map(({ api, version, count }) => `${count} × ${api} v${version}`).join(", ")}; ${first} in the very first poll\n`,
  );

  const busy = await daemonCost(kafka.bootstrap, watches, 5, 30);
  say(
    `daemon, ${watches.length} targets, poll 5 s   CPU ${(100 * busy.share).toFixed(2)} %   memory ${(busy.memory / 2 ** 20).toFixed(0)} MiB`,
  );
  const idle = await daemonCost(kafka.bootstrap, watches.slice(0, 1), 5, 30);
  say(
    `daemon, 1 target, poll 5 s     CPU ${(100 * idle.share).toFixed(2)} %   memory ${(idle.memory / 2 ** 20).toFixed(0)} MiB`,
  );

  if (requests > mostRequests) {
    say(`MISSED: ${requests} requests a poll, at most ${mostRequests}`);
    process.exitCode = 1;
  }
  if (idle.share > mostIdleShare) {
    say(`MISSED: ${(100 * idle.share).toFixed(2)} % of a CPU while idle, at most ${100 * mostIdleShare} %`);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
  await kafka.stop();
}

/** The daemon's share of one CPU over `seconds`, and its memory then in bytes, as its own metrics tell them. */
async function daemonCost(
  bootstrap: readonly string[],
  of: readonly Watch[],
  pollSeconds: number,
  seconds: number,
): Promise<{ readonly share: number; readonly memory: number }> {
  const path = join(folder, "headgate.json");
  const configuration = {
    server: { host: "127.0.0.1", port: 0 },
    brokers: { events: { type: "kafka", bootstrap, poll: `${pollSeconds}s` } },
    targets: Object.fromEntries(
      of.map(({ target, group, topics: read }) => [target, { broker: "events", group, topics: read }]),
    ),
  };
  await writeFile(path, JSON.stringify(configuration));
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const daemon = spawn(process.execPath, [main, "serve", "--config", path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let text = "";
      daemon.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const [, found] = /answers at (http:[^"]+)/.exec(text) ?? [];
        if (found !== undefined) resolve(found);
      });
      daemon.once("exit", () => reject(new Error(`the daemon ended: ${text}`)));
    });
    const metric = async (name: string): Promise<number> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
    };
    await sleep(10_000);
    await metric("process_cpu_seconds_total");
    const before = await metric("process_cpu_seconds_total");
    await sleep(1000 * seconds);
    const after = await metric("process_cpu_seconds_total");
    return { share: (after - before) / seconds, memory: await metric("process_resident_memory_bytes") };
  } finally {
    daemon.kill();
  }
}
