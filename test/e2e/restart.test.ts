/** A restart on a real Kafka, in short; `npm run e2e -- restart` is away for longer. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { kafkaForTests } from "../support/given.ts";
import { findings, runRestart } from "./restart.ts";

it("killed and started again: safe rates meanwhile, and no overshoot on return", {
  timeout: 240_000,
}, async (t) => {
  const kafka = kafkaForTests(t);
  if (kafka === undefined) return;
  const times = { settleSeconds: 35, awaySeconds: 15, backSeconds: 40 };
  for (const { name, ok, shown } of findings(await runRestart(kafka.bootstrap, times)))
    assert.ok(ok, `${name}: ${shown}`);
});
