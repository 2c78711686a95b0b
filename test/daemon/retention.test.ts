import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Assessment } from "../../src/core/assessment.ts";
import { watchRetention } from "../../src/daemon/retention.ts";
import { settings } from "../core/controller/settings.ts";
import { targetView } from "../support/board.ts";

type Seen = Pick<Assessment, "retention" | "timeToLossSeconds">;

const told = (seen: readonly Seen[]): string[] => {
  const lines: string[] = [];
  const log = (level: string) => (_: Record<string, unknown>, message: string) => {
    lines.push(`${level}: ${message}`);
  };
  const logs = { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
  const note = watchRetention("orders", logs);
  const { retention: _, timeToLossSeconds: __, ...assessment } = targetView("orders").assessment;
  for (const one of seen) note({ ...assessment, ...one }, settings());
  return lines;
};

describe("what is said of a target's retention", () => {
  it("nothing where there is none, and where it is long", () => {
    assert.deepEqual(told([{}, { retention: { seconds: 604_800 } }, { retention: { messages: 5000 } }]), []);
  });

  it("once, where the setpoint is more than a quarter of it", () => {
    const seen = { retention: { seconds: 39 } };
    assert.deepEqual(told([{}, seen, seen, seen]), [
      "warn: its setpoint is more than a quarter of its retention: consumers that slow down may lose messages",
    ]);
    assert.deepEqual(told([{ retention: { seconds: 40 } }]), []);
  });

  it("that messages are about to be deleted, and that they are no more", () => {
    const retention = { seconds: 600 };
    const forecast = { retention, timeToLossSeconds: 90 };
    assert.deepEqual(told([{ retention }, forecast, forecast, { retention }, { retention }]), [
      "warn: at the present rates messages are deleted unread in 90 s",
      "info: no message is about to be deleted unread any more",
    ]);
  });

  it("nothing of a loss that is days away: lag that rises for a moment forecasts as much", () => {
    const retention = { seconds: 604_800 };
    const day = 86_400;
    assert.deepEqual(told([{ retention }, { retention, timeToLossSeconds: day + 1 }, { retention }]), []);
    assert.equal(told([{ retention, timeToLossSeconds: day }]).length, 1);
  });
});
