import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { looksOf } from "../../../src/adapters/kafka/markers.ts";
import type { Topic } from "../../../src/adapters/kafka/topic.ts";
import { commitsOf, topicWith } from "./topics.ts";

const still = { end: [100], previousEnd: [100] };

const looks = (topic: Topic, ...groups: readonly [now: number | undefined, before: number | undefined][]) =>
  looksOf(
    (name) => (name === topic.name ? topic : undefined),
    groups.map(([now, before]) => ({
      now: commitsOf({ orders: [now], other: [1] }),
      before: before === undefined ? undefined : commitsOf({ orders: [before] }),
    })),
  ).map(({ offset }) => offset);

describe("a look for markers", () => {
  const cases: readonly [string, Topic, [number | undefined, number | undefined][], number[]][] = [
    ["is worth it where a small lag stands still", topicWith(still), [[98, 98]], [98]],
    ["is not where there is no lag", topicWith(still), [[100, 100]], []],
    ["is not where the lag is large", topicWith(still), [[89, 89]], []],
    ["is not where the commit has moved", topicWith(still), [[98, 97]], []],
    ["is not where the end has moved", topicWith({ end: [100], previousEnd: [99] }), [[98, 98]], []],
    ["is not where the end is old", topicWith({ ...still, old: [0] }), [[98, 98]], []],
    ["is not where nothing was committed", topicWith({ end: [3], previousEnd: [3] }), [[-1, -1]], []],
    ["is not in the first poll", topicWith(still), [[98, undefined]], []],
    [
      "begins at the lowest of several groups",
      topicWith(still),
      [
        [99, 99],
        [95, 95],
        [50, 50],
      ],
      [95],
    ],
    ["is not repeated", topicWith({ ...still, lookedFrom: [98], lookedTo: [100] }), [[98, 98]], []],
    [
      "is repeated for a group further back",
      topicWith({ ...still, lookedFrom: [98], lookedTo: [100] }),
      [[97, 97]],
      [97],
    ],
    [
      "is repeated when there is a new end",
      topicWith({ ...still, lookedFrom: [98], lookedTo: [99] }),
      [[98, 98]],
      [98],
    ],
  ];
  for (const [name, topic, groups, expected] of cases) {
    it(name, () => assert.deepEqual(looks(topic, ...groups), expected));
  }
});
