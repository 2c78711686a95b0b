/** The daemon as a process, killed and started again on the same store. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { until } from "../support/processes.ts";
import { headgate } from "./process.ts";

it("an override outlives kill -9, and nobody hears of SQLite", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-restart-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "headgate.yaml");
  await writeFile(
    file,
    `
server: { host: 127.0.0.1, port: 0 }
store: { path: ${JSON.stringify(join(folder, "headgate.db"))} }
brokers: { embedded: { type: memory, poll: 1s } }
targets: { orders: { broker: embedded, queue: orders } }
`,
  );
  const start = async () => {
    const serving = headgate(["serve", "--config", file], t);
    const [, url = ""] = await serving.says(/answers at (http:\/\/127\.0\.0\.1:\d+)/);
    return { serving, url };
  };
  const first = await start();
  const putting = headgate(["override", "orders", "--rate", "7", "--for", "1h", "--url", first.url], t);
  assert.equal((await putting.ended).code, 0, putting.stderr());
  await until("saved", 10_000, async () => {
    const text = await (await fetch(`${first.url}/metrics`)).text();
    return /^headgate_store_saves_total\{.*\} ([2-9]|\d\d)/m.test(text) || undefined;
  });
  first.serving.child.kill("SIGKILL");
  await first.serving.ended;

  const second = await start();
  const answer = await fetch(`${second.url}/v1/targets/orders`);
  const { decision } = (await answer.json()) as { decision: { rate: number; override: { kind: string } } };
  assert.equal(decision.rate, 7);
  assert.equal(decision.override.kind, "rate");
  second.serving.child.kill("SIGTERM");
  assert.deepEqual(await second.serving.ended, { code: 0, signal: null });
  for (const { serving } of [first, second]) {
    assert.doesNotMatch(serving.stdout() + serving.stderr(), /sqlite|experimental/i);
    assert.equal(serving.stderr(), "");
  }
});
