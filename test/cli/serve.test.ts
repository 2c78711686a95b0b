import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { headgate } from "./process.ts";

const configuration = (port: number, more = "") => `
server: { host: 127.0.0.1, port: ${port} }
brokers:
  events: { type: kafka, bootstrap: ["127.0.0.1:1"], poll: 1s, timeout: 1s }
targets:
  orders: { broker: events, group: billing, topics: [orders] }
${more}`;

const fileOf = async (t: TestContext, text: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-cli-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "headgate.yaml");
  await writeFile(path, text);
  return path;
};

const oneLine = (text: string) => assert.equal(text.trim().split("\n").length, 1, text);

describe("headgate serve", () => {
  it("starts although its broker is down, says so, and stops within a second of SIGTERM", async (t) => {
    const serving = headgate(
      ["serve", "--config", await fileOf(t, configuration(0, "ops: { host: 127.0.0.1, port: 0 }"))],
      t,
    );
    const [, url = ""] = await serving.says(/answers at (http:\/\/127\.0\.0\.1:\d+)/);
    const [, opsUrl = ""] = await serving.says(/"ops":"(http:[^"]+)"/);
    await serving.says(/"kind":"unreachable"/);

    const ready = await fetch(`${url}/readyz`);
    assert.equal(ready.status, 200);
    assert.match(await ready.text(), /nothing was ever known of this target/);
    const throttle = await fetch(`${url}/v1/throttle/orders`);
    assert.equal(throttle.status, 200);
    const answer: { decision: { state: string; reason: { text: string } } } = JSON.parse(
      await throttle.text(),
    );
    assert.equal(answer.decision.state, "blind");
    assert.match(answer.decision.reason.text, /nothing was ever known.*unreachable/);
    assert.match(await (await fetch(`${opsUrl}/metrics`)).text(), /headgate_broker_up\{broker="events"\} 0/);
    assert.equal((await fetch(`${opsUrl}/v1/throttle/orders`)).status, 404);

    const begun = performance.now();
    serving.child.kill("SIGTERM");
    assert.deepEqual(await serving.ended, { code: 0, signal: null });
    assert.ok(performance.now() - begun < 1000, `took ${performance.now() - begun} ms`);
    assert.equal(serving.stderr(), "");
  });

  it("says in one line that its port is taken", async (t) => {
    const other = createServer().listen(0, "127.0.0.1");
    t.after(() => other.close());
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const serving = headgate(["serve", "--config", await fileOf(t, configuration(port))], t);
    assert.equal((await serving.ended).code, 1);
    oneLine(serving.stderr());
    assert.match(serving.stderr(), new RegExp(`127.0.0.1:${port}`));
  });

  it("says in one line that its file cannot be read", async (t) => {
    const serving = headgate(["serve", "--config", "/nowhere/headgate.yaml"], t);
    assert.equal((await serving.ended).code, 1);
    oneLine(serving.stderr());
  });

  it("names a wrong key, its place and the nearest known one", async (t) => {
    const serving = headgate(
      ["serve", "--config", await fileOf(t, configuration(0).replace("group:", "grop:"))],
      t,
    );
    assert.equal((await serving.ended).code, 1);
    assert.match(serving.stderr(), /headgate\.yaml:6:\d+.*targets\.orders\.grop.*group/);
    assert.doesNotMatch(serving.stderr(), /\bat .*\.ts:/);
  });

  for (const [args, text] of [
    [["serve"], /usage: headgate serve --config FILE/],
    [["serve", "--confg", "x"], /--confg/],
    [["sevre"], /no command "sevre"/],
    [[], /usage: headgate/],
    [["demo", "--port", "many"], /usage: headgate demo/],
  ] as const) {
    it(`answers wrong usage with exit code 2: ${args.join(" ") || "no command"}`, async (t) => {
      const run = headgate(args, t);
      assert.equal((await run.ended).code, 2);
      assert.match(run.stderr(), text);
      assert.doesNotMatch(run.stderr(), /\bat .*\.ts:/);
    });
  }

  it("tells its version and its help", async (t) => {
    const version = headgate(["--version"], t);
    assert.equal((await version.ended).code, 0);
    assert.match(version.stdout(), /^\d+\.\d+\.\d+\n$/);
    const help = headgate(["--help"], t);
    assert.equal((await help.ended).code, 0);
    assert.match(help.stdout(), /usage: headgate/);
  });
});
