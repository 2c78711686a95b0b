import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemType } from "../../src/contract/problem.ts";
import type { TargetView } from "../../src/daemon/board.ts";
import { type Answer, fakeBoard, targetView } from "../support/board.ts";
import { serve } from "./serving.ts";

const refuseFor =
  (retryAfterMs: number): Answer =>
  (by) => ({ allowed: false, retryAfterMs, by });

const one = (view: TargetView, answer?: Answer) =>
  fakeBoard({ targets: [view], ...(answer === undefined ? {} : { answer }) });

describe("GET /v1/throttle/{gate}", () => {
  it("says go, with the decision as every reader sees it", async () => {
    await using app = await serve(one(targetView("orders")));
    const { status, json, headers } = await app.ask("/v1/throttle/orders");
    assert.equal(status, 200);
    assert.deepEqual(json, {
      allowed: true,
      delayMs: 0,
      retryAfterMs: 0,
      tenant: "default",
      priority: "normal",
      decision: {
        target: "orders",
        state: "throttled",
        mode: "enforce",
        override: null,
        rate: 430.7,
        reason: {
          signal: "lagSeconds",
          value: 18.2,
          setpoint: 10,
          text: "18.2 s behind, holding 10 s; consumers complete 950/s",
        },
        lag: { messages: 17290, seconds: 18.2, method: "rate", trend: "falling" },
        observedAt: "2026-11-23T19:20:00.000Z",
        validUntil: "2026-11-23T19:20:15.000Z",
        version: "b7c1-4711",
      },
    });
    assert.equal(headers["content-type"], "application/json");
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["ratelimit-policy"], '"orders";q=430;w=1');
    assert.equal(headers.ratelimit, '"orders";r=429;t=1');
    for (const absent of ["retry-after", "etag", "x-powered-by", "access-control-allow-origin"])
      assert.equal(headers[absent], undefined, absent);
  });

  it("tells how long to wait first, to the tenth of a millisecond, never less", async () => {
    await using app = await serve(one(targetView("orders"), (by) => ({ allowed: true, delayMs: 2.318, by })));
    const { status, json } = await app.ask("/v1/throttle/orders");
    assert.equal(status, 200);
    assert.equal(json.delayMs, 2.4);
  });

  it("asks the board for the cost, of somebody who can wait", async () => {
    const board = fakeBoard({
      targets: [targetView("orders-billing")],
      gates: { orders: ["orders-billing"] },
    });
    await using app = await serve(board);
    await app.ask("/v1/throttle/orders");
    await app.ask("/v1/throttle/orders?producer=checkout-7&tenant=acme&priority=bulk&cost=1000000");
    await app.ask("/v1/throttle/orders%2Dbilling?cost=25");
    assert.deepEqual(board.attempts, [
      { gate: "orders", cost: 1, canWait: true, tenant: "default", priority: "normal" },
      { gate: "orders", cost: 1e6, canWait: true, tenant: "acme", priority: "bulk" },
      { gate: "orders-billing", cost: 25, canWait: true, tenant: "default", priority: "normal" },
    ]);
  });

  const refusals: [string, TargetView, number, Parameters<typeof problemType>[0]][] = [
    ["busy", targetView("orders"), 429, "busy"],
    ["shedding", targetView("orders", { decision: { state: "shedding" } }), 429, "shedding"],
    ["failing", targetView("orders", { decision: { state: "failing", rate: 1 } }), 503, "failing"],
    [
      "blind and closed",
      targetView("orders", { settings: { onBlind: "closed" }, decision: { state: "blind", rate: 0 } }),
      503,
      "blindClosed",
    ],
    [
      "blind, to be closed but not yet",
      targetView("orders", { settings: { onBlind: "closed" }, decision: { state: "blind", rate: 20 } }),
      429,
      "busy",
    ],
    ["blind at the safe rate", targetView("orders", { decision: { state: "blind", rate: 0 } }), 429, "busy"],
  ];
  for (const [name, view, expected, code] of refusals)
    it(`refuses by ${expected} ${code} where the target is ${name}`, async () => {
      await using app = await serve(one(view, refuseFor(1200)));
      const { status, json, headers } = await app.ask("/v1/throttle/orders");
      assert.equal(status, expected);
      assert.equal(json.type, problemType(code));
      assert.equal(json.allowed, false);
      assert.equal(json.delayMs, 0);
      assert.equal(json.retryAfterMs, 1350);
      assert.equal(json.decision.state, view.decision.state);
      assert.equal(json.detail, `orders: ${view.decision.reason.text}.`);
      assert.equal(headers["content-type"], "application/problem+json");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["retry-after"], "2");
    });

  it("adds at most a quarter of chance to a wait, and rounds Retry-After up", async () => {
    const cases: [number, number, number, string][] = [
      [0, 0, 1, "1"],
      [0.2, 0.5, 1, "1"],
      [1000, 0, 1000, "1"],
      [1000, 0.999999, 1250, "2"],
      [4000, 0.5, 4500, "5"],
      [1e9, 0, 300_000, "300"],
      [Number.POSITIVE_INFINITY, 0, 300_000, "300"],
    ];
    for (const [waitMs, chance, expectedMs, seconds] of cases) {
      await using app = await serve(one(targetView("orders"), refuseFor(waitMs)), { random: () => chance });
      const { json, headers } = await app.ask("/v1/throttle/orders");
      assert.equal(json.retryAfterMs, expectedMs);
      assert.equal(headers["retry-after"], seconds);
    }
  });

  it("tells no limits where nothing limits, or where nothing is enforced", async () => {
    for (const decision of [{ rate: null }, { mode: "observe" as const }]) {
      await using app = await serve(one(targetView("orders", { decision })));
      const { status, headers, json } = await app.ask("/v1/throttle/orders");
      assert.equal(status, 200);
      assert.equal(headers.ratelimit, undefined);
      assert.equal(headers["ratelimit-policy"], undefined);
      assert.equal(json.decision.mode, decision.mode ?? "enforce");
    }
  });

  it("answers HEAD like GET, without the body, and charges it", async () => {
    const board = one(targetView("orders"), refuseFor(1000));
    await using app = await serve(board);
    const get = await app.ask("/v1/throttle/orders");
    const head = await app.ask("/v1/throttle/orders", { method: "HEAD" });
    assert.equal(head.status, 429);
    assert.equal(head.text, "");
    for (const name of ["content-length", "content-type", "retry-after", "ratelimit"])
      assert.equal(head.headers[name], get.headers[name]);
    assert.equal(board.attempts.length, 2);
  });
});

describe("GET /v1/throttle", () => {
  it("lists all decisions and the gates, and charges nothing", async () => {
    const board = fakeBoard({
      targets: [targetView("orders-billing"), targetView("orders-search", { decision: { rate: null } })],
      gates: { orders: ["orders-billing", "orders-search"] },
    });
    await using app = await serve(board);
    const { status, json, headers } = await app.ask("/v1/throttle");
    assert.equal(status, 200);
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(json.at, "2026-11-23T19:20:02.000Z");
    assert.deepEqual(json.gates, { orders: ["orders-billing", "orders-search"] });
    assert.deepEqual(
      json.decisions.map(({ target, rate }: { target: string; rate: number | null }) => [target, rate]),
      [
        ["orders-billing", 430.7],
        ["orders-search", null],
      ],
    );
    assert.equal(board.attempts.length, 0);
  });
});
