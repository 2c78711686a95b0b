/** `headgate replay` and `headgate record` as processes. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { headgate } from "./process.ts";

const configuration = (port = 0) => `
server: { host: 127.0.0.1, port: ${port} }
brokers: { embedded: { type: memory, poll: 1s } }
targets: { orders: { broker: embedded, queue: orders } }
`;

const fileOf = async (t: TestContext, text = configuration()): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-replay-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "headgate.yaml");
  await writeFile(path, text);
  return path;
};

const replaying = async (t: TestContext, ...more: string[]) =>
  headgate(["replay", "--config", await fileOf(t), "--target", "orders", ...more], t);

const at = "2026-11-23T19:20:00.000Z";

describe("headgate replay", () => {
  it("answers each line before the next one is there", async (t) => {
    const { child, stdout, says, ended } = await replaying(t);
    for (let turn = 1; turn <= 3; turn += 1) {
      child.stdin?.write(
        `{"at":"2026-11-23T19:20:0${turn}.000Z","ready":${turn}0,"unacked":0,"produced":10,"consumed":0}\n`,
      );
      await says(new RegExp(`"messages":${turn}0`));
      assert.equal(stdout().trim().split("\n").length, turn);
    }
    child.stdin?.end();
    assert.deepEqual(await ended, { code: 0, signal: null });
  });

  it("names bad lines by their number, skips them, and ends with 1", async (t) => {
    const { child, stdout, stderr, ended } = await replaying(t);
    const lines = [
      "{}",
      `{"at":"${at}","ready":1}`,
      "",
      "no",
      `{"at":"2026-11-23T19:19:00.000Z"}`,
      `{"at":"${at}"}`,
    ];
    child.stdin?.end(lines.join("\n"));
    assert.equal((await ended).code, 1);
    assert.equal(stdout().trim().split("\n").length, 2);
    assert.deepEqual(stderr().match(/^line \d+/gm), ["line 1", "line 4", "line 5"]);
  });

  it("adds assessment and parts when asked to", async (t) => {
    const { child, stdout, ended } = await replaying(t, "--assessment");
    const page = await readFile(new URL("../../docs/replay.md", import.meta.url), "utf8");
    const [, example = ""] = /```jsonl\n([^\n]+\n)/.exec(page) ?? [];
    child.stdin?.end(example);
    assert.equal((await ended).code, 0);
    const told = JSON.parse(stdout());
    assert.equal(told.lag.messages, 600);
    assert.equal(told.assessment.consumers, 3);
    assert.deepEqual(told.parts, [
      {
        part: "orders/0",
        lag: 600,
        held: 0,
        lost: 0,
        quality: "fresh",
        flags: [],
        drain: null,
        seconds: null,
      },
    ]);
  });

  it("takes more than it may hold at once", async (t) => {
    const { child, stdout, ended } = await replaying(t);
    const text = Array.from(
      { length: 20_000 },
      (_, n) => `{"event":"tick","at":${1_795_000_000_000 + 250 * n},"admitted":${n}}\n`,
    ).join("");
    child.stdin?.end(text);
    assert.equal((await ended).code, 0);
    assert.equal(stdout().trim().split("\n").length, 20_000);
  });

  const wrong: [name: string, args: (file: string) => string[], code: number, says: RegExp][] = [
    ["no configuration", () => ["--target", "orders"], 2, /^usage: headgate replay/],
    ["no target", (file) => ["--config", file], 2, /^usage: headgate replay/],
    [
      "a target that is not there",
      (file) => ["--config", file, "--target", "oders"],
      2,
      /has no target "oders"; did you mean orders\?/,
    ],
    [
      "a file that is not there",
      () => ["--config", "/nowhere", "--target", "orders"],
      1,
      /there is no such file/,
    ],
  ];
  for (const [name, args, code, says] of wrong)
    it(`says what is wrong with its arguments: ${name}`, async (t) => {
      const { ended, stderr } = headgate(["replay", ...args(await fileOf(t))], t);
      assert.equal((await ended).code, code);
      assert.match(stderr(), says);
    });
});

describe("headgate record", () => {
  it("writes what replay reads, until it is stopped", async (t) => {
    const file = await fileOf(t);
    const serving = headgate(["serve", "--config", file], t);
    const [, url = ""] = await serving.says(/answers at (http:\/\/127\.0\.0\.1:\d+)/);
    const recording = headgate(["record", "orders", "--url", url], t);
    // A poll may fall between the ticks.
    await recording.says(/"event":"state".*\n(?:[\s\S]*?"event":"tick".*\n){3}/);
    recording.child.kill("SIGINT");
    assert.deepEqual(await recording.ended, { code: 0, signal: null });

    const lines = recording.stdout().slice(0, recording.stdout().lastIndexOf("\n") + 1);
    const replay = headgate(["replay", "--config", file, "--target", "orders"], t);
    replay.child.stdin?.end(lines);
    assert.equal((await replay.ended).code, 0, replay.stderr());
    assert.equal(replay.stdout().split("\n").length, lines.split("\n").length);
  });

  it("says so where the recording breaks off", async (t) => {
    const serving = headgate(["serve", "--config", await fileOf(t)], t);
    const [, url = ""] = await serving.says(/answers at (http:\/\/127\.0\.0\.1:\d+)/);
    const recording = headgate(["record", "orders", "--url", url], t);
    await recording.says(/"tick"/);
    serving.child.kill("SIGTERM");
    assert.equal((await recording.ended).code, 1);
    assert.match(recording.stderr(), /the recording ends here/);
    assert.equal((await serving.ended).code, 0);
  });

  it("says in a line why there is nothing to record", async (t) => {
    const serving = headgate(["serve", "--config", await fileOf(t)], t);
    const [, url = ""] = await serving.says(/answers at (http:\/\/127\.0\.0\.1:\d+)/);
    const unknown = headgate(["record", "oders", "--url", url], t);
    assert.equal((await unknown.ended).code, 1);
    assert.equal(unknown.stderr(), 'There is no target "oders"; did you mean orders?\n');
    const nobody = headgate(["record", "orders", "--url", "http://127.0.0.1:1"], t);
    assert.equal((await nobody.ended).code, 1);
    assert.match(nobody.stderr(), /^no answer from http:\/\/127\.0\.0\.1:1: .+\n$/);
    const nothing = headgate(["record"], t);
    assert.equal((await nothing.ended).code, 2);
  });
});
