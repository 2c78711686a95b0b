import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReportedOutcome } from "../../src/daemon/board.ts";
import { countOutcomes } from "../../src/daemon/outcomes.ts";

const failed = (id: string, more: Partial<ReportedOutcome> = {}): ReportedOutcome => ({
  id,
  outcome: "failed",
  ...more,
});
const acked = (id: string, more: Partial<ReportedOutcome> = {}): ReportedOutcome => ({
  id,
  outcome: "acked",
  ...more,
});

describe("outcomes of a target", () => {
  it("are counted, and told as one event with a few of the messages that failed", () => {
    const outcomes = countOutcomes();
    const event = outcomes.take(5, [
      acked("1"),
      ...["2", "3", "4", "5"].map((id) => failed(id)),
      { id: "6", outcome: "deadLettered" },
    ]);
    assert.deepEqual(event, {
      event: "outcomes",
      at: 5,
      acked: 1,
      failed: 4,
      deadLettered: 1,
      failedIds: ["  2", "  3", "  4"],
    });
    assert.deepEqual(outcomes.counts, { acked: 1, failed: 4, deadLettered: 1, duplicates: 0 });
  });

  const cases: { name: string; reported: readonly ReportedOutcome[]; accepted: number }[] = [
    { name: "the same again", reported: [failed("1"), failed("1")], accepted: 1 },
    {
      name: "the same message, delivered again",
      reported: [failed("1", { deliveries: 1 }), failed("1", { deliveries: 2 })],
      accepted: 2,
    },
    { name: "what failed is acked at last", reported: [failed("1"), acked("1")], accepted: 2 },
    {
      name: "the same id in two parts",
      reported: [failed("1", { part: "orders/0" }), failed("1", { part: "orders/1" })],
      accepted: 2,
    },
    {
      name: "the same id at two offsets",
      reported: [failed("", { part: "o", offset: "1" }), failed("", { part: "o", offset: "2" })],
      accepted: 2,
    },
    {
      name: "another error of the same delivery",
      reported: [failed("1", { errorClass: "A" }), failed("1", { errorClass: "B" })],
      accepted: 1,
    },
  ];
  for (const { name, reported, accepted } of cases)
    it(`${name}: ${accepted} of ${reported.length} count`, () => {
      const outcomes = countOutcomes();
      for (const one of reported) outcomes.take(1, [one]);
      assert.equal(outcomes.counts.duplicates, reported.length - accepted);
    });

  it("that were all known make no event", () => {
    const outcomes = countOutcomes();
    outcomes.take(1, [failed("1")]);
    assert.equal(outcomes.take(2, [failed("1")]), undefined);
  });

  it("are remembered for at least ten thousand, and for no more than twenty", () => {
    const outcomes = countOutcomes();
    outcomes.take(1, [failed("first")]);
    for (let id = 0; id < 9_999; id += 1) outcomes.take(1, [acked(`${id}`)]);
    outcomes.take(1, [failed("first")]);
    assert.equal(outcomes.counts.duplicates, 1);
    for (let id = 10_000; id < 30_001; id += 1) outcomes.take(1, [acked(`${id}`)]);
    outcomes.take(1, [failed("first")]);
    assert.equal(outcomes.counts.failed, 2);
  });

  it("tell ids apart that are alike", () => {
    const outcomes = countOutcomes();
    const ids = Array.from({ length: 9000 }, (_, index) => `orders-${index}`);
    for (const id of ids) outcomes.take(1, [acked(id)]);
    assert.deepEqual(outcomes.counts, { acked: 9000, failed: 0, deadLettered: 0, duplicates: 0 });
  });

  it("keep the class of the last error", () => {
    const outcomes = countOutcomes();
    outcomes.take(1, [
      failed("1", { errorClass: "Timeout" }),
      failed("2"),
      acked("3", { errorClass: "none" }),
    ]);
    assert.equal(outcomes.errorClass, "Timeout");
  });
});
