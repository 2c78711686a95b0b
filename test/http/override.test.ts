/** Overrides over HTTP, on a daemon of a queue that is always 2,000 messages long. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silent } from "../daemon/fakes.ts";
import { queueDaemon } from "./queueDaemon.ts";
import { serve } from "./serving.ts";

const path = "/v1/targets/orders/override";
const at = Date.parse("2026-11-23T19:20:00.000Z");

const busyDaemon = () => queueDaemon(2000, at - 20_000);

const put = (body: unknown, headers: Record<string, string> = {}) => ({
  method: "PUT",
  body: typeof body === "string" ? body : JSON.stringify(body),
  headers: { "content-type": "application/json", ...headers },
});

describe("PUT and DELETE /v1/targets/{target}/override", () => {
  it("puts one in force for every reader, and ends it", async () => {
    const { board, daemon, time } = await busyDaemon();
    const logged: [Record<string, unknown>, string][] = [];
    const log = {
      ...silent,
      warn: (fields: Record<string, unknown>, text: string) => logged.push([fields, text]),
    };
    await using app = await serve(board, { log });
    const { status, json } = await app.ask(
      path,
      put({ override: 30, ttlMs: 600_000, note: "migration", author: "ada" }),
    );
    assert.equal(status, 200);
    const override = {
      kind: "rate",
      rate: 30,
      note: "migration",
      author: "ada",
      until: "2026-11-23T19:30:00.000Z",
    };
    assert.deepEqual(json.override, override);
    assert.equal(json.decision.rate, 30);
    assert.deepEqual((await app.ask("/v1/targets/orders")).json.override, override);
    assert.deepEqual((await app.ask("/v1/throttle")).json.decisions[0].override, override);
    assert.deepEqual((await app.ask("/v1/throttle/orders")).json.decision.override, override);
    assert.match(
      logged[0]?.[1] ?? "",
      /^override of orders: held at 30\/s by ada \(migration\); without it /,
    );
    assert.deepEqual(logged[0]?.[0], { target: "orders", override });

    assert.equal((await app.ask(path, { method: "DELETE" })).status, 204);
    assert.equal((await app.ask(path, { method: "DELETE" })).status, 204);
    assert.equal((await app.ask("/v1/targets/orders")).json.override, null);
    assert.equal(logged.length, 2);

    await app.ask(path, put({ override: "open", ttlMs: 1000 }));
    await time.advance(750);
    assert.equal(board.target("orders")?.decision.override?.kind, "open");
    await time.advance(250);
    assert.equal(board.target("orders")?.decision.override, null);
    await daemon.stop();
  });

  it("closed: tells until when, as 429", async () => {
    const { board, daemon } = await busyDaemon();
    await using app = await serve(board, { random: () => 0 });
    await app.ask(path, put({ override: "closed", ttlMs: 60_000 }));
    const refused = await app.ask("/v1/throttle/orders");
    assert.equal(refused.status, 429);
    assert.equal(refused.json.type, "urn:headgate:problem:closedByOperator");
    assert.equal(refused.headers["retry-after"], "60");
    assert.equal((await app.ask("/v1/check/orders")).status, 429);
    await app.ask(path, put({ override: "closed", ttlMs: 7 * 86_400_000 }));
    assert.equal((await app.ask("/v1/throttle/orders")).json.retryAfterMs, 300_000);
    await daemon.stop();
  });

  it("observe: lets all pass and says what it would have refused", async () => {
    const { board, daemon } = await busyDaemon();
    await using app = await serve(board);
    await app.ask(path, put({ override: "observe", ttlMs: 60_000 }));
    const first = await app.ask("/v1/throttle/orders?cost=1000");
    assert.equal(first.status, 200);
    assert.equal(first.json.wouldRefuse, undefined);
    const second = await app.ask("/v1/throttle/orders?cost=7");
    assert.equal(second.status, 200);
    assert.equal(second.json.delayMs, 0);
    assert.equal(second.json.wouldRefuse, true);
    const check = await app.ask("/v1/check/orders");
    assert.equal(check.status, 200);
    assert.equal(check.headers["headgate-would-refuse"], "true");
    const counters = board.target("orders")?.counters;
    assert.equal(counters?.wouldRefuse, 8);
    assert.equal(counters?.admitted, 1008);
    assert.equal(counters?.refused, 0);
    await daemon.stop();
  });

  const refused: [name: string, ask: object, status: number, field: string | undefined, allowed: RegExp][] = [
    ["no duration", put({ override: 5 }), 400, "ttlMs", /^milliseconds, from 1000 to 604800000/],
    ["too long", put({ override: 5, ttlMs: 604_800_001 }), 400, "ttlMs", /7 days/],
    [
      "a rate of 0",
      put({ override: 0, ttlMs: 5000 }),
      400,
      "override",
      /^a rate .*, above 0 and up to 1000000000000, or one of open, closed, observe$/,
    ],
    ["another word", put({ override: "shut", ttlMs: 5000 }), 400, "override", /one of open/],
    ["nothing", put({ ttlMs: 5000 }), 400, "override", /one of open/],
    ["another member", put({ override: 5, ttlMs: 5000, nots: "x" }), 400, "nots", /no such member/],
    [
      "a note of two lines",
      put({ override: 5, ttlMs: 5000, note: "a\nb" }),
      400,
      "note",
      /a line of at most 500/,
    ],
    ["a list", put("[]"), 400, "body", /an object such as/],
    ["no JSON", put("{"), 400, "body", /JSON/],
    ["no type", { method: "PUT", body: "{}" }, 400, "content-type", /application\/json/],
    ["too much", put(`"${"x".repeat(70_000)}"`), 413, "body", /at most 65536 bytes/],
    [
      "too much, in chunks",
      put(`"${"x".repeat(70_000)}"`, { "transfer-encoding": "chunked" }),
      413,
      "body",
      /at most/,
    ],
    ["another method", { method: "POST" }, 405, "method", /^PUT, DELETE$/],
    ["a body where none is", { method: "DELETE", body: "x" }, 413, "body", /no body/],
  ];
  for (const [name, ask, status, field, allowed] of refused)
    it(`refuses ${name}`, async () => {
      const { board, daemon } = await busyDaemon();
      await using app = await serve(board);
      const { json, status: got } = await app.ask(path, ask);
      assert.equal(got, status, JSON.stringify(json));
      assert.equal(json.errors[0].field, field);
      assert.match(json.errors[0].allowed, allowed);
      assert.equal(board.target("orders")?.decision.override, null);
      await daemon.stop();
    });

  it("refuses a target that is not there, and a query", async () => {
    const { board, daemon } = await busyDaemon();
    await using app = await serve(board);
    assert.equal(
      (await app.ask("/v1/targets/oders/override", put({ override: 5, ttlMs: 5000 }))).status,
      404,
    );
    assert.equal((await app.ask(`${path}?x=1`, { method: "DELETE" })).status, 400);
    await daemon.stop();
  });
});
