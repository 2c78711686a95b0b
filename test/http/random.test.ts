/** Whatever is asked, the answer is one of the contract's: every one is held against it by `ask`. */
import assert from "node:assert/strict";
import { METHODS } from "node:http";
import { after, before, describe, it } from "node:test";
import * as fc from "fast-check";
import { type Answer, fakeBoard, targetView, unseenTarget } from "../support/board.ts";
import { type Serving, serve } from "./serving.ts";

/** Refuses what costs an even number. */
const answer: Answer = (by, { cost, canWait }) =>
  cost % 2 === 0
    ? { allowed: false, retryAfterMs: cost * 17, by }
    : { allowed: true, delayMs: canWait ? cost % 1000 : 0, by };

const board = fakeBoard({
  targets: [
    targetView("orders"),
    targetView("failing", { decision: { state: "failing", rate: 1 } }),
    targetView("closed", { settings: { onBlind: "closed" }, decision: { state: "blind", rate: 0 } }),
    targetView("a.b_c~d-e", { decision: { state: "open", rate: null } }),
    unseenTarget("images"),
  ],
  gates: { gate: ["failing"] },
  answer,
});

const names = fc.constantFrom("orders", "failing", "closed", "gate", "images", "a.b_c~d-e");
const anything = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 10 }),
  fc.constantFrom("", "..", "%", "%zz", "%2F", "%00", "__proto__", "constructor", "*"),
);
const encoded = anything.map((text) => encodeURIComponent(text.toWellFormed()));
/** Some leave their characters as they are, where an address may have them. */
const segment = fc.oneof(
  { weight: 8, arbitrary: names },
  { weight: 1, arbitrary: encoded },
  { weight: 1, arbitrary: fc.stringMatching(/^[!-"$->@-~]{0,12}$/) },
);
const path = fc.oneof(
  { weight: 5, arbitrary: segment.map((gate) => `/v1/throttle/${gate}`) },
  {
    weight: 3,
    arbitrary: fc.array(segment, { minLength: 1, maxLength: 3 }).map((all) => `/v1/check/${all.join("/")}`),
  },
  { weight: 2, arbitrary: segment.map((target) => `/v1/targets/${target}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "/v1/throttle",
      "/v1/check",
      "/v1/targets",
      "/v1/sources",
      "/healthz",
      "/readyz",
      "/metrics",
      "/openapi.json",
      "/",
      "/v1",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.array(segment, { minLength: 1, maxLength: 4 }).map((all) => `/${all.join("/")}`),
  },
);
const pair = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 1e6 }).map((cost) => `cost=${cost}`) },
  { weight: 3, arbitrary: fc.constantFrom("tenant=acme", "producer=web-1", "priority=bulk", "parts=none") },
  { weight: 1, arbitrary: fc.constantFrom("cost=0", "cost=1e99", "cost=", "priority=NaN", "%zz", "parts") },
  { weight: 1, arbitrary: fc.tuple(encoded, encoded).map((both) => both.join("=")) },
);
const query = fc.oneof(
  { weight: 2, arbitrary: fc.constant("") },
  { weight: 3, arbitrary: fc.array(pair, { maxLength: 3 }).map((pairs) => `?${pairs.join("&")}`) },
);

const asked = fc.record({
  method: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("GET", "GET", "GET", "HEAD") },
    { weight: 1, arbitrary: fc.constantFrom(...METHODS.filter((method) => method !== "CONNECT")) },
  ),
  path: fc.tuple(path, query).map((both) => both.join("")),
  headers: fc.dictionary(
    fc.constantFrom("headgate-cost", "headgate-tenant", "headgate-priority", "headgate-producer", "accept"),
    fc.oneof(fc.constantFrom("1", "2", "0", "bulk", "acme", ""), fc.stringMatching(/^[ -~\xa0-\xff]{0,20}$/)),
    { maxKeys: 2 },
  ),
  body: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.string({ maxLength: 50 }) },
  ),
});

describe("random requests", () => {
  let app: Serving;
  before(async () => {
    app = await serve(board);
  });
  after(() => app[Symbol.asyncDispose]());

  it("get no answer that the contract does not know, and no fault", () =>
    fc.assert(
      fc.asyncProperty(asked, async ({ method, path, headers, body }) => {
        const { status, headers: got } = await app.ask(path, {
          method,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        assert.ok(status < 500 || status === 503, `${status}`);
        if (status === 503) assert.ok(path.startsWith("/v1/throttle/"));
        if (status >= 400) assert.equal(got["content-type"], "application/problem+json");
        if (status === 429 || status === 503) assert.match(got["retry-after"] ?? "", /^[1-9]\d{0,2}$/);
        if (path.startsWith("/v1/")) assert.equal(got["cache-control"], "no-store");
        assert.deepEqual(app.errors, []);
      }),
      { numRuns: 500 },
    ));
});
