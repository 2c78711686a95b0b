import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { leftOut } from "./given.ts";
import { promtoolCheckMetrics } from "./promtool.ts";

describe("promtool", { skip: leftOut("promtool") }, () => {
  it("accepts good metrics", async () => {
    const text =
      "# HELP headgate_polls_total Polls.\n# TYPE headgate_polls_total counter\nheadgate_polls_total 1\n";
    assert.deepEqual(await promtoolCheckMetrics(text), { ok: true, output: "" });
  });

  it("finds a bad name", async () => {
    const text = "# HELP headgate_polls Polls.\n# TYPE headgate_polls counter\nheadgate_polls 1\n";
    const check = await promtoolCheckMetrics(text);
    assert.equal(check.ok, false);
    assert.match(check.output, /headgate_polls counter metrics should have "_total" suffix/);
  });

  it("finds what is no metric", async () => {
    const check = await promtoolCheckMetrics("headgate polls 1\n");
    assert.equal(check.ok, false);
  });
});
