import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createPlayer, type Played } from "../../../src/cli/replay/player.ts";
import type { Told } from "../../../src/cli/replay/read.ts";
import { beginTarget } from "../../../src/core/controller/step.ts";
import { settings } from "../../core/controller/settings.ts";

const begin = Date.parse("2026-11-23T19:20:00.000Z");

/** Consumers complete 100/s; the line is as long as said; producers that ask are let in at `admitted`/s. */
const observed = (second: number, lag: number, admitted?: number, ageMs = 0): Told => {
  const at = begin + 1000 * second;
  return {
    event: "observed",
    at: at + ageMs,
    observation: {
      at,
      receivedAt: at + ageMs,
      ready: lag,
      unacked: 0,
      produced: 100 * second + lag,
      consumed: 100 * second,
      ...(admitted !== undefined && { admitted: admitted * second, attempted: 2 * admitted * second }),
    },
  };
};

const good = (played: Played) => {
  assert.ok(played.ok, JSON.stringify(played));
  return played;
};

describe("replay's player", () => {
  for (const ageMs of [0, 750])
    it(`decides without ticks as with ticks of the same totals: samples ${ageMs} ms old`, () => {
      const own = createPlayer("orders", settings());
      const given = createPlayer("orders", settings());
      for (let second = 0; second < 120; second += 1) {
        const event = observed(second, 20 * second, 120, ageMs);
        for (let quarter = second === 0 ? 4 : 1; quarter <= 4; quarter += 1) {
          const at = event.at - 1000 + 250 * quarter;
          const admitted = (120 * (at - begin)) / 1000;
          good(given.play({ event: "tick", at, admitted, attempted: 2 * admitted }));
        }
        const { decision } = good(own.play(event));
        const { version: _own, ...decided } = decision;
        const { version: _given, ...expected } = good(given.play(event)).decision;
        // From two observations on it is known how fast producers are let in.
        if (second >= 2) assert.deepEqual(decided, expected, `at ${second} s`);
      }
    });

  it("takes producers to go on as they did where nothing newer is known of them", () => {
    const player = createPlayer("orders", settings());
    for (let second = 0; second < 60; second += 1) good(player.play(observed(second, 1000, 100)));
    const failed = {
      event: "pollFailed",
      at: begin + 60_000,
      failure: { kind: "timeout", message: "late" },
    } as const;
    const { decision } = good(player.play(failed));
    assert.equal(decision.state, "throttled");
    assert.equal(Math.round(decision.rate ?? 0), 100);
  });

  it("makes none once it has seen one", () => {
    const player = createPlayer("orders", settings());
    good(player.play({ event: "tick", at: begin }));
    for (let second = 0; second < 10; second += 1) good(player.play(observed(second, 1000)));
    // An hour without an event: with ticks of its own it would be blind long before, and have published that.
    const { decision } = good(player.play({ event: "tick", at: begin + 3_600_000 }));
    assert.equal(decision.state, "blind");
    assert.ok(Number(decision.version.split("-")[1]) < 20, decision.version);
  });

  it("goes blind between observations by ticks of its own", () => {
    const player = createPlayer("orders", settings());
    for (let second = 0; second < 30; second += 1) good(player.play(observed(second, 1000)));
    const failed = {
      event: "pollFailed",
      at: begin + 200_000,
      failure: { kind: "timeout", message: "late" },
    } as const;
    const { decision } = good(player.play(failed));
    assert.equal(decision.state, "blind");
    assert.equal(Math.round(decision.rate ?? 0), 50);
  });

  it("bridges a year in no time", () => {
    const player = createPlayer("orders", settings());
    for (let second = 0; second < 30; second += 1) good(player.play(observed(second, 1000)));
    const { decision } = good(player.play(observed(365 * 86_400, 1000)));
    assert.ok(Number(decision.version.split("-")[1]) < 20_000);
  });

  it("keeps the version where the daemon would have published nothing", () => {
    const player = createPlayer("orders", settings());
    const first = good(player.play(observed(0, 0))).decision.version;
    assert.equal(good(player.play({ event: "tick", at: begin + 10 })).decision.version, first);
    assert.notEqual(good(player.play(observed(1, 0))).decision.version, first);
  });

  it("refuses what is before the last line, and goes on", () => {
    const player = createPlayer("orders", settings());
    good(player.play(observed(10, 5)));
    const played = player.play(observed(9, 5));
    assert.deepEqual(played, {
      ok: false,
      says: "receivedAt: 2026-11-23T19:20:09.000Z is before 2026-11-23T19:20:10.000Z, where the lines had come to",
    });
    good(player.play(observed(10, 5)));
  });

  it("takes from a reconfigured line what stands there, and leaves the rest", () => {
    const player = createPlayer("orders", settings({ minRate: 3 }));
    for (let second = 0; second < 30; second += 1) good(player.play(observed(second, 1000)));
    const told = { event: "reconfigured", at: begin + 29_500, settings: { maxRate: 7 } } as const;
    assert.equal(good(player.play(told)).decision.rate, 7);
    assert.equal(good(player.play(observed(30, 1000))).decision.rate, 7);
  });

  it("refuses a state that it cannot go on from, and keeps its own", () => {
    const player = createPlayer("orders", settings());
    for (let second = 0; second < 30; second += 1) good(player.play(observed(second, 1000)));
    const { rate } = good(player.play(observed(30, 1000))).decision;
    const { state: sound } = beginTarget("orders", settings(), begin);
    for (const state of [{ nothing: true }, { ...sound, lag: {} }, { ...sound, pressure: 5 }]) {
      const told = { event: "state", at: begin + 30_000, ticks: true, state } as unknown as Told;
      const played = player.play(told);
      assert.ok(!played.ok, JSON.stringify(state));
      assert.match(played.says, /^state: /);
    }
    assert.equal(good(player.play(observed(30, 1000))).decision.rate, rate);
  });
});
