import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Membership } from "../../../src/adapters/kafka/group.ts";
import { createObserver } from "../../../src/adapters/kafka/observe.ts";
import type { Topic } from "../../../src/adapters/kafka/topic.ts";
import type { Observation, PartObservation } from "../../../src/core/observation.ts";
import type { Answer, Failure } from "../../../src/core/ports.ts";
import { commitsOf, topicWith } from "./topics.ts";

interface Given {
  readonly topics?: readonly string[];
  readonly known?: readonly Topic[];
  readonly committed?: Readonly<Record<string, readonly (number | undefined)[]>>;
  readonly failed?: Failure;
  readonly membership?: Membership;
  readonly refused?: Failure;
}

const observe = ({ topics, known = [], committed = {}, failed, membership, refused }: Given): Answer =>
  createObserver({
    topicOf: (name) => known.find((topic) => topic.name === name),
    failure: refused,
    receivedAt: 1_200,
  })({
    group: "billing",
    topics,
    commits: failed
      ? { kind: "failed", failure: failed }
      : { kind: "answered", answer: commitsOf(committed) },
    membership: membership ?? { state: "stable", members: 2 },
  });

const observed = (given: Given): Observation => {
  const answer = observe(given);
  if (answer.kind === "failed") throw new Error(`failed: ${answer.failure.message}`);
  return answer.observation;
};

const approximate = (value: number) => ({ value, quality: "approximate" });
const stale = (value: number) => ({ value, quality: "stale" });
const unreachable: Failure = { kind: "unreachable", message: "127.0.0.1:9092: connect ECONNREFUSED" };

describe("a part", () => {
  const cases: readonly [string, Given, Record<string, unknown>[]][] = [
    [
      "has commit, end, log start and high watermark",
      {
        known: [topicWith({ end: [100], logStart: [7], highWatermark: [110] })],
        committed: { orders: [90] },
      },
      [{ committed: 90, end: 100, logStart: approximate(7), highWatermark: approximate(110) }],
    ],
    [
      "has -1 where nothing is committed, on each partition of a topic that is named",
      { topics: ["orders"], known: [topicWith({ leaders: [1, 1], end: [100, 50] })] },
      [
        { committed: -1, end: 100 },
        { committed: -1, end: 50 },
      ],
    ],
    [
      "is there for each partition of the topics that the group has committed on",
      { known: [topicWith({ leaders: [1, 1], end: [100, 50] })], committed: { orders: [undefined, 40] } },
      [
        { committed: -1, end: 100 },
        { committed: 40, end: 50 },
      ],
    ],
    [
      "lacks a commit that could not be read",
      { known: [topicWith({ end: [100] })], committed: { orders: [Number.NaN] } },
      [{ end: 100 }],
    ],
    [
      "without leader keeps its last end, as stale",
      {
        known: [topicWith({ leaders: [1, -1], end: [100, 50], old: [1] })],
        committed: { orders: [90, 45] },
      },
      [
        { committed: 90, end: 100 },
        { committed: 45, end: stale(50) },
      ],
    ],
    [
      "never read has no end",
      { known: [topicWith({ leaders: [-1], old: [0] })], committed: { orders: [90] } },
      [{ committed: 90 }],
    ],
    [
      "has no high watermark below its end, for it was read before",
      { known: [topicWith({ end: [100], highWatermark: [80] })], committed: { orders: [90] } },
      [{ committed: 90, end: 100, highWatermark: approximate(100) }],
    ],
    [
      "tells its last message where the adapter has looked",
      {
        known: [topicWith({ end: [100], lookedFrom: [98], lookedTo: [100], lastMessage: [97] })],
        committed: { orders: [98] },
      },
      [{ committed: 98, end: 100, lastRecord: 97 }],
    ],
    [
      "does not tell it when the end has moved",
      {
        known: [topicWith({ end: [101], lookedFrom: [98], lookedTo: [100], lastMessage: [97] })],
        committed: { orders: [98] },
      },
      [{ committed: 98, end: 101 }],
    ],
    [
      "does not tell it to a group further back than the look",
      {
        known: [topicWith({ end: [100], lookedFrom: [98], lookedTo: [100], lastMessage: [97] })],
        committed: { orders: [90] },
      },
      [{ committed: 90, end: 100 }],
    ],
    [
      "of a compacted topic says so",
      { known: [topicWith({ end: [100], compacted: true })], committed: { orders: [90] } },
      [{ committed: 90, end: 100, compacted: true }],
    ],
    [
      "that is committed on beyond the partitions known has no end yet",
      { known: [topicWith({ end: [100] })], committed: { orders: [90, 5] } },
      [{ committed: 90, end: 100 }, { committed: 5 }],
    ],
  ];
  for (const [name, given, parts] of cases) {
    it(name, () => {
      const expected = parts.map((part, partition) => ({
        part: `orders/${partition}`,
        topicId: "a",
        ...part,
      }));
      assert.deepEqual(observed(given).parts, expected as unknown as PartObservation[]);
    });
  }

  it("of a topic that is gone has no end, beside those of other topics", () => {
    const gone = topicWith({ name: "gone", leaders: [1, 1], end: [5, 5], logStart: [0, 0], error: 3 });
    const never = topicWith({ name: "never", id: undefined, leaders: [], error: 3 });
    const { parts } = observed({
      topics: ["orders", "gone", "never"],
      known: [topicWith({ end: [100] }), gone, never],
      committed: { orders: [90], gone: [4] },
    });
    assert.deepEqual(parts, [
      { part: "orders/0", topicId: "a", committed: 90, end: 100 },
      { part: "gone/0", topicId: "a", committed: 4 },
      { part: "gone/1", topicId: "a" },
      { part: "never/0" },
    ]);
  });
});

