import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { after, describe, it } from "node:test";
import { simulate } from "../../src/cli/simulate.ts";

const run = async (...args: string[]) => {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), env: {} };
  const code = await simulate(args, io);
  return { code, stdout: String(io.stdout.read() ?? ""), stderr: String(io.stderr.read() ?? "") };
};

const own = {
  name: "mine",
  title: "A queue <of> mine",
  seconds: 60,
  capacity: 100,
  demand: 200,
  windows: [{ name: "all", from: 20, to: 60 }],
};

describe("headgate simulate", () => {
  const folder = mkdtempSync(join(tmpdir(), "headgate-simulate-"));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };

  it("prints figures of each law, what must be shown, and a picture", async () => {
    const { code, stdout } = await run("1b", "--seeds", "1", "--poll", "1s");
    assert.equal(code, 0);
    assert.match(stdout, /A burst to ten times the capacity/);
    assert.match(stdout, /headgate +static +on-off +aimd +breakwater +pid +mongodb +oracle/);
    assert.match(stdout, /ok {6}burst: overshoot, %, worst/);
    assert.match(stdout, /Lag, held at 10\.0 s \(s\) {2}pid {2}mongodb {2}oracle {2}headgate/);
  });

  it("takes a scenario of one's own, and only the laws that are named", async () => {
    const path = file("own.json", own);
    const { code, stdout } = await run(path, "--law", "headgate", "--law", "pid", "--seeds", "2", "--json");
    assert.equal(code, 0);
    const told = JSON.parse(stdout);
    assert.deepEqual(Object.keys(told.laws), ["headgate", "pid"]);
    assert.deepEqual(told.seeds, [1001, 1002]);
    assert.equal(typeof told.laws.headgate.all.peakSeconds.median, "number");
  });

  it("exits with 1 where a requirement is missed, and says which", async () => {
    const must = [{ window: "all", figure: "peakSeconds", statistic: "worst", atMost: 0.1 }];
    const { code, stdout } = await run(
      file("hard.json", { ...own, must }),
      "--law",
      "headgate",
      "--seeds",
      "1",
    );
    assert.equal(code, 1);
    assert.match(stdout, /MISSED {2}all: peak, s, worst .* ≤ 0\.10/);
  });

  it("writes JSON without numbers that JSON has not", async () => {
    const quiet = file("quiet.json", { ...own, demand: 10 });
    const { stdout } = await run(quiet, "--law", "headgate", "--seeds", "1", "--json");
    assert.equal(JSON.parse(stdout).laws.headgate.all.settlesSeconds.median, null);
  });

  it("draws a picture that is well formed, with what is a name in it escaped", async () => {
    const svg = join(folder, "picture.svg");
    await run(file("own.json", own), "--seeds", "1", "--svg", svg);
    const text = readFileSync(svg, "utf8");
    assert.match(text, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.match(text, /A queue &lt;of&gt; mine/);
    assert.doesNotMatch(text, /NaN|Infinity|undefined/);
    for (const law of ["headgate", "pid", "oracle"]) assert.match(text, new RegExp(`>${law}</text>`));
    assert.match(text, /prefers-color-scheme: dark/);
    // Every element that opens closes.
    const opened = text.match(/<[a-zA-Z][^>]*[^/]>/g)?.length;
    assert.equal(opened, text.match(/<\/[a-zA-Z]+>/g)?.length);
  });

  const refused: [name: string, args: string[], code: number, says: RegExp][] = [
    ["no scenario", [], 2, /which scenario\?/],
    ["two scenarios", ["1", "2"], 2, /one scenario at a time/],
    [
      "an unknown one, naming those there are",
      ["nothing"],
      2,
      /no scenario "nothing"[\s\S]*2-capacity-falls/,
    ],
    ["a number that stands for several", ["3"], 2, /stands for several[\s\S]*3-sine-60s/],
    ["an unknown law", ["2", "--law", "pod"], 2, /--law "pod": one of headgate, static/],
    ["a poll that is no duration", ["2", "--poll", "5"], 2, /--poll "5": a duration from 250ms to 60s/],
    ["no seeds", ["2", "--seeds", "0"], 2, /--seeds "0": a whole number from 1 to 1000/],
    ["an unknown option", ["2", "--speed", "9"], 2, /--speed/],
    ["a file that is no JSON", [file("broken.json", "{")], 1, /scenario is no JSON/],
    ["a file that is no scenario", [file("wrong.json", { ...own, noise: 7 })], 1, /noise 7 is not allowed/],
  ];
  for (const [name, args, code, says] of refused) {
    it(`refuses ${name}`, async () => {
      const result = await run(...args);
      assert.equal(result.code, code);
      assert.match(result.stderr, says);
      assert.equal(result.stdout, "");
    });
  }
});
