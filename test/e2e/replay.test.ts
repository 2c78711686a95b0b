/**
 * A run of the daemon on a real Kafka, with a broker that freezes and an operator who steps in, is recorded and
 * decided on again: what readers saw of the daemon and what replay says is the same but for `version`. All are
 * processes of their own, as a user has them.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Decision } from "../../src/contract/decision.ts";
import { headgate } from "../cli/process.ts";
import { leftOut } from "../support/given.ts";
import { startKafka } from "../support/kafka.ts";
import { until } from "../support/processes.ts";
import { kafkaClient, runProducer, startConsumer } from "./traffic.ts";

const withoutVersion = ({ version: _, ...decision }: Decision) => JSON.stringify(decision);

it("replay decides what the daemon decided", { skip: leftOut("kafka"), timeout: 180_000 }, async (t) => {
  await using kafka = await startKafka();
  const client = kafkaClient(kafka.bootstrap, "headgate-replay");
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: "orders", numPartitions: 4 }], waitForLeaders: true });
  await admin.disconnect();

  const folder = await mkdtemp(join(tmpdir(), "headgate-replay-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "headgate.yaml");
  await writeFile(
    file,
    `
server: { host: 127.0.0.1, port: 0 }
brokers: { events: { type: kafka, bootstrap: ${JSON.stringify(kafka.bootstrap)}, poll: 1s, timeout: 2s } }
targets: { orders: { broker: events, group: billing, topics: [orders], setpoint: 3s } }
`,
  );
  const serving = headgate(["serve", "--config", file], t);
  const [, url = ""] = await serving.says(/answers at (http:\/\/127\.0\.0\.1:\d+)/);
  const recording = headgate(["record", "orders", "--url", url], t);
  await recording.says(/"event":"state"/);

  // What any reader sees, as often as it changes.
  const seen = new Map<string, Decision>();
  const ending = new AbortController();
  const { signal } = ending;
  const watching = (async () => {
    while (!signal.aborted) {
      const answer = await fetch(`${url}/v1/throttle`);
      const { decisions } = (await answer.json()) as { decisions: Decision[] };
      for (const decision of decisions) seen.set(decision.version, decision);
      await sleep(20);
    }
  })();
  const last = () => [...seen.values()].at(-1);
  const becomes = (what: string, holds: (decision: Decision) => boolean) =>
    until(what, 60_000, () => {
      const decision = last();
      return (decision !== undefined && holds(decision)) || undefined;
    });

  const counts = { sent: 0, worked: 0 };
  const traffic = { kafka: client, topic: "orders", counts };
  const stopConsumer = await startConsumer({
    ...traffic,
    group: "billing",
    rateNow: () => 200,
    commitMs: 100,
  });
  const ask = `${url}/v1/throttle/orders`;
  const producing = runProducer({ ...traffic, wants: 600, ask, signal }).catch(() => {});
  await becomes("throttled", ({ state }) => state === "throttled");
  await sleep(5000);
  kafka.pause();
  await becomes("blind", ({ state }) => state === "blind");
  await sleep(3000);
  kafka.resume();
  await becomes("sighted", ({ state }) => state !== "blind");
  const overriding = headgate(
    ["override", "orders", "--rate", "50", "--for", "4s", "--note", "test", "--url", url],
    t,
  );
  assert.equal((await overriding.ended).code, 0, overriding.stderr());
  await becomes("overridden", ({ override }) => override?.rate === 50);
  await becomes("no longer overridden", ({ override }) => override === null);
  await sleep(2000);
  ending.abort();
  await watching;
  await Promise.race([producing, sleep(5000, undefined, { ref: false })]);
  await stopConsumer();
  // All that was seen was decided by now; the line of the last event may still be on its way.
  await sleep(500);
  recording.child.kill("SIGINT");
  assert.equal((await recording.ended).code, 0, recording.stderr());

  const recorded = recording.stdout();
  const lines = recorded.slice(0, recorded.lastIndexOf("\n") + 1);
  const replaying = headgate(["replay", "--config", file, "--target", "orders"], t);
  replaying.child.stdin?.end(lines);
  const { code } = await replaying.ended;
  assert.equal(code, 0, replaying.stderr());
  const replayed = new Set(
    replaying
      .stdout()
      .trim()
      .split("\n")
      .map((line) => withoutVersion(JSON.parse(line))),
  );
  // The first may be older than the recording.
  const told = [...seen.values()].slice(1);
  // One for each poll, at the least; how many more hangs on how much the law has to say.
  assert.ok(told.length > 15, `only ${told.length} decisions were seen`);
  for (const state of ["throttled", "blind"])
    assert.ok(
      told.some((decision) => decision.state === state),
      `${state} was never seen`,
    );
  assert.ok(told.some(({ override }) => override !== null));
  const missing = told.filter((decision) => !replayed.has(withoutVersion(decision)));
  assert.deepEqual(missing, [], `${missing.length} of ${told.length} decisions are not what replay says`);

  serving.child.kill("SIGTERM");
  await once(serving.child, "exit");
});
