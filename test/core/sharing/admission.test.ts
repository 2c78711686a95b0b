import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Decision, DecisionState } from "../../../src/core/decision.ts";
import { type Asked, rule } from "../../../src/core/sharing/admission.ts";

const target = (
  rate: number | null,
  owed = 0,
  state: DecisionState = "throttled",
  mode: Decision["mode"] = "enforce",
): Asked => ({
  cell: { at: 0, owed },
  rate: rate ?? Number.POSITIVE_INFINITY,
  decision: {
    target: "t",
    state,
    mode,
    override: null,
    rate,
    reason: { signal: "lagSeconds", value: 1, setpoint: 1, text: "" },
    lag: { messages: 1, seconds: 1, method: "rate", trend: "steady" },
    observedAt: 0,
    decidedAt: 0,
    validUntil: 0,
  },
});

interface Case {
  readonly name: string;
  readonly asked: readonly Asked[];
  readonly canWait?: boolean;
  readonly cost?: number;
  readonly allowed: boolean;
  readonly waitMs: number;
  readonly by?: number;
  readonly owed: readonly number[];
}

const cases: Case[] = [
  { name: "nothing limits", asked: [target(null)], allowed: true, waitMs: 0, owed: [1] },
  { name: "the first cell is free", asked: [target(10)], allowed: true, waitMs: 0, owed: [1] },
  {
    name: "a wait under a second is a pass with a delay",
    asked: [target(10, 5)],
    allowed: true,
    waitMs: 500,
    owed: [6],
  },
  {
    name: "for who cannot wait it is a refusal",
    asked: [target(10, 5)],
    canWait: false,
    allowed: false,
    waitMs: 500,
    owed: [5],
  },
  {
    name: "a longer wait is a refusal, not charged",
    asked: [target(10, 50)],
    allowed: false,
    waitMs: 5000,
    owed: [50],
  },
  {
    name: "a large cost passes when the first cell is free",
    asked: [target(10)],
    cost: 1000,
    allowed: true,
    waitMs: 0,
    owed: [1000],
  },
  {
    name: "a gate charges all its targets",
    asked: [target(10), target(100, 3)],
    allowed: true,
    waitMs: 0,
    owed: [1, 4],
  },
  {
    name: "or none: the longest wait binds",
    asked: [target(10, 30), target(10, 60), target(null)],
    allowed: false,
    waitMs: 6000,
    by: 1,
    owed: [30, 60, 0],
  },
  { name: "closed", asked: [target(0)], allowed: false, waitMs: Number.MAX_VALUE, owed: [0] },
  {
    name: "failing beats busy",
    asked: [target(10, 1e6), target(0, 0, "failing")],
    allowed: false,
    waitMs: Number.POSITIVE_INFINITY,
    by: 1,
    owed: [1e6, 0],
  },
  { name: "a probe passes", asked: [target(2, 0, "failing")], allowed: true, waitMs: 0, owed: [1] },
  {
    name: "a probe does not wait",
    asked: [target(10, 1e6), target(2, 1, "failing")],
    allowed: false,
    waitMs: Number.POSITIVE_INFINITY,
    by: 1,
    owed: [1e6, 1],
  },
  {
    name: "observe mode enforces nothing",
    asked: [target(0, 0, "blind", "observe")],
    allowed: true,
    waitMs: 0,
    owed: [1],
  },
];

describe("admission", () => {
  for (const { name, asked, canWait = true, cost = 1, allowed, waitMs, by = 0, owed } of cases) {
    it(name, () => {
      const ruling = rule(asked, 0, cost, canWait);
      assert.deepEqual(
        {
          allowed: ruling.allowed,
          waitMs: ruling.waitMs,
          by: ruling.by,
          owed: ruling.cells.map((cell) => cell.owed),
        },
        { allowed, waitMs, by, owed },
      );
    });
  }
});
