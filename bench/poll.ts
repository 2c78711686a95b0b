/**
 * What a poll costs: 100 groups that have committed on 5 topics of 25 partitions each, of 20 topics on one broker
 * (12,500 committed offsets, 500 partitions). Requests are counted by a proxy that reads the frames; time, CPU and
 * memory are measured without it. Beside it kafkajs's own admin client, asking for the same in the same run.
 *
 * Then the daemon as a process of its own.
 *
 * Exits with 1 where the hot poll takes more than three requests, or the idle daemon more than 1 % of a CPU.
 */
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Kafka, logLevel } from "kafkajs";
import { createKafkaSource } from "../src/adapters/kafka/source.ts";
import type { Log, Source, Watch } from "../src/core/ports.ts";
import { commitOffsets, startTraffic } from "../test/adapters/kafka/polling.ts";
import { type RunningKafka, startKafka } from "../test/support/kafka.ts";
import type { FaultProxy } from "../test/support/proxy.ts";
import { type DaemonCost, daemonCost } from "./daemon.ts";

const groupCount = 100;
const topicsPerGroup = 5;
const topicCount = 20;
const partitions = 25;
const messages = 100;
const mostRequests = 3;
/** Of one CPU, with one target at a poll of 5 s. */
const mostIdleShare = 0.01;

/** Polls of each kind, after some that only warm up. */
const sourcePolls = 100;
const adminPolls = 5;

const topics = Array.from({ length: topicCount }, (_, index) => `topic-${index}`);
const groups = Array.from({ length: groupCount }, (_, index) => `group-${index}`);
const topicsOf = (group: number): string[] =>
  Array.from({ length: topicsPerGroup }, (_, index) => topics[(group + index) % topicCount] ?? "");
const watches: Watch[] = groups.map((group, index) => ({ target: group, group, topics: topicsOf(index) }));

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const prepare = async (kafka: RunningKafka): Promise<void> => {
  await using traffic = await startTraffic(kafka.bootstrap);
  say(`creating ${topicCount} topics of ${partitions} partitions, ${messages} messages in each ...`);
  await traffic.admin.createTopics({
    topics: topics.map((topic) => ({ topic, numPartitions: partitions })),
    waitForLeaders: true,
  });
  for (const topic of topics) {
    const batch = Array.from({ length: partitions * messages }, (_, index) => ({
      partition: index % partitions,
      value: "m",
    }));
    await traffic.producer.send({ topic, messages: batch });
  }
  say(`committing for ${groupCount} groups ...`);
  const half = new Array<number>(partitions).fill(messages / 2);
  for (const [index, group] of groups.entries()) {
    const offsets = Object.fromEntries(topicsOf(index).map((topic) => [topic, half]));
    await commitOffsets(kafka.bootstrap, group, offsets);
  }
};

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const sourceAt = (bootstrap: readonly string[], slowPaceMs: number): Source =>
  createKafkaSource({
    broker: "bench",
    bootstrap,
    timeoutMs: 30_000,
    pollMs: 5_000,
    slowPaceMs,
    clock: () => performance.timeOrigin + performance.now(),
    log: silent,
  });

/** Rejects unless the poll has read all there is. */
const pollSource = async (source: Source): Promise<void> => {
  const { answers } = await source.poll(watches, AbortSignal.timeout(30_000));
  let read = 0;
  for (const answer of answers.values()) {
    if (answer.kind === "failed") throw new Error(answer.failure.message);
    for (const { committed, end } of answer.observation.parts ?? []) {
      // A producer that retries may have written a batch twice.
      if (committed === messages / 2 && typeof end === "number" && end >= messages) read += 1;
    }
  }
  const expected = groupCount * topicsPerGroup * partitions;
  if (read !== expected) throw new Error(`${read} of ${expected} offsets read`);
};

type Admin = ReturnType<Kafka["admin"]>;

