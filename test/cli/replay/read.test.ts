import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import type * as z from "zod";
import { readLine } from "../../../src/cli/replay/read.ts";
import type { events, observation, settings } from "../../../src/contract/event.ts";
import type { TargetEvent } from "../../../src/core/controller/events.ts";
import type { Observation } from "../../../src/core/observation.ts";
import type { TargetSettings } from "../../../src/core/settings.ts";
import { eventLine } from "../../../src/http/eventLines.ts";
import { settings as settingsOf } from "../../core/controller/settings.ts";

const at = "2026-11-23T19:20:00.000Z";
const ms = Date.parse(at);
const line = (more: object) => JSON.stringify({ at, ...more });

const observationRead = (more: object) => {
  const read = readLine(line(more));
  assert.ok(read.ok, JSON.stringify(read));
  assert.ok(read.told.event === "observed");
  return read.told.observation;
};

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** Compiles only where both types are the same. */
const same = <A, B>(_same: Same<A, B>): void => {};

describe("a line of replay", () => {
  it("has all that the core's events have", () => {
    same<keyof z.infer<typeof observation>, keyof Observation>(true);
    same<keyof z.infer<typeof settings>, keyof TargetSettings>(true);
    same<Exclude<keyof typeof events, "state"> | "observed", TargetEvent["event"]>(true);
  });

  it("is read as the documentation shows it", async () => {
    const page = await readFile(new URL("../../../docs/replay.md", import.meta.url), "utf8");
    const shown = [...page.matchAll(/```jsonl\n(.*?)```/gs)].flatMap(([, body = ""]) =>
      body.trim().split("\n"),
    );
    assert.ok(shown.length >= 5);
    for (const one of shown) assert.ok(readLine(one).ok, JSON.stringify(readLine(one)));
  });

  const observations: [name: string, more: object, observation: object][] = [
    ["absent means unknown", {}, {}],
    ["null says the same", { ready: null, parts: null }, {}],
    [
      "so does the quality unknown",
      { ready: { quality: "unknown" }, unacked: { value: 1, quality: "unknown" } },
      {},
    ],
    ["zero is known", { ready: 0 }, { ready: 0 }],
    ["a quality", { ready: { value: 7, quality: "stale" } }, { ready: { value: 7, quality: "stale" } }],
    ["no commit", { parts: [{ part: "a/0", committed: -1 }] }, { parts: [{ part: "a/0", committed: -1 }] }],
    ["milliseconds", { receivedAt: ms + 5 }, { receivedAt: ms + 5 }],
    ["an offset from UTC", { receivedAt: "2026-11-23T20:20:01+01:00" }, { receivedAt: ms + 1000 }],
  ];
  for (const [name, more, expected] of observations)
    it(`observation: ${name}`, () =>
      assert.deepEqual(observationRead(more), { at: ms, receivedAt: ms, ...expected }));

  const happened: TargetEvent[] = [
    {
      event: "observed",
      at: ms + 200,
      observation: {
        at: ms,
        receivedAt: ms + 200,
        ready: 12.5,
        parts: [{ part: "a/0", topicId: "x", compacted: true }],
      },
    },
    { event: "pollFailed", at: ms, failure: { kind: "timeout", message: "no answer in time" } },
    { event: "tick", at: ms },
    { event: "tick", at: ms, admitted: 1, attempted: 2 },
    { event: "override", at: ms, override: null },
    {
      event: "override",
      at: ms,
      override: { kind: "rate", rate: 5, note: "why", author: null, until: ms + 1000 },
    },
    { event: "reconfigured", at: ms, settings: settingsOf({ maxRate: 5 }) },
  ];
  for (const event of happened)
    it(`comes back as it was written: ${eventLine(event).trim()}`, () =>
      assert.deepEqual(readLine(eventLine(event)), { ok: true, told: event }));

  it("takes an override as one puts it in force", () => {
    const override = { kind: "closed", rate: null, note: "why", author: null, until: ms + 5000 };
    const text = line({ event: "override", override: "closed", ttlMs: 5000, note: "why" });
    assert.deepEqual(readLine(text), { ok: true, told: { event: "override", at: ms, override } });
    const rate = readLine(line({ event: "override", override: 7, ttlMs: 5000 }));
    assert.ok(rate.ok && rate.told.event === "override");
    assert.equal(rate.told.override?.rate, 7);
  });

  it("takes a text for an error", () =>
    assert.deepEqual(readLine(line({ event: "pollFailed", error: "gone" })), {
      ok: true,
      told: { event: "pollFailed", at: ms, failure: { kind: "internal", message: "gone" } },
    }));

  const refused: [text: string, says: RegExp][] = [
    ["{", /^is not JSON: /],
    ["\0\u001b[2J", /^is not JSON: \P{Cc}+$/u],
    [
      `{"at":"${at}","ready":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      /^ready: \(too deeply nested to be shown\); allowed is a number/,
    ],
    ["[]", /^is not a JSON object$/],
    ["null", /^is not a JSON object$/],
    ["{}", /^at is missing; allowed is an instant/],
    ['{"at":"yesterday"}', /^at: "yesterday"; allowed is an instant/],
    [line({ ready: -1 }), /^ready: -1; allowed is a number of 0 or above/],
    [line({ ready: "7" }), /^ready: "7"; allowed is a number/],
    [
      line({ ready: { value: 1, quality: "so" } }),
      /^ready: \{"value":1,"quality":"so"\}; allowed is .* fresh, approximate or stale$/,
    ],
    [line({ admitted: -1 }), /^admitted: -1; allowed is a number of 0 or above$/],
    [line({ unackd: 1 }), /^unackd is not known; did you mean unacked\?$/],
    [line({ groupState: "well" }), /^groupState: "well"; allowed is one of stable, /],
    [
      line({ parts: [{}, { part: "a", end: -1 }] }),
      /^parts\[0\]\.part is missing; .*; parts\[1\]\.end: -1; allowed/,
    ],
    [line({ parts: [{ part: "a", committed: -2 }] }), /^parts\[0\]\.committed: -2; allowed is an offset, -1/],
    [line({ receivedAt: ms - 1 }), /^receivedAt: \d+; allowed is an instant not before `at`$/],
    [line({ event: "tik" }), /^event: "tik"; allowed is pollFailed, .*; did you mean tick\?$/],
    [line({ event: "pollFailed" }), /^error is missing; allowed is a text/],
    [line({ event: "tick", admitted: "x" }), /^admitted: "x"; allowed is a number/],
    [
      line({ event: "reconfigured", settings: { maxRate: 0 } }),
      /^settings\.maxRate: 0; allowed is a rate above 0$/,
    ],
    [line({ event: "override", override: 7 }), /^ttlMs is missing; allowed is for how long/],
    [line({ event: "override", override: 0, ttlMs: 5000 }), /^override: 0; allowed is /],
    [line({ event: "override", override: null, ttlMs: 5000 }), /^ttlMs: means nothing here/],
    [line({ event: "state", state: 1 }), /^state: 1; allowed is the state of a target/],
    [line(Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`x${n}`, 1]))), /and 4 more$/],
  ];
  for (const [text, says] of refused)
    it(`is refused: ${text.slice(0, 80)}`, () => {
      const read = readLine(text);
      assert.ok(!read.ok);
      assert.match(read.says, says);
    });
});
