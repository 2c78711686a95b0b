/** Busy told from failing on a real Kafka, in short; `npm run e2e -- circuit` is the same at its full length. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { kafkaForTests } from "../support/given.ts";
import { findings, runCircuit } from "./circuit.ts";

it("the circuit stays closed while consumers restart, opens when they fail, and closes without a flood", {
  timeout: 240_000,
}, async (t) => {
  const kafka = kafkaForTests(t);
  if (kafka === undefined) return;
  const acts = { healthy: 12, rebalance: 0, restart: 12, transaction: 0, failing: 30, recovery: 30 };
  for (const { name, ok, shown } of findings(await runCircuit(kafka.bootstrap, acts)))
    assert.ok(ok, `${name}: ${shown}`);
});
