import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemoryBroker, createQueue } from "../../../src/adapters/memory/queue.ts";
import { createMemorySource } from "../../../src/adapters/memory/source.ts";

const clock = () => 5000;

describe("embedded queue", () => {
  it("gives messages in order, and counts what is ready, taken and completed", () => {
    const queue = createQueue(clock);
    for (const payload of ["a", "b", "c"]) queue.publish(payload);
    const first = queue.take();
    const second = queue.take();
    first?.ack();
    first?.ack();
    assert.deepEqual([first?.payload, second?.payload], ["a", "b"]);
    const { ready, unacked, produced, consumed } = queue.counts();
    assert.deepEqual(
      { ready, unacked, produced, consumed },
      { ready: 1, unacked: 1, produced: 3, consumed: 1 },
    );
  });

  it("puts what was not done back at the head", () => {
    const queue = createQueue(clock);
    for (const payload of ["a", "b"]) queue.publish(payload);
    queue.take()?.requeue();
    assert.equal(queue.take()?.payload, "a");
  });

  it("takes no more than its limit, and says so", () => {
    const queue = createQueue(clock, 2);
    assert.deepEqual(["a", "b", "c"].map(queue.publish), [true, true, false]);
    queue.take()?.ack();
    assert.equal(queue.publish("c"), true);
  });

  it("keeps order over the blocks in which its head is dropped", () => {
    const queue = createQueue(clock);
    for (let i = 0; i < 5000; i += 1) queue.publish(String(i));
    for (let i = 0; i < 5000; i += 1) {
      const delivery = queue.take();
      assert.equal(delivery?.payload, String(i));
      delivery?.ack();
    }
    assert.equal(queue.take(), undefined);
  });
});

describe("embedded source", () => {
  it("observes a queue, and says which one there is not", async () => {
    const broker = createMemoryBroker(clock);
    broker.queue("orders").publish("a");
    const detach = broker.queue("orders").attach();
    const source = createMemorySource(broker, clock);
    const watches = [
      { target: "one", queue: "orders" },
      { target: "two", queue: "mails" },
    ];
    const { answers } = await source.poll(watches, new AbortController().signal);
    assert.deepEqual(answers.get("one"), {
      kind: "observed",
      observation: {
        at: 5000,
        receivedAt: 5000,
        ready: 1,
        unacked: 0,
        produced: 1,
        consumed: 0,
        consumers: 1,
        oldestAgeMs: 0,
      },
    });
    assert.deepEqual(answers.get("two"), {
      kind: "failed",
      failure: { kind: "notFound", message: 'there is no queue "mails"' },
    });
    detach();
    await source.stop();
  });
});
