/** Sharing on a real Kafka, in short; `npm run e2e -- sharing` measures longer. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { kafkaForTests } from "../support/given.ts";
import { findings, runSharing } from "./sharing.ts";

it("tenants have their shares whoever hammers, leases and askers out of one rate; bulk is shed first", {
  timeout: 300_000,
}, async (t) => {
  const kafka = kafkaForTests(t);
  if (kafka === undefined) return;
  for (const { name, ok, shown } of findings(await runSharing(kafka.bootstrap, 12)))
    assert.ok(ok, `${name}: ${shown}`);
});
