import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { blindRate } from "../../../src/core/controller/blind.ts";
import type { TargetSettings } from "../../../src/core/settings.ts";
import { settings } from "./settings.ts";

/** Last seen at 0 at a poll of 1 s: held until 3 s, at the safe rate from 63 s on. */
const rateAt = (
  seconds: number,
  held: number | null,
  drain: number | undefined,
  ceiling: number,
  over: Partial<TargetSettings> = {},
) => blindRate(settings(over), 1000 * seconds, 0, held, drain, ceiling).rate;

describe("the rate while nothing can be seen", () => {
  const cases: [name: string, rate: number | null, expected: number | null][] = [
    ["is held at first", rateAt(3, 80, 100, 500), 80],
    ["goes down to the safe rate", rateAt(33, 80, 100, 500), 65],
    ["is the safe rate then", rateAt(63, 80, 100, 500), 50],
    ["stays where it was lower", rateAt(63, 20, 100, 500), 20],
    ["comes down from the ceiling where nothing limited", rateAt(3, null, 100, 500), 500],
    ["is not less than the safe rate where nothing limited", rateAt(3, null, 100, 5), 50],
    ["is open where no drain is known", rateAt(63, null, undefined, 0), null],
    ["lets something through where consumers were only ever idle", rateAt(3, null, 0, 0), 1],
    ["and goes on letting it through", rateAt(1000, null, 0, 0), 1],
    ["and as much as configured", rateAt(1000, null, 0, 0, { minRate: 7 }), 7],
    ["closes where that is configured", rateAt(63, 80, 100, 500, { onBlind: "closed" }), 0],
    ["but not before", rateAt(62, null, 0, 0, { onBlind: "closed" }), 1],
    ["opens where that is configured", rateAt(63, 80, 100, 500, { onBlind: "open" }), null],
  ];
  for (const [name, rate, expected] of cases) it(name, () => assert.equal(rate, expected));
});
