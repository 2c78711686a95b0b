import assert from "node:assert/strict";
import { describe, it } from "node:test";

// The page is JavaScript as the browser gets it; its types are checked by src/ui/tsconfig.json.
const words: Record<string, (...given: unknown[]) => string> = await import(
  new URL("../../src/ui/words.js", import.meta.url).href
);

const now = "2026-11-23T19:20:02.000Z";
const inState = (target: string, state: string) => ({ target, decision: { state } });
const source = (changes: object) => ({ lastPollAt: now, lastPollMs: 12.5, lastPollRequests: 3, ...changes });

const cases: [word: string, given: unknown[], text: string][] = [
  ["countText", [17_290], "17,290"],
  ["countText", [0], "0"],
  ["countText", [null], "unknown"],
  ["messagesText", [1], "1 message"],
  ["messagesText", [0], "0 messages"],
  ["messagesText", [null], ""],
  ["durationText", [null], "unknown"],
  ["durationText", [0], "0 s"],
  ["durationText", [0.04], "0 s"],
  ["durationText", [18.24], "18.2 s"],
  ["durationText", [99.94], "99.9 s"],
  ["durationText", [99.96], "1 min 40 s"],
  ["durationText", [120], "2 min"],
  ["durationText", [185.2], "3 min 5 s"],
  ["durationText", [3599.6], "1 h"],
  ["durationText", [7440], "2 h 4 min"],
  ["durationText", [284_400], "3 d 7 h"],
  ["flowText", [null], "unknown"],
  ["flowText", [0], "0/s"],
  ["flowText", [2.345], "2.3/s"],
  ["flowText", [4807.3], "4,807/s"],
  ["rateText", [null], "no limit"],
  ["rateText", [0], "closed"],
  ["rateText", [430.7], "431/s"],
  ["trendText", ["rising"], "↗ rising"],
  ["trendText", ["unknown"], ""],
  ["ageText", [null, now], "never"],
  ["ageText", ["2026-11-23T19:20:00.400Z", now], "2 s ago"],
  ["ageText", ["2026-11-23T19:20:03.000Z", now], "0 s ago"],
  ["summaryText", [[]], "0 targets"],
  ["summaryText", [[inState("a", "open")]], "1 target: 1 open"],
  [
    "summaryText",
    [[inState("a", "open"), inState("b", "blind"), inState("c", "open")]],
    "3 targets: 1 blind, 2 open",
  ],
  ["changesText", [new Map(), [inState("a", "open")]], ""],
  ["changesText", [new Map([["a", "open"]]), [inState("a", "open")]], ""],
  [
    "changesText",
    [new Map([["a", "open"]]), [inState("a", "failing"), inState("b", "open")]],
    "a is now failing.",
  ],
  ["reachableText", [{ reachable: null }], "not asked yet"],
  ["reachableText", [{ reachable: true }], "answers"],
  ["reachableText", [{ reachable: false }], "does not answer"],
  ["pollText", [source({}), now], "0 s ago, took 13 ms, 3 requests"],
  ["pollText", [source({ lastPollMs: null, lastPollRequests: 1 }), now], "0 s ago, 1 request"],
  ["pollText", [source({ lastPollAt: null }), now], "none yet"],
  ["errorText", [{ lastError: null }, now], "none"],
  [
    "errorText",
    [{ lastError: { at: now, kind: "timeout", message: "no answer in 5 s" } }, now],
    "0 s ago: timeout, no answer in 5 s",
  ],
];

describe("what the page says", () => {
  for (const [word, given, text] of cases)
    it(`${word}(${given.map((one) => JSON.stringify(one)).join(", ")}) is "${text}"`, () =>
      assert.equal(words[word]?.(...given), text));
});
