/** The source while its broker is killed, stalls, loses connections, or refuses; and what it costs meanwhile. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Answer } from "../../../src/core/ports.ts";
import { leftOut, uniqueName } from "../../support/given.ts";
import { type RunningKafka, startKafka } from "../../support/kafka.ts";
import { until } from "../../support/processes.ts";
import type { FaultProxy } from "../../support/proxy.ts";
import { startPoller, startTraffic, type Traffic } from "./polling.ts";

const kindOf = (answer: Answer): string => (answer.kind === "failed" ? answer.failure.kind : answer.kind);

/** What of ours keeps the process alive, by kind. */
const resources = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

describe("a Kafka source in trouble", { skip: leftOut("kafka") }, () => {
  let kafka: RunningKafka;
  let proxy: FaultProxy;
  let topic: string;
  let group: string;
  let watch: { readonly group: string; readonly topics: readonly string[] };

  before(async () => {
    kafka = await startKafka({ proxied: true });
    const [first] = kafka.proxies;
    if (first === undefined) throw new Error("no proxy");
    proxy = first;
    topic = uniqueName("topic");
    group = uniqueName("group");
    watch = { group, topics: [topic] };
    await using traffic: Traffic = await startTraffic(kafka.bootstrap);
    await traffic.createTopic(topic, 3);
    await traffic.produce(topic, 0, 10);
    await traffic.commit(group, topic, [4, 0]);
  });
  after(() => kafka.stop());

  const ours = { clientId: "headgate" } as const;

  it("sends three requests a poll, on one connection, and leaves nothing behind", async () => {
    await using poller = startPoller([proxy.address], { slowPaceMs: 3_600_000 });
    // The first polls learn where things are, and look at the records of the small lag.
    for (let poll = 0; poll < 3; poll += 1) await poller.answer(watch);
    proxy.forget();
    const before = resources();
    for (let poll = 0; poll < 300; poll += 1) {
      const { requests } = await poller.poll([{ target: "target", ...watch }]);
      assert.deepEqual(Object.fromEntries(requests), { OffsetFetch: 1, DescribeGroups: 1, ListOffsets: 1 });
    }
    assert.equal(proxy.count(ours), 900);
    assert.equal(proxy.connections(), 1);
    const after = resources();
    // Each poll here had a timeout of its own, from the test.
    assert.equal(after.TCPSocketWrap, before.TCPSocketWrap);
    assert.ok((after.Timeout ?? 0) <= (before.Timeout ?? 0) + 1, JSON.stringify({ before, after }));
  });

  it("counts what it sends", async () => {
    await using poller = startPoller([proxy.address]);
    proxy.forget();
    const { requests } = await poller.poll([{ target: "target", ...watch }]);
    const seen = proxy.requests().filter(({ clientId }) => clientId === ours.clientId);
    const byApi = new Map<string, number>();
    for (const { api, count } of seen) byApi.set(api, (byApi.get(api) ?? 0) + count);
    assert.deepEqual(new Map([...requests].sort()), new Map([...byApi].sort()));
  });

  it("times out when the broker stalls, piles nothing up, and recovers", async () => {
    await using poller = startPoller([proxy.address], { timeoutMs: 400 });
    assert.equal(kindOf(await poller.answer(watch)), "observed");
    proxy.fault({ kind: "stall" });
    proxy.forget();
    for (let poll = 0; poll < 5; poll += 1) {
      const startedAt = performance.now();
      assert.equal(kindOf(await poller.answer(watch)), "timeout");
      assert.ok(performance.now() - startedAt < 1_500, "no longer than the poll may take");
    }
    // The first finds the connection as it was, each of the others tries a new one.
    assert.ok(proxy.count(ours) <= 6, `${proxy.count(ours)} requests`);
    proxy.fault({ kind: "pass" });
    await poller.observed(watch, "recovery", () => true);
    assert.equal(proxy.connections(), 1);
    assert.deepEqual(
      poller.log.filter(({ level }) => level !== "debug"),
      [],
    );
  });

  it("times out when a connection opens and nothing is ever answered", async () => {
    proxy.fault({ kind: "stall" });
    await using poller = startPoller([proxy.address], { timeoutMs: 300 });
    for (let poll = 0; poll < 3; poll += 1) assert.equal(kindOf(await poller.answer(watch)), "timeout");
    proxy.fault({ kind: "pass" });
    await poller.observed(watch, "recovery", () => true);
  });

  it("fails by the poll's own signal when that comes first", async () => {
    await using poller = startPoller([proxy.address], { timeoutMs: 60_000 });
    await poller.answer(watch);
    proxy.fault({ kind: "stall" });
    const startedAt = performance.now();
    assert.equal(kindOf(await poller.answer(watch, AbortSignal.timeout(200))), "timeout");
    assert.ok(performance.now() - startedAt < 1_000);
    proxy.fault({ kind: "pass" });
    await poller.observed(watch, "recovery", () => true);
  });

  it("reconnects after its connection was lost", async () => {
    await using poller = startPoller([proxy.address]);
    await poller.answer(watch);
    proxy.fault({ kind: "cut" });
    assert.equal(kindOf(await poller.answer(watch)), "unreachable");
    proxy.fault({ kind: "pass" });
    assert.equal(kindOf(await poller.answer(watch)), "observed");
    assert.equal(proxy.connections(), 1);
  });

  it("ends at once, whatever is under way, and keeps nothing open", async () => {
    await until("nothing is left of before", 5_000, () => (proxy.connections() === 0 ? true : undefined));
    const before = resources();
    for (const fault of ["pass", "stall", "cut"] as const) {
      const poller = startPoller([proxy.address], { timeoutMs: 60_000 });
      if (fault === "stall") await poller.answer(watch);
      proxy.fault({ kind: fault });
      const never = new AbortController().signal;
      const poll = poller.answer(watch, never);
      await setImmediate();
      await poller.stop();
      assert.notEqual(kindOf(await poll), "timeout", fault);
      proxy.fault({ kind: "pass" });
    }
    await until("nothing is open", 5_000, () => {
      const after = resources();
      const isClosed = proxy.connections() === 0 && after.TCPSocketWrap === before.TCPSocketWrap;
      return isClosed && after.Timeout === before.Timeout ? true : undefined;
    });
  });

  it("outlives a broker that is killed and restarted", async () => {
    await using poller = startPoller([proxy.address]);
    await poller.answer(watch);
    await kafka.kill();
    for (let poll = 0; poll < 3; poll += 1) assert.equal(kindOf(await poller.answer(watch)), "unreachable");
    await kafka.restart();
    const seen = await poller.observed(watch, "recovery", () => true);
    assert.deepEqual([seen.parts?.[0]?.committed, seen.parts?.[0]?.end], [4, 10]);
    const worse = poller.log.filter(({ level }) => level !== "debug");
    assert.deepEqual(worse, [], "what passes by itself is no error");
  });
});
