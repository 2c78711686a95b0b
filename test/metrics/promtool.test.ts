import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "../../src/metrics/metrics.ts";
import type { MetricsSnapshot } from "../../src/metrics/samples.ts";
import { leftOut } from "../support/given.ts";
import { promtoolCheckMetrics } from "../support/promtool.ts";
import { knownSource, knownTarget, now, registry, unseenTarget } from "./views.ts";

describe("promtool has nothing to say on the metrics", { skip: leftOut("promtool") }, () => {
  const boards: Readonly<Record<string, MetricsSnapshot>> = {
    "of an empty board": { targets: [], sources: [], registry },
    "of a board that has seen nothing": {
      targets: [unseenTarget("orders")],
      sources: [knownSource("events", { reachable: null })],
      registry,
    },
    "of a board that knows everything, under odd names": {
      targets: [knownTarget("orders.v2~2F-a_b")],
      sources: [knownSource('a "broker" \\ on\ntwo lines, {x="y"}')],
      registry,
    },
  };
  for (const [name, snapshot] of Object.entries(boards)) {
    it(name, async () => {
      const metrics = createMetrics({ snapshot: () => snapshot, clock: () => now, version: "0.1.0" });
      for (const { broker } of snapshot.sources) metrics.pollFinished(broker, 0.012);
      const check = await promtoolCheckMetrics((await metrics.expose()).body);
      assert.deepEqual(check, { ok: true, output: "" });
    });
  }
});
