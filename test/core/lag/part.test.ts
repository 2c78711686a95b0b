/** The rules of src/core/lag/part.ts, each by its cases, in one table: polls in, the verdict on the last one out. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PartFlag } from "../../../src/core/assessment.ts";
import { assessPart, type PartState } from "../../../src/core/lag/part.ts";
import type { PartObservation, Quality, Value } from "../../../src/core/observation.ts";

type Poll = Omit<PartObservation, "part">;

interface Case {
  readonly name: string;
  readonly polls: readonly Poll[];
  /** Absent: unknown. */
  readonly lag?: number;
  readonly quality: Quality;
  readonly flags?: readonly PartFlag[];
  readonly held?: number;
  readonly lost?: number;
  /** Increments, added up over all polls. */
  readonly produced?: number;
  readonly consumed?: number;
}

const stale = (value: number): Value => ({ value, quality: "stale" });
const rough = (value: number): Value => ({ value, quality: "approximate" });
const at = (end: Value, committed: Value, more: Poll = {}): Poll => ({
  logStart: 0,
  end,
  committed,
  ...more,
});

const table: Readonly<Record<string, readonly Case[]>> = {
  "L0 lag is the end less the commit": [
    { name: "at first sight", polls: [at(100, 40)], lag: 60, quality: "fresh" },
    { name: "drained", polls: [at(100, 100)], lag: 0, quality: "fresh" },
    { name: "with the log's start unknown", polls: [{ end: 100, committed: 40 }], lag: 60, quality: "fresh" },
    { name: "as rough as its roughest value", polls: [at(rough(100), 40)], lag: 60, quality: "approximate" },
    { name: "a commit may be rough too", polls: [at(100, rough(40))], lag: 60, quality: "approximate" },
    { name: "nothing observed", polls: [{}], quality: "unknown", flags: ["leaderless"] },
    {
      name: "values that are none",
      polls: [at(Number.NaN, Number.NaN)],
      quality: "unknown",
      flags: ["leaderless"],
    },
  ],
  "L1 a new log": [
    {
      name: "another topic id",
      polls: [at(100, 40, { topicId: "a" }), at(500, 200, { topicId: "b" })],
      lag: 300,
      quality: "fresh",
      flags: ["recreated"],
      produced: 0,
      consumed: 0,
    },
    {
      name: "its flag is gone with the next poll, and it counts from there",
      polls: [at(100, 40, { topicId: "a" }), at(500, 200, { topicId: "b" }), at(510, 205, { topicId: "b" })],
      lag: 305,
      quality: "fresh",
      produced: 10,
      consumed: 5,
    },
    {
      name: "an id that comes to be known is no other id",
      polls: [at(100, 40), at(110, 50, { topicId: "a" }), at(120, 60), at(130, 70, { topicId: "a" })],
      lag: 60,
      quality: "fresh",
      produced: 30,
      consumed: 30,
    },
    {
      name: "without ids, a fresh end that fell",
      polls: [at(100, 40), at(50, 20)],
      lag: 30,
      quality: "fresh",
      flags: ["recreated"],
      produced: 0,
      consumed: 0,
    },
    {
      name: "the same id and an end that fell: the log was cut",
      polls: [at(100, 40, { topicId: "a" }), at(50, 40, { topicId: "a" })],
      lag: 10,
      quality: "fresh",
      flags: ["recreated"],
      produced: 0,
    },
    {
      name: "the former log's start and high watermark do not count",
      polls: [at(1000, 900, { logStart: 600, highWatermark: 1010 }), { end: 700, committed: 0 }],
      lag: 700,
      quality: "fresh",
      flags: ["recreated"],
      lost: 0,
    },
    {
      name: "a rough end wavers",
      polls: [at(rough(100), 40), at(rough(95), 40), at(rough(103), 40)],
      lag: 63,
      quality: "approximate",
      produced: 3,
    },
    {
      name: "recreated empty, and its commits deleted with it",
      polls: [at(100, 40, { topicId: "a" }), at(0, -1, { topicId: "b" })],
      lag: 0,
      quality: "fresh",
      flags: ["noCommit", "recreated"],
    },
  ],
  "L2 not read": [
    {
      name: "no leader, no end: the last lag, stale",
      polls: [at(100, 40), { committed: 40 }],
      lag: 60,
      quality: "stale",
      flags: ["leaderless"],
    },
    {
      name: "an end kept from before does not let lag shrink",
      polls: [at(100, 40), at(stale(100), 90)],
      lag: 60,
      quality: "stale",
      flags: ["leaderless"],
      consumed: 0,
    },
    {
      name: "for many polls",
      polls: [at(100, 40), { committed: 50 }, { committed: 60 }, {}],
      lag: 60,
      quality: "stale",
      flags: ["leaderless"],
    },
    {
      name: "back again, it catches up",
      polls: [at(100, 40), { committed: 50 }, {}, at(150, 70)],
      lag: 80,
      quality: "fresh",
      produced: 50,
      consumed: 30,
    },
    {
      name: "the commit alone is missing",
      polls: [at(100, 40), { logStart: 0, end: 120 }],
      lag: 60,
      quality: "stale",
    },
    {
      name: "the commit alone is old",
      polls: [at(100, 40), at(120, stale(40))],
      lag: 60,
      quality: "stale",
      produced: 0,
    },
    {
      name: "what is held stands too",
      polls: [at(100, 40, { highWatermark: 110 }), {}],
      lag: 60,
      held: 10,
      quality: "stale",
      flags: ["leaderless", "held"],
    },
    {
      name: "old from the first",
      polls: [at(stale(100), 40)],
      lag: 60,
      quality: "stale",
      flags: ["leaderless"],
    },
    {
      name: "old from the first, and crossed",
      polls: [at(stale(30), 40)],
      lag: 0,
      quality: "stale",
      flags: ["leaderless"],
    },
    { name: "never read", polls: [{ committed: 40 }], quality: "unknown", flags: ["leaderless"] },
    {
      name: "a former log's last lag does not stand",
      polls: [at(100, 40, { topicId: "a" }), { committed: 40, topicId: "b" }],
      quality: "unknown",
      flags: ["recreated", "leaderless"],
    },
  ],
  "L3 no commit": [
    { name: "is unknown, not end − 0", polls: [at(100, -1)], quality: "unknown", flags: ["noCommit"] },
    { name: "an old -1 as well", polls: [at(100, stale(-1))], quality: "unknown", flags: ["noCommit"] },
    {
      name: "in an empty log: nothing to read",
      polls: [at(0, -1)],
      lag: 0,
      quality: "fresh",
      flags: ["noCommit"],
    },
    {
      name: "in a log whose messages are all deleted",
      polls: [at(70, -1, { logStart: 70 })],
      lag: 0,
      quality: "fresh",
      flags: ["noCommit"],
    },
    {
      name: "with the log's start unknown",
      polls: [{ end: 0, committed: -1 }],
      quality: "unknown",
      flags: ["noCommit"],
    },
    {
      name: "commits that expired leave no lag behind",
      polls: [at(100, 40), at(100, -1)],
      quality: "unknown",
      flags: ["noCommit"],
    },
    {
      name: "with no leader either",
      polls: [at(100, 40), { committed: -1 }],
      quality: "unknown",
      flags: ["noCommit", "leaderless"],
    },
    {
      name: "the first commit adds nothing",
      polls: [at(100, -1), at(5000, -1), at(9000, 8000)],
      lag: 1000,
      quality: "fresh",
      produced: 0,
      consumed: 0,
    },
    {
      name: "nor does one after they expired",
      polls: [at(100, 40), at(100, -1), at(9000, 8000)],
      lag: 1000,
      quality: "fresh",
      produced: 0,
      consumed: 0,
    },
  ],
  "L4 a commit beyond the end": [
    {
      name: "at first sight: nothing tells skew from a former log",
      polls: [at(100, 250)],
      quality: "unknown",
      flags: ["recreated"],
    },
    {
      name: "another topic id: of the former log",
      polls: [at(300, 250, { topicId: "a" }), at(100, 250, { topicId: "b" })],
      quality: "unknown",
      flags: ["recreated"],
    },
    {
      name: "no ids, and the end fell: likewise",
      polls: [at(300, 250), at(100, 250)],
      quality: "unknown",
      flags: ["recreated"],
    },
    {
      name: "the same id, and the end fell: cut",
      polls: [at(300, 250, { topicId: "a" }), at(240, 250, { topicId: "a" })],
      quality: "unknown",
      flags: ["recreated"],
    },
    {
      name: "it stays so while the group does not commit",
      polls: [at(300, 250), at(100, 250), at(120, 250), at(140, 250)],
      quality: "unknown",
      flags: ["recreated"],
      produced: 0,
    },
    {
      name: "until it commits within the log",
      polls: [at(300, 250), at(100, 250), at(120, 50), at(140, 60)],
      lag: 80,
      quality: "fresh",
      produced: 20,
      consumed: 10,
    },
    {
      name: "or the log reaches the commit: there the group would go on",
      polls: [at(300, 250), at(100, 250), at(260, 250)],
      lag: 10,
      quality: "fresh",
      produced: 0,
    },
    {
      name: "both moved on: skew, of what was read after the ends",
      polls: [at(100, 90), at(110, 113)],
      lag: 0,
      quality: "approximate",
      produced: 10,
      consumed: 20,
    },
    {
      name: "skew is made up for",
      polls: [at(100, 90), at(110, 113), at(130, 120)],
      lag: 10,
      quality: "fresh",
      produced: 30,
      consumed: 30,
    },
    {
      name: "unmoved since the last poll it is no skew",
      polls: [at(100, 90), at(110, 113), at(110, 113)],
      quality: "unknown",
      flags: ["recreated"],
    },
    {
      name: "a rough end proves nothing against a commit",
      polls: [at(rough(100), 105)],
      lag: 0,
      quality: "approximate",
    },
  ],
  "L5 a commit below the log's start": [
    {
      name: "what lies between is lost, and lag counts from the start",
      polls: [at(1000, 100, { logStart: 600 })],
      lag: 400,
      lost: 500,
      quality: "fresh",
      flags: ["messagesLost"],
    },
    {
      name: "counted once",
      polls: [at(1000, 100, { logStart: 600 }), at(1000, 100, { logStart: 600 }), at(1100, 100)],
      lag: 500,
      lost: 500,
      quality: "fresh",
      flags: ["messagesLost"],
      produced: 100,
      consumed: 0,
    },
    {
      name: "and on, as the start moves on",
      polls: [at(1000, 100), at(1000, 100, { logStart: 600 }), at(1000, 100, { logStart: 700 })],
      lag: 300,
      lost: 600,
      quality: "fresh",
      flags: ["messagesLost"],
      consumed: 0,
    },
    {
      name: "what was read before the start overtook is consumed, the rest lost",
      polls: [at(1000, 100), at(1000, 300, { logStart: 600 })],
      lag: 400,
      lost: 300,
      quality: "fresh",
      flags: ["messagesLost"],
      consumed: 200,
    },
    {
      name: "the group goes on from the start",
      polls: [at(1000, 100), at(1000, 100, { logStart: 600 }), at(1000, 650, { logStart: 600 })],
      lag: 350,
      lost: 500,
      quality: "fresh",
      consumed: 50,
    },
    {
      name: "a start that is observed now and then holds in between",
      polls: [at(1000, 100, { logStart: 600 }), { end: 1000, committed: 100 }],
      lag: 400,
      lost: 500,
      quality: "fresh",
      flags: ["messagesLost"],
    },
    {
      name: "going back to where all was read before loses nothing",
      polls: [at(1000, 900, { logStart: 600 }), at(1000, 500, { logStart: 600 })],
      lag: 400,
      lost: 0,
      quality: "fresh",
      flags: ["messagesLost"],
    },
    {
      name: "everything deleted",
      polls: [at(1000, 100, { logStart: 1000 })],
      lag: 0,
      lost: 900,
      quality: "fresh",
      flags: ["messagesLost"],
    },
    {
      name: "a start beyond the end is of another log",
      polls: [at(50, 20, { logStart: 600 })],
      lag: 30,
      lost: 0,
      quality: "fresh",
    },
    {
      name: "the count outlives the log",
      polls: [at(1000, 100, { logStart: 600 }), at(10, 5)],
      lag: 5,
      lost: 500,
      quality: "fresh",
      flags: ["recreated"],
    },
  ],
  "L6 markers only": [
    {
      name: "the commit is past the last message",
      polls: [at(10, 9, { lastRecord: 8 })],
      lag: 0,
      quality: "fresh",
      flags: ["markersOnly"],
    },
    {
      name: "the commit is at the last message",
      polls: [at(10, 8, { lastRecord: 8 })],
      lag: 2,
      quality: "fresh",
    },
    {
      name: "an old look does not count",
      polls: [at(30, 9, { lastRecord: stale(8) })],
      lag: 21,
      quality: "fresh",
    },
    { name: "no backlog, no flag", polls: [at(10, 10, { lastRecord: 8 })], lag: 0, quality: "fresh" },
  ],
  "L7 held": [
    {
      name: "behind an open transaction, beside lag",
      polls: [at(100, 40, { highWatermark: 130 })],
      lag: 60,
      held: 30,
      quality: "fresh",
      flags: ["held"],
    },
    {
      name: "nothing held",
      polls: [at(100, 40, { highWatermark: 100 })],
      lag: 60,
      held: 0,
      quality: "fresh",
    },
    {
      name: "an older high watermark than the end is not negative",
      polls: [at(100, 40, { highWatermark: rough(70) })],
      lag: 60,
      held: 0,
      quality: "fresh",
    },
    {
      name: "observed now and then, it holds in between, as the end moves on",
      polls: [at(100, 40, { highWatermark: 130 }), at(110, 40)],
      lag: 70,
      held: 20,
      quality: "fresh",
      flags: ["held"],
    },
    {
      name: "and is no drain when it is let go",
      polls: [at(100, 100, { highWatermark: 130 }), at(130, 100, { highWatermark: 130 })],
      lag: 30,
      held: 0,
      quality: "fresh",
      produced: 30,
      consumed: 0,
    },
    {
      name: "known without a commit",
      polls: [at(100, -1, { highWatermark: 130 })],
      held: 30,
      quality: "unknown",
      flags: ["noCommit", "held"],
    },
  ],
  "L8 compacted": [
    {
      name: "a flag",
      polls: [at(100, 40, { compacted: true })],
      lag: 60,
      quality: "fresh",
      flags: ["compacted"],
    },
    {
      name: "that holds while nothing is said",
      polls: [at(100, 40, { compacted: true }), at(100, 40)],
      lag: 60,
      quality: "fresh",
      flags: ["compacted"],
    },
    {
      name: "until it is denied",
      polls: [at(100, 40, { compacted: true }), at(100, 40, { compacted: false })],
      lag: 60,
      quality: "fresh",
    },
  ],
  "L10 increments": [
    {
      name: "none at first sight",
      polls: [at(100, 40)],
      lag: 60,
      quality: "fresh",
      produced: 0,
      consumed: 0,
    },
    {
      name: "what came and what was completed",
      polls: [at(100, 40), at(150, 70), at(160, 160)],
      lag: 0,
      quality: "fresh",
      produced: 60,
      consumed: 120,
    },
    {
      name: "a commit that goes back is no negative consumption",
      polls: [at(100, 90), at(110, 20)],
      lag: 90,
      quality: "fresh",
      produced: 10,
      consumed: 0,
    },
    {
      name: "and what is read again counts again",
      polls: [at(100, 90), at(110, 20), at(110, 50)],
      lag: 60,
      quality: "fresh",
      produced: 10,
      consumed: 30,
    },
  ],
};

