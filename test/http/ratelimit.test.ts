import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { rateLimitFields } from "../../src/http/ratelimit.ts";

type Case = [
  name: string,
  rate: number,
  allowed: boolean,
  waitSeconds: number,
  cost: number,
  policy: string,
  limit: string,
];

const cases: Case[] = [
  ["what is left of the second", 100, true, 0, 1, "q=100;w=1", "r=99;t=1"],
  ["a fraction is no message", 430.7, true, 0, 1, "q=430;w=1", "r=429;t=1"],
  ["a wait takes its part", 100, true, 0.5, 10, "q=100;w=1", "r=40;t=1"],
  ["a slow rate gets a longer window", 2.5, true, 0, 1, "q=25;w=10", "r=1;t=1"],
  ["a slower one a longer still", 0.25, true, 0, 1, "q=25;w=100", "r=0;t=4"],
  ["and then no more", 0.001, true, 0, 1, "q=1;w=1000", "r=0;t=300"],
  ["a large cost is owed first", 100, true, 0, 1000, "q=100;w=1", "r=0;t=10"],
  ["refused: nothing until the wait is over", 100, false, 1.2, 1, "q=100;w=1", "r=0;t=2"],
  ["refused for an instant is a second, too", 1e5, false, 0.001, 1, "q=100000;w=1", "r=0;t=1"],
  ["closed", 0, false, 30, 1, "q=0;w=1", "r=0;t=30"],
  ["a probe on a closed target", 0, true, 0, 1, "q=0;w=1", "r=0;t=300"],
];

describe("RateLimit and RateLimit-Policy", () => {
  for (const [name, rate, allowed, waitSeconds, cost, policy, limit] of cases)
    it(name, () =>
      assert.deepEqual(rateLimitFields("orders", rate, allowed, waitSeconds, cost), {
        "ratelimit-policy": `"orders";${policy}`,
        ratelimit: `"orders";${limit}`,
      }),
    );

  it("are structured fields of whole numbers that never promise more than the rate", () =>
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.boolean(),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 1e6 }),
        (rate, allowed, waitSeconds, cost) => {
          const fields = rateLimitFields("a.b_c~d-e", rate, allowed, waitSeconds, cost);
          const policy = /^"a\.b_c~d-e";q=(\d{1,15});w=([1-9]\d*)$/.exec(fields["ratelimit-policy"]);
          const limit = /^"a\.b_c~d-e";r=(\d{1,15});t=([1-9]\d*)$/.exec(fields.ratelimit);
          assert.ok(policy !== null && limit !== null, JSON.stringify(fields));
          const [quota, window, remaining, reset] = [policy[1], policy[2], limit[1], limit[2]].map(Number);
          assert.ok((quota ?? 0) <= rate * (window ?? 0) + 1e-6);
          assert.ok((remaining ?? 0) <= rate * (reset ?? 0) + 1e-6);
        },
      ),
    ));
});
