/** The source against a real Kafka: what it says of lag, in the cases that are easy to get wrong. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { known } from "../../../src/core/observation.ts";
import type { Answer } from "../../../src/core/ports.ts";
import { kafkaForTests, uniqueName } from "../../support/given.ts";
import { deleteRecords, runKafkaTool, startConsoleConsumer } from "../../support/kafkaTools.ts";
import { until } from "../../support/processes.ts";
import { figuresOf, type Poller, partOf, startPoller, startTraffic, type Traffic } from "./polling.ts";

interface Stage {
  readonly bootstrap: readonly string[];
  readonly poller: Poller;
  readonly traffic: Traffic;
  readonly topic: string;
  readonly group: string;
}

const onKafka =
  (run: (stage: Stage) => Promise<void>) =>
  async (t: TestContext): Promise<void> => {
    const given = kafkaForTests(t);
    if (given === undefined) return;
    await using traffic = await startTraffic(given.bootstrap);
    await using poller = startPoller(given.bootstrap);
    const { bootstrap } = given;
    await run({ bootstrap, poller, traffic, topic: uniqueName("topic"), group: uniqueName("group") });
  };

const kindOf = (answer: Answer | undefined): string | undefined =>
  answer?.kind === "failed" ? answer.failure.kind : answer?.kind;

describe("a Kafka source", () => {
  it(
    "reads commits and ends of whatever was produced and committed",
    onKafka(async ({ poller, traffic, topic, group }) => {
      const partitions = 5;
      const random = (limit: number): number => Math.floor(Math.random() * limit);
      await traffic.createTopic(topic, partitions);
      const produced = new Array<number>(partitions).fill(0);
      const committed = new Array<number | undefined>(partitions).fill(undefined);
      for (let round = 0; round < 4; round += 1) {
        for (let partition = 0; partition < partitions; partition += 1) {
          const count = random(20);
          await traffic.produce(topic, partition, count);
          const sum = (produced[partition] ?? 0) + count;
          produced[partition] = sum;
          if (random(2) === 0) committed[partition] = Math.max(committed[partition] ?? 0, random(sum + 1));
        }
        if (committed.some((offset) => offset !== undefined)) await traffic.commit(group, topic, committed);
        const { answers } = await poller.poll([{ target: "target", group, topics: [topic] }]);
        const answer = answers.get("target");
        assert.equal(answer?.kind, "observed");
        const { parts = [] } = answer.kind === "observed" ? answer.observation : {};
        assert.deepEqual(
          parts.map(({ part, committed, end }) => ({ part, committed, end })),
          produced.map((end, partition) => ({
            part: `${topic}/${partition}`,
            committed: committed[partition] ?? -1,
            end,
          })),
        );
      }
    }),
  );

  it(
    "asks once for targets that share group or topic",
    onKafka(async ({ poller, traffic, topic, group }) => {
      await traffic.createTopic(topic, 2);
      const other = uniqueName("topic");
      await traffic.createTopic(other);
      await traffic.produce(topic, 0, 3);
      await traffic.commit(group, topic, [1, 0]);
      await traffic.commit(group, other, [0]);
      const watches = [
        { target: "one", group, topics: [topic] },
        { target: "two", group, topics: [topic, other] },
        { target: "all", group },
      ];
      // The second poll looks for markers in a lag that stands still.
      for (let poll = 0; poll < 2; poll += 1) await poller.poll(watches);
      const { answers, requests } = await poller.poll(watches);
      const parts = (target: string): (string | undefined)[] => {
        const answer = answers.get(target);
        return answer?.kind === "observed" ? (answer.observation.parts?.map(({ part }) => part) ?? []) : [];
      };
      assert.deepEqual(parts("one"), [`${topic}/0`, `${topic}/1`]);
      assert.deepEqual(parts("two"), [`${topic}/0`, `${topic}/1`, `${other}/0`]);
      assert.deepEqual(parts("all").sort(), parts("two").sort());
      assert.deepEqual(Object.fromEntries(requests), { OffsetFetch: 1, DescribeGroups: 1, ListOffsets: 1 });
    }),
  );

  it(
    "tells members and state of a group that consumes, and of one that has gone",
    onKafka(async ({ poller, traffic, topic, group }) => {
      await traffic.createTopic(topic);
      await traffic.produce(topic, 0, 5);
      const consumer = traffic.kafka.consumer({ groupId: group });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ autoCommitInterval: 100, eachMessage: async () => {} });
      const live = await poller.observed({ group }, "all read", (seen) => seen.parts?.[0]?.committed === 5);
      assert.deepEqual([live.groupState, live.consumers], ["stable", 1]);
      await consumer.disconnect();
      const empty = await poller.observed({ group }, "empty", ({ groupState }) => groupState === "empty");
      assert.equal(empty.consumers, 0);

      await traffic.admin.deleteGroups([group]);
      const named = await poller.observed(
        { group, topics: [topic] },
        "dead",
        ({ groupState }) => groupState === "dead",
      );
      assert.deepEqual([named.parts?.[0]?.committed, named.parts?.[0]?.end], [-1, 5]);
      const unnamed = await poller.answer({ group });
      assert.equal(kindOf(unnamed), "notFound");
    }),
  );

  it(
    "says of a group without commits that it has none",
    onKafka(async ({ poller, traffic, topic, group }) => {
      await traffic.createTopic(topic, 2);
      await traffic.produce(topic, 1, 4);
      const watches = [
        { target: "named", group, topics: [topic] },
        { target: "unnamed", group },
        { target: "nowhere", group, topics: [uniqueName("missing")] },
      ];
      const { answers } = await poller.poll(watches);
      const named = answers.get("named");
      assert.deepEqual(
        named?.kind === "observed" && named.observation.parts?.map(({ committed, end }) => [committed, end]),
        [
          [-1, 0],
          [-1, 4],
        ],
      );
      assert.equal(kindOf(answers.get("unnamed")), "notFound");
      assert.equal(kindOf(answers.get("nowhere")), "notFound");
    }),
  );

  it(
    "fails a deleted topic alone, and sees that a recreated one is another",
    onKafka(async ({ poller, traffic, topic, group }) => {
      const other = uniqueName("topic");
      await traffic.createTopic(topic, 2);
      await traffic.createTopic(other);
      await traffic.produce(topic, 0, 10);
      await traffic.produce(other, 0, 3);
      await traffic.commit(group, topic, [4, 0]);
      await traffic.commit(group, other, [1]);
      const watch = { group, topics: [topic] };
      const before = await poller.observed(watch, "ends", ({ parts }) => parts?.[0]?.end === 10);
      const watches = [
        { target: "gone", ...watch },
        { target: "both", group, topics: [topic, other] },
        { target: "other", group, topics: [other] },
      ];

      await traffic.admin.deleteTopics({ topics: [topic] });
      const { answers } = await until("the topic is found to be gone", 30_000, async () => {
        const report = await poller.poll(watches);
        return kindOf(report.answers.get("gone")) === "notFound" ? report : undefined;
      });
      const left = answers.get("other");
      assert.equal(left?.kind === "observed" && left.observation.parts?.[0]?.end, 3);
      const both = answers.get("both");
      const parts = both?.kind === "observed" ? both.observation.parts : [];
      assert.deepEqual(
        parts?.map(({ part, end }) => [part, end]),
        [
          [`${topic}/0`, undefined],
          [`${topic}/1`, undefined],
          [`${other}/0`, 3],
        ],
      );

      await traffic.createTopic(topic, 2);
      await traffic.produce(topic, 0, 2);
      const after = await poller.observed(watch, "ends again", (seen) => seen.parts?.[0]?.end === 2);
      assert.notEqual(after.parts?.[0]?.topicId, before.parts?.[0]?.topicId);
      assert.equal(known(after.parts?.[0]?.highWatermark), 2);
    }),
  );

  it(
    "sees in one poll that a topic was recreated between two",
    onKafka(async ({ bootstrap, traffic, topic, group }) => {
      // Nothing is due by itself here.
      await using poller = startPoller(bootstrap, { slowPaceMs: 3_600_000 });
      await traffic.createTopic(topic);
      await traffic.produce(topic, 0, 10);
      await traffic.commit(group, topic, [4]);
      const watch = { group, topics: [topic] };
      const before = await poller.observed(watch, "ends", ({ parts }) => parts?.[0]?.end === 10);
      await traffic.admin.deleteTopics({ topics: [topic] });
      await until("the topic is gone", 30_000, async () =>
        (await traffic.admin.listTopics()).includes(topic) ? undefined : true,
      );
      await traffic.createTopic(topic);
      await traffic.produce(topic, 0, 2);
      const after = await poller.observed(watch, "the new end", ({ parts }) => parts?.[0]?.end === 2);
      assert.notEqual(after.parts?.[0]?.topicId, before.parts?.[0]?.topicId);
      assert.deepEqual(figuresOf(partOf(after, `${topic}/0`)).highWatermark, 2);
    }),
  );

  it(
    "keeps what is behind an open transaction out of the lag",
    onKafka(async ({ poller, traffic, topic, group }) => {
      await traffic.createTopic(topic);
      await traffic.produce(topic, 0, 3);
      await traffic.commit(group, topic, [1]);
      const producer = traffic.kafka.producer({
        transactionalId: uniqueName("transaction"),
        maxInFlightRequests: 1,
        idempotent: true,
      });
      await producer.connect();
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value: "a" }, { value: "b" }] });
      await traffic.produce(topic, 0, 4);
      const open = await poller.observed(
        { group },
        "held",
        ({ parts }) => known(parts?.[0]?.highWatermark) === 9,
      );
      assert.deepEqual(figuresOf(partOf(open, `${topic}/0`)), {
        committed: 1,
        end: 3,
        logStart: 0,
        highWatermark: 9,
      });
      await transaction.commit();
      const done = await poller.observed({ group }, "committed", ({ parts }) => parts?.[0]?.end === 10);
      assert.equal(known(done.parts?.[0]?.highWatermark), 10);
      await producer.disconnect();
    }),
  );

  it(
    "tells that nothing but markers is left",
    onKafka(async ({ poller, traffic, topic, group }) => {
      await traffic.createTopic(topic, 2);
      const producer = traffic.kafka.producer({
        transactionalId: uniqueName("transaction"),
        maxInFlightRequests: 1,
        idempotent: true,
      });
      await producer.connect();
      for (const partition of [0, 1]) {
        const transaction = await producer.transaction();
        await transaction.send({
          topic,
          messages: [
            { partition, value: "a" },
            { partition, value: "b" },
          ],
        });
        await transaction.commit();
      }
      await producer.disconnect();
      // The first group has read all there is, the second has a message left on partition 1.
      const behind = uniqueName("group");
      await traffic.commit(group, topic, [2, 2]);
      await traffic.commit(behind, topic, [2, 1]);
      const watches = [
        { target: "done", group },
        { target: "behind", group: behind },
      ];
      const lastRecords = await until("the records are looked at", 30_000, async () => {
        const { answers } = await poller.poll(watches);
        const found = [...answers.values()].map((answer) =>
          answer.kind === "observed"
            ? answer.observation.parts?.map(({ committed, end, lastRecord }) => [committed, end, lastRecord])
            : [],
        );
        return found.flat().every((part) => part?.[2] !== undefined) ? found : undefined;
      });
      assert.deepEqual(lastRecords, [
        [
          [2, 3, 1],
          [2, 3, 1],
        ],
        [
          [2, 3, 1],
          [1, 3, 1],
        ],
      ]);
      const { requests } = await poller.poll(watches);
      assert.equal(requests.get("Fetch"), undefined, "what was found holds until the end moves");
      await traffic.produce(topic, 0, 1);
      const moved = await poller.observed({ group }, "the new end", ({ parts }) => parts?.[0]?.end === 4);
      assert.equal(moved.parts?.[0]?.lastRecord, undefined);
    }),
  );

  it(
    "sees where the log begins after records were deleted",
    onKafka(async ({ bootstrap, poller, traffic, topic, group }) => {
      await traffic.createTopic(topic);
      await traffic.produce(topic, 0, 10);
      await traffic.commit(group, topic, [2]);
      await poller.answer({ group });
      await deleteRecords(bootstrap, [{ topic, partition: 0, offset: 6 }]);
      const seen = await poller.observed(
        { group },
        "log start",
        ({ parts }) => known(parts?.[0]?.logStart) === 6,
      );
      assert.deepEqual(seen.parts?.[0]?.logStart, { value: 6, quality: "approximate" });
      assert.deepEqual([seen.parts?.[0]?.committed, seen.parts?.[0]?.end], [2, 10]);
    }),
  );

  it(
    "tells retention and compaction",
    onKafka(async ({ poller, traffic, topic, group }) => {
      const compacted = uniqueName("topic");
      await traffic.createTopic(topic, 1, { "retention.ms": "3600000", "retention.bytes": "1048576" });
      await traffic.createTopic(compacted, 1, { "cleanup.policy": "compact", "retention.ms": "7200000" });
      const seen = await poller.observed({ group, topics: [topic, compacted] }, "read", () => true);
      assert.deepEqual([seen.retentionMs, seen.retentionBytes], [3_600_000, 1_048_576]);
      assert.deepEqual(
        seen.parts?.map((part) => part.compacted),
        [undefined, true],
      );
    }),
  );

  it(
    "sees partitions that are added",
    onKafka(async ({ poller, traffic, topic, group }) => {
      await traffic.createTopic(topic);
      await traffic.produce(topic, 0, 3);
      const watch = { group, topics: [topic] };
      await poller.answer(watch);
      await traffic.admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
      const seen = await poller.observed(watch, "new partitions", ({ parts }) => parts?.[2]?.end === 0);
      assert.deepEqual(
        seen.parts?.map(({ end }) => end),
        [3, 0, 0],
      );
    }),
  );

  it(
    "does not call a group dead or empty that speaks the new protocol",
    onKafka(async ({ bootstrap, poller, traffic, topic, group }) => {
      await traffic.createTopic(topic);
      await traffic.produce(topic, 0, 5);
      const consumer = await startConsoleConsumer({ bootstrap, topic, group, protocol: "consumer" });
      const live = await poller.observed({ group }, "all read", (seen) => seen.parts?.[0]?.committed === 5);
      assert.deepEqual([live.groupState, live.consumers], ["stable", 1]);
      const { requests } = await poller.poll([{ target: "target", group }]);
      assert.equal(requests.get("ConsumerGroupDescribe"), 1);
      assert.equal(requests.get("DescribeGroups"), undefined, "the call that knows it is kept");
      await consumer.stop();
      const empty = await poller.observed({ group }, "empty", ({ groupState }) => groupState === "empty");
      assert.equal(empty.consumers, 0);
    }),
  );

  it(
    "refuses a share group rather than to tell a false lag",
    onKafka(async ({ bootstrap, poller, traffic, topic, group }) => {
      await traffic.createTopic(topic);
      const consumer = await startConsoleConsumer({ bootstrap, topic, group, protocol: "share" });
      const failure = await poller.failed({ group, topics: [topic] }, "share group", ({ message }) =>
        message.includes("share group"),
      );
      assert.equal(failure.kind, "notFound");
      await consumer.stop();
    }),
  );

  it(
    "does not take for empty a group that only ever commits",
    onKafka(async ({ bootstrap, poller, traffic, topic, group }) => {
      await traffic.createTopic(topic);
      await traffic.produce(topic, 0, 5);
      const { code, stderr } = await runKafkaTool("consumer.group.ConsumerGroupCommand", [
        ...["--bootstrap-server", bootstrap.join(","), "--group", group, "--topic", `${topic}:0`],
        ...["--reset-offsets", "--to-offset", "2", "--execute"],
      ]);
      assert.equal(code, 0, stderr);
      const seen = await poller.observed({ group }, "read", ({ parts }) => parts?.[0]?.committed === 2);
      assert.equal(seen.groupState, "unknown");
      assert.ok(!("consumers" in seen));
    }),
  );

  it(
    "does not poll without a target, nor after it was stopped",
    onKafka(async ({ poller, group }) => {
      const nothing = await poller.poll([]);
      assert.equal(nothing.answers.size, 0);
      await poller.stop();
      await poller.stop();
      assert.equal(kindOf(await poller.answer({ group })), "unreachable");
    }),
  );
});
