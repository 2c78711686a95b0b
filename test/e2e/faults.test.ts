/**
 * Faults on a real Kafka, each with its stated decision, no opened gate, and recovery by itself. The broker is a
 * process of this test's own, for it is killed and frozen here.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Running, run } from "../../src/cli/compose.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { TargetView } from "../../src/daemon/board.ts";
import { silent } from "../daemon/fakes.ts";
import { leftOut } from "../support/given.ts";
import { type RunningKafka, startKafka } from "../support/kafka.ts";
import { until } from "../support/processes.ts";
import { type Counts, kafkaClient, startConsumer } from "./traffic.ts";

const consumersCan = 200;
/** What the producers ask for: more than consumers can do. */
const wants = 600;
/** What the law itself may come to at the most while it predicts from the last sample, before that is overdue. */
const mostBefore = 2 * consumersCan;

let kafka: RunningKafka;
before(async () => {
  kafka = await startKafka();
});
after(() => kafka.stop());

interface Scene extends AsyncDisposable {
  readonly topic: string;
  readonly headgate: Running;
  readonly counts: Counts;
  view(): TargetView;
  /** The highest rate that was published since the last call; Infinity where nothing limited. */
  highest(): number;
  startConsumer(): Promise<void>;
  stopConsumer(): Promise<void>;
  createTopic(): Promise<void>;
  deleteTopic(): Promise<void>;
  deleteGroup(): Promise<void>;
}

let scenes = 0;

/** A topic, a group, Headgate before it, and a producer that obeys it and keeps trying while the broker is away. */
async function scene(more = ""): Promise<Scene> {
  scenes += 1;
  const topic = `faults-${scenes}`;
  const client = kafkaClient(kafka.bootstrap, "headgate-faults");
  const admin = client.admin();
  await admin.connect();
  const createTopic = async () => {
    await admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: true });
  };
  await createTopic();

  const parsed = parseConfig(
    `
server: { host: 127.0.0.1, port: 0 }
brokers: { events: { type: kafka, bootstrap: ${JSON.stringify(kafka.bootstrap)}, poll: 1s, timeout: 2s } }
targets: { orders: { broker: events, group: ${topic}, topics: [${topic}], setpoint: 3s ${more} } }
`,
    { env: {} },
  );
  assert.ok(parsed.ok);
  const headgate = await run(parsed.config, silent);
  const counts: Counts = { sent: 0, worked: 0 };
  const view = () => {
    const found = headgate.daemon.board.target("orders");
    assert.ok(found);
    return found;
  };
  let highest = 0;
  const watching = setInterval(() => {
    highest = Math.max(highest, view().decision.rate ?? Number.POSITIVE_INFINITY);
  }, 50);

  const ending = new AbortController();
  const producing = (async () => {
    const producer = client.producer({ retry: { retries: 0 } });
    const message = { value: "order" };
    let turn = 0;
    while (!ending.signal.aborted) {
      const started = performance.now();
      const answer = headgate.daemon.board.attempt("orders", {
        cost: 20,
        canWait: true,
        tenant: "default",
        priority: "normal",
      });
      if (!answer.allowed) {
        await sleep(Math.min(answer.retryAfterMs, 500));
        continue;
      }
      await sleep(answer.delayMs);
      turn += 1;
      await producer
        .connect()
        .then(() =>
          producer.send({
            topic,
            timeout: 1000,
            messages: Array.from({ length: 20 }, (_, index) => ({
              ...message,
              partition: (turn + index) % 4,
            })),
          }),
        )
        .then(
          () => {
            counts.sent += 20;
          },
          () => sleep(200),
        );
      await sleep(Math.max(0, 20_000 / wants - (performance.now() - started)));
    }
    await producer.disconnect();
  })();
  let stopConsumer = async () => {};
  return {
    topic,
    headgate,
    counts,
    view,
    highest: () => {
      const was = highest;
      highest = 0;
      return was;
    },
    async startConsumer() {
      stopConsumer = await startConsumer({
        kafka: client,
        group: topic,
        topic,
        rateNow: () => consumersCan,
        commitMs: 100,
        counts,
      });
    },
    stopConsumer: () => stopConsumer(),
    createTopic,
    deleteTopic: () => admin.deleteTopics({ topics: [topic] }),
    async deleteGroup() {
      await admin.deleteGroups([topic]);
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      clearInterval(watching);
      // After a test that failed the broker may be gone, and its clients would wait for it.
      const patience = sleep(5000, undefined, { ref: false });
      await Promise.race([patience, Promise.allSettled([producing, stopConsumer(), admin.disconnect()])]);
      await headgate.stop();
    },
  };
}

