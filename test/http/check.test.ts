import assert from "node:assert/strict";
import { METHODS } from "node:http";
import { describe, it } from "node:test";
import { problemType } from "../../src/contract/problem.ts";
import { type Answer, fakeBoard, targetView } from "../support/board.ts";
import { serve } from "./serving.ts";

const refuse: Answer = (by) => ({ allowed: false, retryAfterMs: 1200, by });

describe("/v1/check/{gate}", () => {
  it("lets pass, with little said", async () => {
    const board = fakeBoard({ targets: [targetView("orders")] });
    await using app = await serve(board);
    const { status, text, headers } = await app.ask("/v1/check/orders");
    assert.equal(status, 200);
    assert.equal(text, '{"allowed":true}');
    assert.equal(headers["headgate-state"], "throttled");
    assert.equal(headers["headgate-target"], "orders");
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers.ratelimit, '"orders";r=429;t=1');
    assert.deepEqual(board.attempts, [
      { gate: "orders", cost: 1, canWait: false, tenant: "default", priority: "normal" },
    ]);
  });

  it("takes any method and any path below, whatever its query", async () => {
    const board = fakeBoard({ targets: [targetView("orders")] });
    await using app = await serve(board);
    const methods = METHODS.filter((method) => method !== "CONNECT");
    for (const method of methods) {
      const { status, headers } = await app.ask("/v1/check/orders/api/v1//x?cost=0&cost=%zz&tenat", {
        method,
      });
      assert.equal(status, 200, method);
      assert.equal(headers["headgate-state"], "throttled");
    }
    for (const path of [
      "/v1/check/orders/",
      "/v1/check/orders/%zz/%00",
      "/v1/check/orders?%",
      "/v1/check/orders/../..",
    ])
      assert.equal((await app.ask(path)).status, 200, path);
    assert.equal(board.attempts.length, methods.length + 4);
    assert.ok(board.attempts.every(({ cost, canWait }) => cost === 1 && !canWait));
  });

  for (const [state, code] of [
    ["throttled", "busy"],
    ["shedding", "shedding"],
    ["failing", "failing"],
    ["blind", "blindClosed"],
  ] as const)
    it(`refuses by 429, never 5xx, where the state is ${state}`, async () => {
      const view = targetView("orders", { settings: { onBlind: "closed" }, decision: { state, rate: 0 } });
      await using app = await serve(fakeBoard({ targets: [view], answer: refuse }));
      const { status, json, headers } = await app.ask("/v1/check/orders/some/path", {
        method: "POST",
        body: "{",
      });
      assert.equal(status, 429);
      assert.equal(json.type, problemType(code));
      assert.equal(json.retryAfterMs, 1350);
      assert.equal(json.decision, undefined);
      assert.equal(headers["content-type"], "application/problem+json");
      assert.equal(headers["headgate-state"], state);
      assert.equal(headers["headgate-target"], "orders");
      assert.equal(headers["retry-after"], "2");
    });

  it("hears who asks from headers, an empty one being none", async () => {
    const board = fakeBoard({ targets: [targetView("orders")] });
    await using app = await serve(board);
    const headers = {
      "Headgate-Producer": "web",
      "headgate-tenant": "acme",
      "headgate-priority": "high",
      "headgate-cost": "7",
    };
    assert.equal((await app.ask("/v1/check/orders", { headers })).status, 200);
    assert.equal((await app.ask("/v1/check/orders", { headers: { "headgate-tenant": "" } })).status, 200);
    assert.deepEqual(
      board.attempts.map(({ cost }) => cost),
      [7, 1],
    );
  });

  it("refuses headers that do not fit, all at once, and charges nothing", async () => {
    const board = fakeBoard({ targets: [targetView("orders")] });
    await using app = await serve(board);
    const headers = {
      "headgate-producer": "a b",
      "headgate-tenant": ["a", "b"],
      "headgate-priority": "urgent",
      "headgate-cost": "1e3",
    };
    const { status, json } = await app.ask("/v1/check/orders", { headers });
    assert.equal(status, 400);
    assert.deepEqual(
      json.errors.map(({ field, value }: { field: string; value: string }) => [field, value]),
      [
        ["headgate-producer", "a b"],
        ["headgate-tenant", "a, b"],
        ["headgate-priority", "urgent"],
        ["headgate-cost", "1e3"],
      ],
    );
    assert.equal(board.attempts.length, 0);
  });

  it("knows no gate without a name", async () => {
    await using app = await serve(fakeBoard({ targets: [targetView("orders")] }));
    for (const path of ["/v1/check/", "/v1/check//orders"])
      assert.equal((await app.ask(path)).json.type, problemType("unknownTarget"), path);
    assert.equal((await app.ask("/v1/check")).json.type, problemType("unknownRoute"));
  });

  it("reads no body: 64 MB pass by without being kept", async () => {
    await using app = await serve(fakeBoard({ targets: [targetView("orders")] }));
    const body = Buffer.alloc(64 * 1024 * 1024, "x");
    const before = process.memoryUsage().arrayBuffers;
    const { status } = await app.ask("/v1/check/orders", { method: "PUT", body });
    assert.equal(status, 200);
    assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024);
  });
});
