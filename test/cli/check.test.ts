import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { after, describe, it } from "node:test";
import { check } from "../../src/cli/check.ts";

const sound = `
brokers:
  events: { type: kafka, bootstrap: ["127.0.0.1:9092"] }
targets:
  orders: { broker: events, group: billing }
  mails: { broker: events, group: mails, setpoint: 8s }
`;

describe("headgate check", () => {
  const folder = mkdtempSync(join(tmpdir(), "headgate-check-"));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "headgate.yaml");

  const run = async (content: string, ...args: string[]) => {
    writeFileSync(file, content);
    const io = { stdout: new PassThrough(), stderr: new PassThrough(), env: {} };
    const code = await check(args, io);
    const text = (stream: PassThrough) => String(stream.read() ?? "").replaceAll(file, "FILE");
    return { code, stdout: text(io.stdout), stderr: text(io.stderr) };
  };

  it("sums up a valid file", async () => {
    assert.deepEqual(await run(sound.replace("8s", "10s"), file), {
      code: 0,
      stdout: "FILE is valid: 1 broker, 2 targets, 0 gates\n",
      stderr: "",
    });
  });

  it("tells warnings, which are no problems", async () => {
    assert.deepEqual(await run(sound, file), {
      code: 0,
      stdout: `warnings:
FILE:6:42  targets.mails.setpoint: "8s" is less than 2 × poll of its broker: lag is held at 10s

FILE is valid: 1 broker, 2 targets, 0 gates
`,
      stderr: "",
    });
  });

  it("lists every problem", async () => {
    assert.deepEqual(await run(`${sound.replace("8s", "10")}webhooks: {}\ngates:\n  all: [ordres]\n`, file), {
      code: 1,
      stdout: `FILE:6:42  targets.mails.setpoint: 10 is not a duration; write it with its unit, such as 500ms, 10s, 5m
FILE:7:1   webhooks: is not available in this version of Headgate; remove it, so that nobody takes it to be in force
FILE:9:9   gates.all[0]: "ordres" is not one of targets; did you mean orders?

FILE has 3 problems
`,
      stderr: "",
    });
  });

  it("writes JSON on demand", async () => {
    const { code, stdout } = await run(`${sound}logs: {}\n`, "--json", file);
    assert.equal(code, 1);
    assert.deepEqual(JSON.parse(stdout), {
      ok: false,
      problems: [
        {
          path: "logs",
          line: 7,
          column: 1,
          message: "is not a known key; did you mean log?",
          allowed: "server, ops, store, brokers, targets, gates, tenants, log",
          nearest: "log",
        },
      ],
      warnings: [
        {
          path: "targets.mails.setpoint",
          line: 6,
          column: 42,
          value: "8s",
          message: '"8s" is less than 2 × poll of its broker: lag is held at 10s',
        },
      ],
    });
    const sane = await run(sound.replace("8s", "10s"), "--json", file);
    assert.deepEqual(JSON.parse(sane.stdout), { ok: true, problems: [], warnings: [] });
  });

  it("has a file that is not there as its one problem", async () => {
    const { code, stdout } = await run(sound, join(folder, "none.yaml"));
    assert.equal(code, 1);
    assert.equal(
      stdout.replaceAll(folder, ""),
      "/none.yaml:1:1  there is no such file\n\n/none.yaml has 1 problem\n",
    );
  });

  for (const [title, args, says] of [
    ["no file", [], /^which file\?\n/],
    ["two files", ["a", "b"], /^one file at a time\n/],
    ["an unknown option", ["a", "--jsno"], /^Unknown option '--jsno'/],
  ] as const)
    it(`is used wrongly with ${title}`, async () => {
      const { code, stdout, stderr } = await run(sound, ...args);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, says);
      assert.match(stderr, /usage: headgate check FILE \[--json\]\n$/);
    });
});
