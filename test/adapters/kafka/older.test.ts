/** The source on a broker from before batched requests. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { known } from "../../../src/core/observation.ts";
import { leftOut, uniqueName } from "../../support/given.ts";
import { startKafka } from "../../support/kafka.ts";
import { until } from "../../support/processes.ts";
import { figuresOf, partOf, startPoller, startTraffic } from "./polling.ts";

describe("a Kafka source on Kafka 2.8", { skip: leftOut("kafka") }, () => {
  it("asks for each group by itself, and tells the same", async () => {
    await using kafka = await startKafka({ version: "2.8.2" });
    await using traffic = await startTraffic(kafka.bootstrap);
    await using poller = startPoller(kafka.bootstrap, { slowPaceMs: 3_600_000 });
    const topic = uniqueName("topic");
    const groups = [uniqueName("group"), uniqueName("group"), uniqueName("group")];
    await traffic.createTopic(topic, 2, { "retention.ms": "3600000" });
    await traffic.produce(topic, 0, 40);
    for (const group of groups) await traffic.commit(group, topic, [3]);
    const watches = [
      ...groups.map((group) => ({ target: group, group })),
      { target: "nobody", group: uniqueName("nobody"), topics: [topic] },
      { target: "nowhere", group: uniqueName("nobody"), topics: [uniqueName("missing")] },
    ];
    const { answers } = await until("all are observed", 30_000, async () => {
      const report = await poller.poll(watches);
      const observed = [...report.answers.values()].filter(({ kind }) => kind === "observed");
      return observed.length === 4 ? report : undefined;
    });
    for (const group of groups) {
      const answer = answers.get(group);
      assert.ok(answer?.kind === "observed");
      assert.deepEqual(figuresOf(partOf(answer.observation, `${topic}/0`)), {
        committed: 3,
        end: 40,
        logStart: 0,
        highWatermark: 40,
      });
      assert.equal(known(partOf(answer.observation, `${topic}/1`).committed), -1);
      assert.equal(answer.observation.retentionMs, 3_600_000);
      assert.notEqual(answer.observation.groupState, "dead");
    }
    const nobody = answers.get("nobody");
    assert.ok(nobody?.kind === "observed" && nobody.observation.groupState === "dead");
    const nowhere = answers.get("nowhere");
    assert.ok(nowhere?.kind === "failed" && nowhere.failure.kind === "notFound");

    const { requests } = await poller.poll(watches);
    assert.deepEqual(Object.fromEntries(requests), { OffsetFetch: 5, DescribeGroups: 1, ListOffsets: 1 });
  });
});