describe("an observation", () => {
  const known = [topicWith({ end: [100] })];
  const committed = { orders: [90] };

  it("is of the instant at which the commits were read", () => {
    const { at, receivedAt, groupState, consumers } = observed({ known, committed });
    assert.deepEqual(
      { at, receivedAt, groupState, consumers },
      { at: 1_000, receivedAt: 1_200, groupState: "stable", consumers: 2 },
    );
  });

  it("has no consumers where their number is not known", () => {
    const observation = observed({ known, committed, membership: { state: "unknown" } });
    assert.equal(observation.groupState, "unknown");
    assert.ok(!("consumers" in observation));
  });

  it("is given for a group that does not exist yet, where topics are named", () => {
    const { groupState, consumers } = observed({
      known,
      topics: ["orders"],
      membership: { state: "dead", members: 0 },
    });
    assert.deepEqual({ groupState, consumers }, { groupState: "dead", consumers: 0 });
  });

  it("takes the tightest retention; -1 is none", () => {
    const topics = [
      topicWith({ name: "a", end: [1], retentionMs: 5_000, retentionBytes: -1 }),
      topicWith({ name: "b", end: [1], retentionMs: -1, retentionBytes: 700 }),
      topicWith({ name: "c", end: [1], retentionMs: 3_000 }),
    ];
    const { retentionMs, retentionBytes } = observed({ topics: ["a", "b", "c"], known: topics });
    assert.deepEqual({ retentionMs, retentionBytes }, { retentionMs: 3_000, retentionBytes: 700 });
    const unlimited = observed({
      topics: ["a"],
      known: [topicWith({ name: "a", end: [1], retentionMs: -1 })],
    });
    assert.ok(!("retentionMs" in unlimited) && !("retentionBytes" in unlimited));
  });
});

describe("a failure", () => {
  const forbidden: Failure = { kind: "unauthorized", message: "topic" };
  const cases: readonly [string, Given, Failure["kind"], RegExp][] = [
    ["of the commits", { failed: unreachable }, "unreachable", /ECONNREFUSED/],
    [
      "for a group that the broker does not know, where no topics are named",
      { membership: { state: "dead", members: 0 } },
      "notFound",
      /"billing".*no such group/,
    ],
    [
      "for a group that has committed nothing, where no topics are named",
      {},
      "notReady",
      /committed nothing/,
    ],
    [
      "for a share group",
      {
        topics: ["orders"],
        known: [topicWith({ end: [9] })],
        membership: { state: "unknown", other: "share" },
      },
      "notFound",
      /share group/,
    ],
    ["for a topic of which nothing is known yet", { topics: ["orders"] }, "notReady", /"orders"/],
    [
      "for a topic that could not be asked for",
      { topics: ["orders"], refused: unreachable },
      "unreachable",
      /ECONNREFUSED/,
    ],
    [
      "where all topics are gone",
      { topics: ["orders"], known: [topicWith({ error: 3 })] },
      "notFound",
      /"orders".*UNKNOWN_TOPIC/,
    ],
    [
      "where one of the topics may not be read",
      {
        topics: ["a", "b"],
        known: [topicWith({ name: "a", end: [9] }), topicWith({ name: "b", error: 29 })],
      },
      "unauthorized",
      /"b".*TOPIC_AUTHORIZATION_FAILED/,
    ],
    [
      "where one of the topics' ends may not be read",
      {
        topics: ["a", "b"],
        known: [topicWith({ name: "a", end: [9] }), topicWith({ name: "b", failure: forbidden, old: [0] })],
      },
      "unauthorized",
      /topic/,
    ],
    [
      "where no end at all could be read",
      { committed: { orders: [5] }, known: [topicWith({ end: [9], old: [0], failure: unreachable })] },
      "unreachable",
      /ECONNREFUSED/,
    ],
  ];
  for (const [name, given, kind, message] of cases) {
    it(`is told ${name}`, () => {
      const answer: Answer = observe(given);
      assert.equal(answer.kind, "failed");
      assert.equal(answer.kind === "failed" && answer.failure.kind, kind);
      assert.match(answer.kind === "failed" ? answer.failure.message : "", message);
    });
  }

  it("of some ends is no failure: the others are observed, these are stale", () => {
    const topic = topicWith({ leaders: [1, 2], end: [9, 9], old: [1], failure: unreachable });
    const { parts } = observed({ committed: { orders: [5, 5] }, known: [topic] });
    assert.deepEqual(
      parts?.map(({ end }) => end),
      [9, stale(9)],
    );
  });
});
