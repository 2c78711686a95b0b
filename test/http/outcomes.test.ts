/** Outcomes over HTTP, on a daemon whose consumers get on. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mostOutcomesBody } from "../../src/http/outcomes.ts";
import { queueDaemon } from "./queueDaemon.ts";
import { serve } from "./serving.ts";

const path = "/v1/targets/orders/outcomes";

const quietDaemon = () => queueDaemon(200);

const post = (body: unknown, headers: Record<string, string> = {}) => ({
  method: "POST",
  body: typeof body === "string" ? body : JSON.stringify(body),
  headers: { "content-type": "application/json", ...headers },
});

describe("POST /v1/targets/{target}/outcomes", () => {
  it("counts what is new", async () => {
    const { board, daemon } = await quietDaemon();
    await using app = await serve(board);
    const batch = [
      { id: "1", outcome: "acked" },
      { id: "2", outcome: "failed", deliveries: 1, errorClass: "Timeout" },
      { id: "3", part: "orders/0", offset: 17, outcome: "deadLettered" },
    ];
    assert.deepEqual((await app.ask(path, post(batch))).json, { accepted: 3, duplicates: 0 });
    const again = [...batch, { id: "2", outcome: "failed", deliveries: 2 }, { ...batch[2], offset: "17" }];
    assert.deepEqual((await app.ask(path, post(again))).json, { accepted: 1, duplicates: 4 });
    assert.deepEqual(board.target("orders")?.counters.outcomes, {
      acked: 1,
      failed: 2,
      deadLettered: 1,
      duplicates: 4,
    });
    await daemon.stop();
  });

  it("nine in ten fail: 503 with Retry-After to producers, 429 and `failing` to gateways, after one batch", async () => {
    const { time, board, daemon } = await quietDaemon();
    await using app = await serve(board);
    assert.equal((await app.ask("/v1/throttle/orders")).status, 200);
    const batch = Array.from({ length: 100 }, (_, id) => ({
      id: String(id),
      outcome: id % 10 === 0 ? "acked" : "failed",
    }));
    assert.equal((await app.ask(path, post(batch))).status, 200);
    await time.advance(1500);
    const probe = await app.ask("/v1/throttle/orders");
    assert.equal(probe.status, 200);
    assert.equal(probe.json.decision.state, "failing");
    assert.equal(probe.json.decision.reason.signal, "failures");
    assert.equal(probe.json.decision.reason.value, 0.9);
    const refused = await app.ask("/v1/throttle/orders");
    assert.equal(refused.status, 503);
    assert.equal(refused.json.type, "urn:headgate:problem:failing");
    // 5 s, and half of the jitter's quarter.
    assert.equal(refused.json.retryAfterMs, 5625);
    assert.equal(refused.headers["retry-after"], "6");
    const checked = await app.ask("/v1/check/orders");
    assert.equal(checked.status, 429);
    assert.equal(checked.headers["headgate-state"], "failing");
    assert.equal(checked.headers["retry-after"], "6");
    await daemon.stop();
  });

  const many = Array.from({ length: 1001 }, (_, id) => ({ id: String(id), outcome: "acked" }));
  const refusals: [name: string, body: unknown, status: number, errors: object[]][] = [
    [
      "no list",
      { id: "1", outcome: "acked" },
      400,
      [
        {
          field: "body",
          value: '{"id":"1","outcome":"acked"}',
          allowed: "a list of 1 to 1000 outcomes",
        },
      ],
    ],
    ["nothing", [], 400, [{ field: "body", value: "[]", allowed: "a list of 1 to 1000 outcomes" }]],
    [
      "too many",
      many,
      400,
      [
        {
          field: "body",
          value: `${JSON.stringify(many).slice(0, 99)}…`,
          allowed: "a list of 1 to 1000 outcomes",
        },
      ],
    ],
    [
      "an outcome that is none",
      [
        { id: "1", outcome: "acked" },
        { id: "2", outcome: "lost" },
      ],
      400,
      [{ field: "[1].outcome", value: '"lost"', allowed: "one of acked, failed, deadLettered" }],
    ],
    [
      "no id, a bad offset, bad deliveries, a member too many",
      [{ outcome: "failed", offset: -1, deliveries: 0, why: "because" }],
      400,
      [
        { field: "[0].id", value: null, allowed: "a text of 1 to 256 characters" },
        {
          field: "[0].offset",
          value: "-1",
          allowed: "a whole number of 0 or above, as a number or in digits",
        },
        { field: "[0].deliveries", value: "0", allowed: "a whole number from 1 to 1000000" },
        { field: "[0].why", value: '"because"', allowed: "no such member" },
      ],
    ],
    ["no JSON", "[{", 400, [{ field: "body", value: null, allowed: "JSON" }]],
    [
      "a body that is too long",
      `[${" ".repeat(mostOutcomesBody)}]`,
      413,
      [{ field: "body", value: null, allowed: `at most ${mostOutcomesBody} bytes` }],
    ],
  ];
  for (const [name, body, expected, errors] of refusals)
    it(`refuses ${name}, and counts nothing`, async () => {
      const { board, daemon } = await quietDaemon();
      await using app = await serve(board);
      const { status, json } = await app.ask(path, post(body));
      assert.equal(status, expected);
      assert.deepEqual(json.errors, errors);
      assert.deepEqual(board.target("orders")?.counters.outcomes, {
        acked: 0,
        failed: 0,
        deadLettered: 0,
        duplicates: 0,
      });
      await daemon.stop();
    });

  it("takes JSON only, for a target that there is, and no query", async () => {
    const { board, daemon } = await quietDaemon();
    await using app = await serve(board);
    const batch = [{ id: "1", outcome: "acked" }];
    const typed = await app.ask(path, post(batch, { "content-type": "text/plain" }));
    assert.equal(typed.json.errors[0].field, "content-type");
    const unknown = await app.ask("/v1/targets/oders/outcomes", post(batch));
    assert.equal(unknown.status, 404);
    assert.deepEqual(unknown.json.errors[0].nearest, ["orders"]);
    assert.equal((await app.ask(`${path}?a=1`, post(batch))).status, 400);
    const read = await app.ask(path);
    assert.equal(read.status, 405);
    assert.equal(read.headers.allow, "POST");
    await daemon.stop();
  });
});
