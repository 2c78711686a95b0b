/** A changed configuration, taken by the daemon as a process: by SIGHUP and over HTTP. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { serve } from "../http/serving.ts";
import { fakeBoard } from "../support/board.ts";
import { headgate } from "./process.ts";

const file = (more = "", maxRate = 100, port = 0) => `
server: { host: 127.0.0.1, port: ${port} }
brokers: { embedded: { type: memory, poll: 1s } }
targets:
  orders: { broker: embedded, queue: orders, maxRate: ${maxRate} }
${more}`;

const serving = async (t: TestContext) => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-reload-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "headgate.yaml");
  await writeFile(path, file());
  const daemon = headgate(["serve", "--config", path], t);
  const [, url = ""] = await daemon.says(/answers at (http:\/\/127\.0\.0\.1:\d+)/);
  const get = async (what: string) => (await fetch(`${url}${what}`)).text();
  const reload = async () => {
    const response = await fetch(`${url}/v1/reload`, { method: "POST" });
    return { status: response.status, json: JSON.parse(await response.text()) };
  };
  return { daemon, get, reload, write: (text: string) => writeFile(path, text) };
};

const rateOf = (text: string): unknown => JSON.parse(text).decision?.rate;

describe("reload", () => {
  it("takes a changed file on SIGHUP, and says so", async (t) => {
    const { daemon, get, write } = await serving(t);
    assert.equal(rateOf(await get("/v1/targets/orders")), 100);
    await write(file("  mails: { broker: embedded, queue: mails }\nlog: { level: debug }\n", 50));
    daemon.child.kill("SIGHUP");
    await daemon.says(/"added":\["mails"\].*"changed":\["orders"\].*the changed configuration is in force/);
    assert.equal(rateOf(await get("/v1/targets/orders")), 50);
    assert.match(await get("/metrics"), /^headgate_target_info\{target="mails"/m);

    await write(file("", 50));
    daemon.child.kill("SIGHUP");
    await daemon.says(/"removed":\["mails"\]/);
    assert.doesNotMatch(await get("/metrics"), /mails/);
    daemon.child.kill("SIGTERM");
    assert.deepEqual(await daemon.ended, { code: 0, signal: null });
  });

  it("takes it over HTTP, and refuses a bad one whole", async (t) => {
    const { daemon, get, reload, write } = await serving(t);
    await write(file("", 50));
    const taken = await reload();
    assert.equal(taken.status, 200);
    assert.deepEqual(taken.json, {
      targets: { added: [], removed: [], changed: ["orders"], unchanged: 0 },
      warnings: [],
    });

    await write(`${file("  mails: { broker: nobody, queue: mails }\n", -1)}`);
    const refused = await reload();
    assert.equal(refused.status, 400);
    assert.equal(refused.json.type, "urn:headgate:problem:invalidConfiguration");
    assert.deepEqual(
      refused.json.errors.map(({ field, value }: { field: string; value: string }) => [field, value]),
      [
        ["targets.orders.maxRate", "-1"],
        ["targets.mails.broker", "nobody"],
      ],
    );
    assert.match(refused.json.errors[1].message, /"nobody" is not one of brokers/);
    assert.equal(rateOf(await get("/v1/targets/orders")), 50);
    await daemon.says(/configuration not taken: \\"nobody\\" is not one of brokers/);
    assert.match(await get("/metrics"), /^headgate_configuration_reloads_total\{result="refused"\} 1$/m);
  });

  it("refuses what changes only with a restart", async (t) => {
    const { get, reload, write } = await serving(t);
    await write(file("store: { path: x.db }\nops: { port: 0 }\n", 50, 4299));
    const { status, json } = await reload();
    assert.equal(status, 400);
    assert.deepEqual(
      json.errors.map(({ field }: { field: string }) => field),
      ["server", "ops", "store"],
    );
    assert.match(json.errors[0].message, /changes only with a restart/);
    assert.match(json.errors[0].allowed, /^as it was: .*"port":0/);
    assert.equal(rateOf(await get("/v1/targets/orders")), 100);
  });
});

describe("POST /v1/reload", () => {
  it("says so where there is no file", async () => {
    await using app = await serve(fakeBoard({}));
    assert.equal((await app.ask("/v1/reload", { method: "POST" })).status, 409);
    assert.equal((await app.ask("/v1/reload")).status, 405);
    assert.equal((await app.ask("/v1/reload?x=1", { method: "POST" })).status, 400);
    assert.equal((await app.ask("/v1/reload", { method: "POST", body: "x" })).status, 413);
  });
});
