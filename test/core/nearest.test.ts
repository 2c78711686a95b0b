import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nearest } from "../../src/core/nearest.ts";

const keys = ["host", "port", "setpoint", "bootstrap", "minRate", "maxRate", "topics"];

const cases: [title: string, name: string, candidates: readonly string[], expected: readonly string[]][] = [
  ["a letter missing", "setpont", keys, ["setpoint"]],
  ["a letter too many", "topicss", keys, ["topics"]],
  ["a letter changed", "bookstrap", keys, ["bootstrap"]],
  ["two letters swapped, in a short name", "prot", keys, ["port"]],
  ["capitals do not count", "SETPOINT", keys, ["setpoint"]],
  ["the best first", "manRate", keys, ["maxRate", "minRate"]],
  [
    "the beginning of a name",
    "orders",
    ["mails", "orders-search", "orders-billing"],
    ["orders-billing", "orders-search"],
  ],
  ["a name written out", "bootstrapServers", keys, ["bootstrap"]],
  ["the beginning after what is nearer", "order", ["order-paid", "orders"], ["orders", "order-paid"]],
  ["nothing near", "colour", keys, []],
  ["three letters are not enough for two errors", "xyt", ["abt"], []],
  ["no candidates", "host", [], []],
  ["nothing asked", "", keys, []],
  ["nobody mistypes 129 letters", "x".repeat(129), ["x".repeat(128)], []],
];

/** Optimal string alignment over the whole table. */
const plainDistance = (a: string, b: string): number => {
  const rows: number[][] = [];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 0; i <= a.length; i++) {
    const row: number[] = [];
    rows.push(row);
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) row.push(i + j);
      else {
        const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
        const changed = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
        row.push(
          Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, changed, swapped ? at(i - 2, j - 2) + 1 : changed),
        );
      }
    }
  }
  return at(a.length, b.length);
};

describe("nearest", () => {
  for (const [title, name, candidates, expected] of cases)
    it(title, () => assert.deepEqual(nearest(name, candidates), expected));

  it("gives at most as many as are asked for", () => {
    const candidates = ["order1", "order2", "order3", "order4"];
    assert.deepEqual(nearest("order", candidates), ["order1", "order2", "order3"]);
    assert.deepEqual(nearest("order", candidates, 1), ["order1"]);
  });

  it("agrees with the whole table on what is within the limit", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(word, word, (name, candidate) => {
        const limit = Math.min(3, Math.max(1, Math.floor(name.length / 3)));
        const prefix =
          Math.min(name.length, candidate.length) >= 3 &&
          (name.startsWith(candidate) || candidate.startsWith(name));
        const near = plainDistance(name, candidate) <= limit || prefix;
        assert.equal(nearest(name, [candidate]).length, near ? 1 : 0);
      }),
    );
  });
});
