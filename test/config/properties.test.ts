/** Whatever the file says: an answer, never an exception, and nothing of the environment in it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseConfig } from "../../src/config/load.ts";
import { formatProblems } from "../../src/config/problem.ts";
import { formatDuration, parseDuration } from "../../src/config/values.ts";

const check = (text: string, env: Record<string, string> = {}): string => {
  const result = parseConfig(text, { env });
  const problems = result.ok ? [] : result.problems;
  if (!result.ok) assert.ok(problems.length > 0);
  for (const problem of [...problems, ...result.warnings]) {
    assert.equal(typeof problem.path, "string");
    assert.match(problem.message, /\S/);
    assert.ok(problem.line >= 1 && problem.column >= 1);
  }
  return `${formatProblems(problems, "file")}\n${JSON.stringify(result.ok ? result.warnings : result)}`;
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const sound: Json = {
  server: { host: "127.0.0.1", port: 4290, insecure: false },
  ops: { host: "127.0.0.1", port: 4291 },
  brokers: {
    events: { type: "kafka", bootstrap: ["a:1", "b:2"], poll: "5s", timeout: "10s" },
    local: { type: "memory", poll: "1s" },
  },
  targets: {
    orders: {
      broker: "events",
      group: "billing",
      topics: ["orders"],
      setpoint: "10s",
      max: "60s",
      minRate: 1,
      maxRate: 5000,
      safeRate: "auto",
      onBlind: "safe",
      mode: "enforce",
      maxInFlight: 100,
      lease: { ttl: "15s", refresh: "5s" },
    },
    mails: {
      broker: "local",
      queue: "mails",
      thresholds: { messages: [{ above: 10, below: 5, rate: 3 }] },
    },
  },
  gates: { all: ["orders", "mails"] },
  log: { level: "info" },
};

/** `value` with what stands at one place of it (the `at`-th, of as many as there are) replaced. */
const replaced = (value: Json, at: number, by: Json): Json => {
  let left = at % countOf(value);
  const walk = (one: Json): Json => {
    if (left-- === 0) return by;
    if (Array.isArray(one)) return one.map(walk);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(value);
};

const countOf = (value: Json): number =>
  typeof value === "object" && value !== null
    ? Object.values(value).reduce<number>((sum, inner) => sum + countOf(inner), 1)
    : 1;

const place = fc.nat(countOf(sound) - 1);

describe("any file", () => {
  it("of JSON has an answer", () => {
    fc.assert(fc.property(fc.json(), (text) => void check(text)));
  });

  it("of any text has an answer", () => {
    const unit = fc.constantFrom(..."ab: \n\t-[]{}&*!|>'\"#%@,?$0.", "- ", "&a ", "*a", "---\n", "<<: ");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => void check(text)),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => void check(text)));
  });

  it("that is sound but in one place has an answer", () => {
    assert.equal(parseConfig(JSON.stringify(sound), { env: {} }).ok, true);
    const strange = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
      fc.constantFrom<Json>({}, [], null, -1, 1e308, "0s", "events", "orders", { orders: null }, [[]]),
    );
    fc.assert(
      fc.property(place, strange, (at, by) => void check(JSON.stringify(replaced(sound, at, by)))),
      { numRuns: 1000 },
    );
  });

  it("shows nothing that comes from the environment", () => {
    fc.assert(
      fc.property(place, place, fc.constantFrom("", "x", ":9092", "s"), (first, second, suffix) => {
        const secret = "hunter2";
        const reference = `\${SECRET}${suffix}`;
        const text = JSON.stringify(replaced(replaced(sound, first, reference), second, reference));
        assert.ok(!check(text, { SECRET: secret }).includes(secret));
      }),
      { numRuns: 500 },
    );
  });
});

describe("a duration", () => {
  it("is read as it is written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (ms) => {
        assert.equal(parseDuration(formatDuration(ms)), ms);
      }),
    );
  });
});
