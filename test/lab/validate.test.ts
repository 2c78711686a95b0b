/** Scenarios out of JSON: what is wrong is named with its value and what is allowed. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { namesFor, shipped, shippedNames } from "../../src/lab/shipped.ts";
import { parseScenario } from "../../src/lab/validate.ts";

const sound = {
  name: "mine",
  title: "Mine",
  seconds: 100,
  capacity: 10,
  demand: { pieces: [{ from: 0, value: 5 }] },
  windows: [{ name: "all", from: 0, to: 100 }],
};

const wrong: [name: string, over: Record<string, unknown>, field: string, problem: RegExp][] = [
  ["a number out of range", { noise: 2 }, "noise", /^2 is not allowed: a number from 0 to 1$/],
  ["a text for a number", { seconds: "100" }, "seconds", /^"100" is not allowed: a number from 10/],
  ["a text for a rate", { capacity: "100" }, "capacity", /^"100" is not allowed: a number, or an object/],
  ["an unknown field", { capasity: 3 }, "capasity", /^is not known; did you mean capacity\?$/],
  ["a missing field", { demand: undefined }, "demand", /^is missing$/],
  [
    "pieces out of order",
    { capacity: { pieces: [{ from: 5, value: 1 }] } },
    "capacity.pieces[0].from",
    /^5 is not/,
  ],
  [
    "a window that ends too late",
    { windows: [{ name: "all", from: 0, to: 101 }] },
    "windows[0]",
    /at most 100/,
  ],
  [
    "a requirement of no window",
    { must: [{ window: "al", figure: "growth", statistic: "worst", atMost: 1 }] },
    "must[0].window",
    /^"al" is not allowed: one of all$/,
  ],
  [
    "an unknown figure",
    { must: [{ window: "all", figure: "height", statistic: "worst", atMost: 1 }] },
    "must[0].figure",
    /^"height" is not allowed: one of peakSeconds, /,
  ],
  [
    "a requirement with two bounds",
    { must: [{ window: "all", figure: "growth", statistic: "worst", atMost: 1, atLeast: 0 }] },
    "must[0]",
    /^needs one of/,
  ],
  [
    "more producers that do not obey than there are",
    { producers: { count: 2, deaf: 3 } },
    "producers",
    /3 deaf/,
  ],
  [
    "part of a producer",
    { producers: { count: 2.5 } },
    "producers.count",
    /^2.5 is not allowed: a whole number/,
  ],
  ["no capacity", { capacity: 0 }, "capacity", /above 0/],
  ["demand beside tenants", { tenants: [{ name: "a", demand: 1 }] }, "demand", /leave it out/],
  ["failures beyond all", { failures: 1.5 }, "failures", /shares from 0 to 1/],
  [
    "a time away beyond the end",
    { away: { killed: [{ from: 50, to: 120 }] } },
    "away.killed[0]",
    /at most 100/,
  ],
  [
    "an unknown priority",
    { demand: undefined, tenants: [{ name: "a", demand: 1, priority: "vip" }] },
    "tenants[0].priority",
    /one of critical/,
  ],
  ["a flag that is none", { leases: "yes" }, "leases", /true or false/],
  ["no object", { retention: 5 }, "retention", /^5 is not allowed: an object with seconds/],
];

describe("scenarios", () => {
  it("fills in what a scenario leaves out", () => {
    const result = parseScenario(sound);
    assert.ok(result.ok);
    assert.equal(result.scenario.noise, 0.05);
    assert.equal(result.scenario.producers.count, 20);
    assert.deepEqual(result.scenario.capacity, { pieces: [{ from: 0, value: 10 }] });
  });

  for (const [name, over, field, problem] of wrong) {
    it(`refuses ${name}`, () => {
      const result = parseScenario({ ...sound, ...over });
      assert.ok(!result.ok);
      const found = result.problems.find((one) => one.field === field);
      assert.match(found?.problem ?? JSON.stringify(result.problems), problem);
    });
  }

  it("lists every problem at once", () => {
    const result = parseScenario({ ...sound, noise: 2, jitter: -1, name: "" });
    assert.deepEqual(result.ok ? [] : result.problems.map(({ field }) => field).sort(), [
      "jitter",
      "name",
      "noise",
    ]);
  });

  for (const value of [null, 7, "text", []])
    it(`refuses ${JSON.stringify(value)}`, () => assert.equal(parseScenario(value).ok, false));

  for (const name of shippedNames())
    it(`ships ${name}, under its own name`, () => assert.equal(shipped(name).name, name));

  it("finds scenarios by number", () => {
    assert.deepEqual(namesFor("2"), ["2-capacity-falls"]);
    assert.equal(namesFor("3").length, 4);
    assert.deepEqual(namesFor("1"), ["1-demand-doubles"]);
    assert.deepEqual(namesFor("nothing"), []);
  });
});