for (const [rule, cases] of Object.entries(table)) {
  describe(rule, () => {
    for (const expected of cases) {
      it(expected.name, () => {
        let state: PartState | undefined;
        let [produced, consumed, lost] = [0, 0, 0];
        for (const poll of expected.polls) {
          const step = assessPart(state, { part: "orders/0", ...poll });
          state = step.state;
          produced += step.produced;
          consumed += step.consumed;
          lost += step.lost;
        }
        const assessment = state?.assessment;
        assert.equal(assessment?.lag, expected.lag);
        assert.equal(assessment?.quality, expected.quality);
        assert.deepEqual(new Set(assessment?.flags), new Set(expected.flags));
        assert.equal(assessment?.lost, lost);
        if ("held" in expected) assert.equal(assessment?.held, expected.held);
        if ("lost" in expected) assert.equal(lost, expected.lost);
        if ("produced" in expected) assert.equal(produced, expected.produced);
        if ("consumed" in expected) assert.equal(consumed, expected.consumed);
      });
    }
  });
}

describe("a part's state", () => {
  it("is the same object while nothing changes", () => {
    const poll = { part: "orders/0", ...at(100, 40, { topicId: "a", highWatermark: 130 }) };
    const first = assessPart(undefined, poll).state;
    assert.equal(assessPart(first, poll).state, first);
  });

  it("goes on after a round trip through JSON", () => {
    const first = assessPart(undefined, { part: "orders/0", ...at(100, 40) }).state;
    const restored: PartState = JSON.parse(JSON.stringify(first));
    const next = { part: "orders/0", ...at(150, 70) };
    assert.deepEqual(assessPart(restored, next), assessPart(first, next));
  });
});