const adminAt = async (bootstrap: readonly string[]): Promise<Admin> => {
  const admin = new Kafka({ clientId: "admin", brokers: [...bootstrap], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return admin;
};

const pollAdmin = async (admin: Admin): Promise<void> => {
  await Promise.all(groups.map((groupId) => admin.fetchOffsets({ groupId })));
  await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
  await admin.describeGroups(groups);
};

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The median wall time and the mean CPU time of a run. */
const measure = async (times: number, run: () => Promise<void>): Promise<Cost> => {
  const walls: number[] = [];
  const cpuBefore = process.cpuUsage();
  for (let index = 0; index < times; index += 1) {
    const startedAt = performance.now();
    await run();
    walls.push(performance.now() - startedAt);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallMs: median(walls), cpuMs: (user + system) / 1_000 / times };
};

/** Requests of a run, seen by the proxy. */
const requestsOf = async (proxy: FaultProxy, times: number, run: () => Promise<void>): Promise<number> => {
  proxy.forget();
  for (let index = 0; index < times; index += 1) await run();
  return proxy.count() / times;
};

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const bench = async (kafka: RunningKafka, proxy: FaultProxy): Promise<boolean> => {
  await prepare(kafka);

  say("counting requests ...");
  const never = 3_600_000;
  const proxied = sourceAt([proxy.address], never);
  const first = await requestsOf(proxy, 1, () => pollSource(proxied));
  const hot = await requestsOf(proxy, 10, () => pollSource(proxied));
  await proxied.stop();
  const slowPaceMs = 100;
  const slow = sourceAt([proxy.address], slowPaceMs);
  await pollSource(slow);
  const slowRequests = await requestsOf(proxy, 5, async () => {
    await delay(slowPaceMs);
    await pollSource(slow);
  });
  await slow.stop();
  const proxiedAdmin = await adminAt([proxy.address]);
  await pollAdmin(proxiedAdmin);
  const adminRequests = await requestsOf(proxy, 1, () => pollAdmin(proxiedAdmin));
  await proxiedAdmin.disconnect();

  say("measuring ...");
  const source = sourceAt(kafka.bootstrap, never);
  await measure(30, () => pollSource(source));
  const cost = await measure(sourcePolls, () => pollSource(source));
  collect();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  await source.stop();
  const admin = await adminAt(kafka.bootstrap);
  await measure(2, () => pollAdmin(admin));
  const adminCost = await measure(adminPolls, () => pollAdmin(admin));
  await admin.disconnect();

  const row = (name: string, requests: number, { wallMs, cpuMs }: Cost): string =>
    `${name.padEnd(28)}${requests.toFixed(0).padStart(10)}${wallMs.toFixed(1).padStart(10)}${cpuMs.toFixed(1).padStart(10)}`;
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const times = (ours: number, theirs: number): string => `${(theirs / ours).toFixed(1)} times`;
  console.log(`${"a poll of 12,500 offsets".padEnd(28)}${"requests".padStart(10)}${"wall, ms".padStart(10)}${"CPU, ms".padStart(10)}
${row("headgate", hot, cost)}
${row("kafkajs's admin client", adminRequests, adminCost)}
the admin client takes ${times(hot, adminRequests)} the requests, ${times(cost.wallMs, adminCost.wallMs)} the time, ${times(cost.cpuMs, adminCost.cpuMs)} the CPU

the first poll, which finds everything: ${first.toFixed(0)} requests
a poll at the slow pace (once a minute): ${slowRequests.toFixed(0)} requests; with a poll each 5 s that is ${(hot + (slowRequests - hot) / 12).toFixed(2)} a poll on average
memory, with this bench: ${mebibytes(heapUsed + arrayBuffers)} in use after a collection, ${mebibytes(rss)} resident`);
  if (hot > mostRequests) console.log(`FAILED: ${hot} requests a poll, where ${mostRequests} are allowed`);
  return hot <= mostRequests;
};

await using kafka = await startKafka({ proxied: true });
const [proxy] = kafka.proxies;
if (proxy === undefined) throw new Error("the broker has no proxy");
const cheap = await bench(kafka, proxy);
say("measuring the daemon, twice 30 s ...");
const busy = await daemonCost(kafka.bootstrap, watches, 30);
const idle = await daemonCost(kafka.bootstrap, watches.slice(0, 1), 30);
const line = (what: string, { share, memoryBytes }: DaemonCost) =>
  console.log(`${what.padEnd(40)}CPU ${percent(share)}, memory ${(memoryBytes / 2 ** 20).toFixed(0)} MiB`);
line(`the daemon, ${watches.length} targets, polled each 5 s`, busy);
line("the daemon, 1 target, polled each 5 s", idle);
const light = idle.share <= mostIdleShare;
if (!light)
  console.log(`FAILED: ${percent(idle.share)} of a CPU, where ${percent(mostIdleShare)} is allowed`);
process.exitCode = cheap && light ? 0 : 1;
