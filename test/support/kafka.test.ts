import assert from "node:assert/strict";
import "../../src/adapters/kafka/timers.ts";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type Admin, Kafka, logLevel } from "kafkajs";
import { leftOut } from "./given.ts";
import { type RunningKafka, startKafka } from "./kafka.ts";
import { kafkaClassPath } from "./kafkaPackages.ts";
import { deleteRecords, describeGroup, startConsoleConsumer } from "./kafkaTools.ts";
import { run, until } from "./processes.ts";

const quiet = { report: () => {} };

const clientOf = (brokers: readonly string[], clientId = "test"): Kafka =>
  new Kafka({
    clientId,
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    requestTimeout: 1_000,
    retry: { retries: 0 },
  });

const withAdmin = async <T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
};

const write = async (brokers: readonly string[], topic: string, values: readonly string[]): Promise<void> => {
  const producer = clientOf(brokers).producer();
  await producer.connect();
  await producer.send({ topic, messages: values.map((value) => ({ value, partition: 0 })) });
  await producer.disconnect();
};

const endOf = (brokers: readonly string[], topic: string): Promise<string | undefined> =>
  withAdmin(clientOf(brokers), async (admin) => (await admin.fetchTopicOffsets(topic))[0]?.high);

describe("a Kafka of our own", { skip: leftOut("kafka") }, () => {
  let kafka: RunningKafka;
  before(async () => {
    kafka = await startKafka({ ...quiet, proxied: true });
    const topics = ["kept", "read", "shared"].map((topic) => ({ topic, numPartitions: 1 }));
    await withAdmin(clientOf(kafka.bootstrap), (admin) => admin.createTopics({ topics }));
  });
  after(() => kafka.stop());

  it("keeps its address and its data when it is killed and restarted", async () => {
    await write(kafka.bootstrap, "kept", ["a", "b"]);
    const [before] = kafka.pids();
    await kafka.kill();
    assert.deepEqual(kafka.pids(), []);
    await assert.rejects(endOf(kafka.bootstrap, "kept"));
    await kafka.restart();
    assert.notEqual(kafka.pids()[0], before);
    assert.equal(await endOf(kafka.bootstrap, "kept"), "2");
    assert.match(await kafka.log(), /Kafka Server started/);
  });

  it("answers nothing while it is paused", async () => {
    kafka.pause();
    await assert.rejects(endOf(kafka.bootstrap, "kept"));
    kafka.resume();
    await until("it answers again", 30_000, () => endOf(kafka.bootstrap, "kept").catch(() => undefined));
  });

  it("is reached through its proxy, which counts requests by call and client", async () => {
    const [proxy] = kafka.proxies;
    assert.ok(proxy);
    await withAdmin(clientOf([proxy.address], "counted"), async (admin) => {
      await admin.fetchTopicOffsets("kept");
      // Two kinds of offsets of one leader.
      assert.equal(proxy.count({ api: "ListOffsets", clientId: "counted" }), 2);
      assert.equal(proxy.count({ clientId: "another" }), 0);
      proxy.forget();
      proxy.fault({ kind: "stall" });
      await assert.rejects(admin.fetchTopicOffsets("kept"), /timed out/);
      assert.equal(proxy.count({ api: "ListOffsets" }), 0);
      proxy.fault({ kind: "pass" });
    });
  });

  it("is told of by Kafka's own tools, a group of the newer protocol too", async () => {
    assert.equal(await describeGroup(kafka.bootstrap, "nobody"), undefined);
    await write(kafka.bootstrap, "read", ["a", "b", "c", "d"]);
    await deleteRecords(kafka.bootstrap, [{ topic: "read", partition: 0, offset: 1 }]);
    const topic = "read";
    const consumer = await startConsoleConsumer({ ...kafka, topic, group: "readers", protocol: "consumer" });
    await until("messages are read", 30_000, () => consumer.messages.length === 3 || undefined);
    assert.deepEqual(consumer.messages, ["b", "c", "d"]);
    const rows = await until("they are committed", 30_000, async () => {
      const now = await describeGroup(kafka.bootstrap, "readers");
      return now?.[0]?.committed === 4 ? now : undefined;
    });
    assert.equal(rows[0]?.consumerId === undefined, false);
    await consumer.stop();
    await write(kafka.bootstrap, "read", ["e"]);
    assert.deepEqual(await describeGroup(kafka.bootstrap, "readers"), [
      { topic, partition: 0, committed: 4, end: 5, lag: 1, consumerId: undefined },
    ]);
  });

  it("serves a share group", async () => {
    const consumer = await startConsoleConsumer({
      ...kafka,
      topic: "shared",
      group: "share",
      protocol: "share",
    });
    await until("a message is read", 30_000, async () => {
      await write(kafka.bootstrap, "shared", ["a"]);
      return consumer.messages[0];
    });
    await consumer.kill();
  });
});

describe("a cluster of three", { skip: leftOut("kafka") }, () => {
  it("serves on with one node dead", async () => {
    await using kafka = await startKafka({ ...quiet, nodes: 3 });
    await withAdmin(clientOf(kafka.bootstrap), (admin) =>
      admin.createTopics({ topics: [{ topic: "kept", numPartitions: 1 }] }),
    );
    await write(kafka.bootstrap, "kept", ["a"]);
    await kafka.kill(1);
    assert.equal(kafka.pids().length, 2);
    const rest = kafka.bootstrap.slice(1);
    await until("the leader has moved", 30_000, () => endOf(rest, "kept").catch(() => undefined));
    await kafka.restart(1);
    assert.equal(kafka.pids().length, 3);
  });
});

describe("what is missing is said in a line", { skip: leftOut("kafka") }, () => {
  const start = async (path: string, cache: string): Promise<string> => {
    const module = fileURLToPath(new URL("kafka.ts", import.meta.url));
    const script = `import { startKafka } from ${JSON.stringify(module)};
      await startKafka({ report: () => {} }).catch((error) => console.log(error.message));`;
    const env = { PATH: path, HEADGATE_CACHE: cache };
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { env });
    return stdout;
  };

  it("Maven, then Java", async () => {
    const folder = await mkdtemp(join(tmpdir(), "headgate-missing-"));
    try {
      assert.equal(
        await start(folder, join(folder, "cache")),
        "Kafka 4.3.1 cannot be fetched: `mvn` is not on the PATH. Install Maven.\n",
      );
      const jars = dirname(dirname(await kafkaClassPath("4.3.1")));
      await symlink(dirname(jars), join(folder, "filled"));
      // What the guard runs, and nothing else.
      for (const command of ["sh", "rm"]) await symlink(`/bin/${command}`, join(folder, command));
      assert.equal(
        await start(folder, join(folder, "filled")),
        "Kafka 4.3.1 cannot be started: `java` is not on the PATH. Install Java 17 or newer.\n",
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
