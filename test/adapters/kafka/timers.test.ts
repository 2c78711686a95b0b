import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Kafka, logLevel } from "kafkajs";
import RequestQueue from "kafkajs/src/network/requestQueue/index.js";
import "../../../src/adapters/kafka/timers.ts";
import { kafkaForTests } from "../../support/given.ts";

/** How many timers `run` arms, and whether Node complained of any. */
const timersOf = async (run: () => Promise<void>): Promise<{ armed: number; warnings: string[] }> => {
  const { setTimeout: original } = globalThis;
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): unknown => warnings.push(name);
  let armed = 0;
  process.on("warning", onWarning);
  globalThis.setTimeout = Object.assign((...args: Parameters<typeof original>) => {
    armed += 1;
    return original(...args);
  }, original) as typeof original;
  try {
    await run();
  } finally {
    globalThis.setTimeout = original;
    process.off("warning", onWarning);
  }
  return { armed, warnings };
};

describe("the client's timers", () => {
  const queueWith = (fields: object): RequestQueue =>
    Object.assign(Object.create(RequestQueue.prototype), fields);
  const cases: readonly [string, object, number][] = [
    ["are none where nothing is pending", { pending: [], throttledUntil: -1 }, 0],
    ["are none after throttling has passed", { pending: [], throttledUntil: 1 }, 0],
    ["are one where a request is pending", { pending: [{}], throttledUntil: -1 }, 1],
    ["are one while throttled", { pending: [], throttledUntil: Date.now() + 60_000 }, 1],
  ];
  for (const [name, fields, expected] of cases) {
    it(name, async () => {
      const queue = queueWith({ throttleCheckTimeoutId: null, ...fields });
      const { armed } = await timersOf(async () => queue.scheduleCheckPendingRequests());
      clearTimeout((queue as unknown as { throttleCheckTimeoutId: NodeJS.Timeout }).throttleCheckTimeoutId);
      assert.equal(armed, expected);
    });
  }

  it("do not loop on a real connection", async (t) => {
    const kafka = kafkaForTests(t);
    if (kafka === undefined) return;
    const admin = new Kafka({ brokers: kafka.bootstrap, logLevel: logLevel.NOTHING }).admin();
    const { armed, warnings } = await timersOf(async () => {
      await admin.connect();
      await admin.listTopics();
      await delay(1_000);
    });
    await admin.disconnect();
    // Uncured these are near a thousand.
    assert.ok(armed < 20, `${armed} timers in a second`);
    assert.ok(!warnings.includes("TimeoutNegativeWarning"));
  });
});
