import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  beginPoll,
  isHeld,
  relearned,
  setEnd,
  shrank,
  unsettled,
} from "../../../src/adapters/kafka/topic.ts";
import { topicWith } from "./topics.ts";

const metadata = { name: "orders", error: 0, id: "a", leaders: Int32Array.of(1) };

describe("a topic", () => {
  it("keeps what was known when its leader moves", () => {
    const topic = relearned(topicWith({ end: [7], retentionMs: 5 }), {
      ...metadata,
      leaders: Int32Array.of(2),
    });
    assert.deepEqual([topic.end[0], topic.leaders[0], topic.retentionMs], [7, 2, 5]);
  });

  it("keeps what was known of its partitions when it gets more", () => {
    const topic = relearned(topicWith({ end: [7], logStart: [3] }), {
      ...metadata,
      leaders: Int32Array.of(1, 2),
    });
    assert.deepEqual([...topic.end], [7, Number.NaN]);
    assert.deepEqual([...topic.logStart], [3, Number.NaN]);
    assert.equal(topic.slowReadAt, Number.NEGATIVE_INFINITY);
  });

  it("keeps how many partitions it had when it is gone", () => {
    const gone = relearned(topicWith({ leaders: [1, 1], end: [7, 8] }), {
      ...metadata,
      error: 3,
      id: undefined,
      leaders: new Int32Array(),
    });
    assert.deepEqual([gone.error, gone.leaders.length, gone.id], [3, 2, "a"]);
  });

  it("knows nothing of the topic that it replaces", () => {
    const gone = topicWith({ end: [7], logStart: [3], error: 3 });
    const topic = relearned(gone, { ...metadata, id: "b" });
    assert.deepEqual(
      [topic.id, topic.error, topic.end[0], topic.logStart[0]],
      ["b", 0, Number.NaN, Number.NaN],
    );
  });

  it("goes on under a broker that knows no ids", () => {
    const topic = relearned(topicWith({ id: undefined, end: [7] }), { ...metadata, id: undefined });
    assert.equal(topic.end[0], 7);
  });

  it("forgets the other figures of a log that became shorter", () => {
    const topic = topicWith({ end: [7], logStart: [3], highWatermark: [9] });
    beginPoll(topic);
    assert.ok(!shrank(topic));
    setEnd(topic, 0, 2);
    assert.ok(shrank(topic));
    assert.deepEqual([topic.end[0], topic.logStart[0], topic.highWatermark[0]], [2, Number.NaN, Number.NaN]);
  });

  it("is held where records from before the poll cannot be read yet", () => {
    assert.ok(isHeld(topicWith({ end: [7], highWatermark: [8] })));
    assert.ok(!isHeld(topicWith({ end: [7], highWatermark: [7] })));
    assert.ok(!isHeld(topicWith({ end: [7], highWatermark: [8], old: [0] })));
    assert.ok(!isHeld(topicWith({ end: [7] })));
  });

  it("is unsettled while it is missing or lacks a leader", () => {
    assert.ok(!unsettled(topicWith()));
    assert.ok(unsettled(topicWith({ leaders: [1, -1] })));
    assert.ok(unsettled(topicWith({ error: 3 })));
  });
});
