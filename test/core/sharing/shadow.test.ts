import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { shadow } from "../../../src/core/sharing/shadow.ts";

describe("what enforcing would have refused", () => {
  it("is what is beyond the rate", () => {
    let cell = { at: 0, owed: 0 };
    let refused = 0;
    // Twice the rate, for 100 s.
    for (let at = 0; at < 100_000; at += 50) {
      const held = shadow(cell, 10, at, 1, false);
      cell = held.cell;
      if (held.refused) refused += 1;
    }
    assert.ok(Math.abs(refused - 1000) <= 1, String(refused));
  });

  it("is nothing where nothing limits, and all where nothing flows", () => {
    assert.equal(shadow({ at: 0, owed: 99 }, null, 0, 5, false).refused, false);
    assert.equal(shadow({ at: 0, owed: 0 }, 0, 0, 5, true).refused, true);
  });

  it("is not what would only have waited a moment", () => {
    assert.equal(shadow({ at: 0, owed: 5 }, 10, 0, 1, true).refused, false);
    assert.equal(shadow({ at: 0, owed: 5 }, 10, 0, 1, false).refused, true);
    assert.equal(shadow({ at: 0, owed: 50 }, 10, 0, 1, true).refused, true);
  });
});
