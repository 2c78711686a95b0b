/** The whole way on a real Kafka, in short; `npm run e2e` is the same at its full length, with a picture. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { kafkaForTests } from "../support/given.ts";
import { runOverload, setpointSeconds } from "./overload.ts";

it("lag settles at the setpoint, the producer follows consumers that slow down and recover", {
  timeout: 180_000,
}, async (t) => {
  const kafka = kafkaForTests(t);
  if (kafka === undefined) return;
  const { looks, figures } = await runOverload(kafka.bootstrap, 30);
  for (const { phase, settledLagSeconds, busy, sentShare, withoutLagSeconds } of figures) {
    const shown = JSON.stringify(figures);
    assert.ok(Math.abs(settledLagSeconds / setpointSeconds - 1) <= 0.25, `${phase}: ${shown}`);
    assert.ok(busy >= 0.95, `${phase}: ${shown}`);
    assert.ok(Math.abs(sentShare - 1) <= 0.1, `${phase}: ${shown}`);
    assert.ok(withoutLagSeconds > 2 * setpointSeconds, `${phase}: ${shown}`);
  }
  assert.ok(looks.length > 100);
});
