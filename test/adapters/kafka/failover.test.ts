/** The source on three brokers, of which one stalls or dies: leaders and coordinators move. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Answer, Watch } from "../../../src/core/ports.ts";
import { leftOut, uniqueName } from "../../support/given.ts";
import { type RunningKafka, startKafka } from "../../support/kafka.ts";
import { until } from "../../support/processes.ts";
import { startPoller, startTraffic } from "./polling.ts";

const targets = 12;

describe("a Kafka source on three brokers", { skip: leftOut("kafka") }, () => {
  let kafka: RunningKafka;
  const topic = uniqueName("topic");
  const watches: Watch[] = Array.from({ length: targets }, (_, index) => ({
    target: `target-${index}`,
    group: uniqueName("group"),
    topics: [topic],
  }));

  before(async () => {
    kafka = await startKafka({ nodes: 3 });
    await using traffic = await startTraffic(kafka.bootstrap);
    await traffic.createTopic(topic, 6);
    for (let partition = 0; partition < 6; partition += 1) await traffic.produce(topic, partition, 10);
    for (const { group = "" } of watches) await traffic.commit(group, topic, [1, 2, 3, 4, 5, 6]);
  });
  after(() => kafka.stop());

  const isComplete = (answer: Answer): boolean =>
    answer.kind === "observed" && (answer.observation.parts?.every(({ end }) => end === 10) ?? false);

  it("asks each broker once for what it leads and coordinates", async () => {
    await using poller = startPoller(kafka.bootstrap, { slowPaceMs: 3_600_000 });
    await until("all is known", 30_000, async () => {
      const { answers } = await poller.poll(watches);
      return [...answers.values()].every(isComplete) ? true : undefined;
    });
    await poller.poll(watches);
    const { requests } = await poller.poll(watches);
    for (const [name, count] of requests) assert.ok(count <= 3, `${count} ${name}`);
    assert.deepEqual([...requests.keys()].sort(), ["DescribeGroups", "ListOffsets", "OffsetFetch"]);
  });

  it("goes on with the others while one stalls, and with all when its work has moved", async () => {
    await using poller = startPoller(kafka.bootstrap, { timeoutMs: 3_000 });
    await until("all is known", 30_000, async () => {
      const { answers } = await poller.poll(watches);
      return [...answers.values()].every(isComplete) ? true : undefined;
    });
    kafka.pause(2);
    const { answers } = await poller.poll(watches);
    const kinds = new Set(
      [...answers.values()].map((each) => (each.kind === "failed" ? each.failure.kind : "observed")),
    );
    assert.ok(kinds.has("observed"), `what the others coordinate is observed: ${[...kinds]}`);
    const ends = [...answers.values()].flatMap((each) =>
      each.kind === "observed" ? (each.observation.parts?.map(({ end }) => end) ?? []) : [],
    );
    assert.ok(ends.includes(10), "what the others lead is fresh");
    assert.ok(
      ends.some((end) => typeof end === "object" && end.value === 10 && end.quality === "stale"),
      "what it leads keeps its last value",
    );
    await until("leaders and coordinators have moved", 60_000, async () => {
      const report = await poller.poll(watches);
      return [...report.answers.values()].every(isComplete) ? true : undefined;
    });
    kafka.resume(2);
    await until("it is back", 60_000, async () => {
      const report = await poller.poll(watches);
      return [...report.answers.values()].every(isComplete) ? true : undefined;
    });
  });

  it("keeps the last end of a partition whose only copy is on a dead broker", async () => {
    const single = uniqueName("topic");
    const group = uniqueName("group");
    await using traffic = await startTraffic(kafka.bootstrap);
    const replicaAssignment = [
      { partition: 0, replicas: [1] },
      { partition: 1, replicas: [3] },
    ];
    const settings = [{ name: "min.insync.replicas", value: "1" }];
    await traffic.admin.createTopics({
      topics: [{ topic: single, replicaAssignment, configEntries: settings }],
      waitForLeaders: true,
    });
    for (const partition of [0, 1]) await traffic.produce(single, partition, 10);
    await using poller = startPoller(kafka.bootstrap, { timeoutMs: 3_000 });
    const watch = { group, topics: [single] };
    await poller.observed(watch, "ends", ({ parts }) => parts?.every(({ end }) => end === 10) ?? false);
    await kafka.kill(3);
    const stale = { value: 10, quality: "stale" };
    const seen = await poller.observed(watch, "the old end", ({ parts }) => parts?.[1]?.end !== 10);
    assert.deepEqual(
      seen.parts?.map(({ end }) => end),
      [10, stale],
    );
    await kafka.restart(3);
    await poller.observed(watch, "ends again", ({ parts }) => parts?.every(({ end }) => end === 10) ?? false);
  });

  it("finds moved leaders and coordinators by itself when one dies", async () => {
    await using poller = startPoller(kafka.bootstrap);
    await until("all is known", 30_000, async () => {
      const { answers } = await poller.poll(watches);
      return [...answers.values()].every(isComplete) ? true : undefined;
    });
    // What only the one that dies has a copy of would be gone with it: the one before has to have caught up.
    {
      await using traffic = await startTraffic(kafka.bootstrap);
      await until("all copies are in step", 60_000, async () => {
        const { topics } = await traffic.admin.fetchTopicMetadata({ topics: [topic, "__consumer_offsets"] });
        const partitions = topics.flatMap((one) => one.partitions);
        return partitions.every(({ isr, replicas }) => isr.length === replicas.length) || undefined;
      });
    }
    // By now it leads what the others have lost before.
    await kafka.kill(1);
    await until("leaders and coordinators have moved", 60_000, async () => {
      const { answers } = await poller.poll(watches);
      // What has no leader is stale meanwhile: no sum shrinks.
      for (const answer of answers.values()) {
        if (answer.kind === "observed") assert.equal(answer.observation.parts?.length, 6);
      }
      return [...answers.values()].every(isComplete) ? true : undefined;
    });
    assert.deepEqual(
      poller.log.filter(({ level }) => level !== "debug"),
      [],
    );
  });
});