const becomes = (one: Scene, what: string, ms: number, condition: (view: TargetView) => boolean) =>
  until(`the decision did not become: ${what}`, ms, async () => condition(one.view()) || undefined).catch(
    (error: Error) => {
      const { decision, assessment } = one.view();
      throw new Error(
        `${error.message}\nit is ${decision.state} at ${decision.rate}/s: ${decision.reason.text}; ${assessment.groupState}`,
      );
    },
  );

/** Consumers were seen busy and producers are held to about what they can do. */
const settled = (one: Scene) =>
  becomes(one, "throttled to what consumers can do", 60_000, ({ decision, assessment }) => {
    const { rate } = decision;
    return (
      decision.state === "throttled" &&
      rate !== null &&
      Math.abs(rate - consumersCan) < 0.25 * consumersCan &&
      Math.abs((assessment.capacity ?? 0) - consumersCan) < 0.2 * consumersCan
    );
  });

describe("faults on a real Kafka", { timeout: 600_000, skip: leftOut("kafka") }, () => {
  it("a broker killed for 20 s and restarted under load: held, then down to the safe rate, then back", async () => {
    await using one = await scene();
    await one.startConsumer();
    await settled(one);
    one.highest();
    await kafka.kill();
    await becomes(one, "blind", 10_000, ({ decision }) => decision.state === "blind");
    const begun = one.view().decision;
    assert.ok(one.highest() <= mostBefore, "the gate was opened before it was blind");
    assert.match(begun.reason.text, /nothing fresh for .* s \((unreachable|timeout): /);
    assert.equal(one.headgate.daemon.board.sources()[0]?.reachable, false);
    await sleep(14_000);
    const later = one.view().decision;
    assert.equal(later.state, "blind");
    assert.ok(later.rate !== null && later.rate < (begun.rate ?? 0), `${begun.rate} became ${later.rate}`);
    assert.ok(one.highest() <= (begun.rate ?? 0), "the rate rose while nothing could be seen");
    await kafka.restart();
    await becomes(one, "sighted", 20_000, ({ decision }) => decision.state !== "blind");
    await settled(one);
    assert.equal(one.headgate.daemon.board.sources()[0]?.reachable, true);
  });

  it("a broker that accepts and never answers: the same, and nothing piles up", async () => {
    await using one = await scene();
    await one.startConsumer();
    await settled(one);
    one.highest();
    kafka.pause();
    try {
      await becomes(one, "blind", 10_000, ({ decision }) => decision.state === "blind");
      const begun = one.view().decision;
      assert.ok(one.highest() <= mostBefore, "the gate was opened before it was blind");
      await sleep(5000);
      assert.match(one.view().decision.reason.text, /(timeout|unreachable): /);
      assert.ok(one.highest() <= (begun.rate ?? 0), "the rate rose while nothing could be seen");
    } finally {
      kafka.resume();
    }
    await becomes(one, "sighted", 20_000, ({ decision }) => decision.state !== "blind");
    await settled(one);
  });

  it("a group without commits: unknown, not zero; then it commits", async () => {
    await using one = await scene();
    await sleep(4000);
    const { decision, assessment } = one.view();
    assert.equal(decision.state, "blind");
    assert.equal(decision.rate, null);
    assert.equal(decision.lag.messages, null);
    assert.ok(assessment.parts.every(({ flags }) => flags.includes("noCommit")));
    assert.match(decision.reason.text, /nothing was ever known/);
    await one.startConsumer();
    await settled(one);
  });

  it("consumers all gone: down to the floor, and it says why; back when they are", async () => {
    await using one = await scene();
    await one.startConsumer();
    await settled(one);
    await one.stopConsumer();
    await becomes(
      one,
      "the floor",
      60_000,
      ({ decision, assessment }) =>
        (decision.rate ?? 1e9) <= 0.15 * consumersCan && assessment.consumers === 0,
    );
    assert.match(one.view().decision.reason.text, /no consumer is connected/);
    assert.ok((one.view().decision.rate ?? 0) >= 1);
    await one.startConsumer();
    await settled(one);
  });

  it("a group that vanishes: what was known is held, then blind, the gate stays", async () => {
    await using one = await scene();
    await one.startConsumer();
    await settled(one);
    await one.stopConsumer();
    one.highest();
    await one.deleteGroup();
    await becomes(one, "blind", 20_000, ({ decision }) => decision.state === "blind");
    assert.ok(one.highest() <= mostBefore);
    await one.startConsumer();
    await settled(one);
  });

  it("a topic deleted and recreated: no false lag, the others unharmed, and it goes on", async () => {
    await using other = await scene();
    await other.startConsumer();
    await using one = await scene();
    await one.startConsumer();
    await settled(one);
    one.highest();
    await one.stopConsumer();
    await one.deleteTopic();
    await becomes(one, "blind", 20_000, ({ decision }) => decision.state === "blind");
    assert.ok(one.highest() <= mostBefore);
    await one.createTopic();
    await one.startConsumer();
    await settled(one);
    await settled(other);
  });
});
