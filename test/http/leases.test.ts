import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { problemType } from "../../src/contract/problem.ts";
import { silent } from "../daemon/fakes.ts";
import { fakeBoard, targetView } from "../support/board.ts";
import { type Ask, serve } from "./serving.ts";

const board = () =>
  fakeBoard({
    targets: [targetView("orders-billing"), targetView("mails", { decision: { rate: null } })],
    gates: { orders: ["orders-billing"] },
  });

const post = (body: unknown, headers: Record<string, string> = {}): Ask => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

const lease = (over: object = {}) => ({ target: "orders", attempted: 0, admitted: 0, ...over });
const request = (over: object = {}) => ({ producer: "checkout-7", epoch: "1", leases: [lease()], ...over });

describe("POST /v1/leases", () => {
  it("grants each lease, with the target that bound it, and says null where nothing limits", async () => {
    await using app = await serve(board());
    const { status, json, headers } = await app.ask(
      "/v1/leases",
      post(request({ leases: [lease(), lease({ target: "mails" })] })),
    );
    assert.equal(status, 200);
    assert.equal(headers["cache-control"], "no-store");
    assert.deepEqual([json.at, json.producer], ["2026-11-23T19:20:02.000Z", "checkout-7"]);
    const [orders, mails] = json.leases;
    assert.deepEqual(
      [orders.target, orders.by, orders.rate, orders.burst, orders.granted],
      ["orders", "orders-billing", 215.35, 21.535, true],
    );
    assert.deepEqual([orders.tenant, orders.priority, orders.state], ["default", "normal", "throttled"]);
    assert.deepEqual([orders.ttlMs, orders.refreshMs, orders.inFlightMax], [15_000, 5000, null]);
    assert.deepEqual([mails.rate, mails.burst], [null, null]);
  });

  it("asks the board with all that was told", async () => {
    const fake = board();
    await using app = await serve(fake);
    const told = {
      attempted: 7,
      admitted: 5,
      inFlight: 2,
      wants: 40,
      has: null,
      tenant: "acme",
      priority: "bulk",
    };
    await app.ask(
      "/v1/leases",
      post(request({ members: 12, leases: [lease(told), lease({ wants: null })] })),
    );
    const none = Number.POSITIVE_INFINITY;
    assert.deepEqual(fake.renewals, [
      {
        producer: "checkout-7",
        gate: "orders",
        tenant: "acme",
        priority: "bulk",
        wants: 40,
        has: none,
        told: { epoch: "1", attempted: 7, admitted: 5 },
        inFlight: 2,
        members: 12,
      },
      {
        producer: "checkout-7",
        gate: "orders",
        tenant: "default",
        priority: "normal",
        wants: none,
        has: undefined,
        told: { epoch: "1", attempted: 0, admitted: 0 },
        inFlight: 0,
        members: 12,
      },
    ]);
  });

  const allowedName = "1 to 128 of the characters A-Z, a-z, 0-9, '.', '_', '~' and '-'";
  const total = "a whole number of messages, 0 or above";
  const unfit: [string, unknown, [field: string, value: string | null, allowed: string][]][] = [
    ["no object", [], [["body", "[]", "an object"]]],
    [
      "an empty object",
      {},
      [
        ["producer", null, allowedName],
        ["epoch", null, "a text of 1 to 64 characters"],
        ["leases", null, "a list of 1 to 256 leases"],
      ],
    ],
    ["no leases", request({ leases: [] }), [["leases", "[]", "a list of 1 to 256 leases"]]],
    ["a name that is none", request({ producer: "a b" }), [["producer", '"a b"', allowedName]]],
    [
      "counters that are none",
      request({ leases: [lease({ attempted: -1, admitted: 1.5, inFlight: "2" })] }),
      [
        ["leases[0].attempted", "-1", total],
        ["leases[0].admitted", "1.5", total],
        ["leases[0].inFlight", '"2"', total],
      ],
    ],
    [
      "rates that are none",
      request({ leases: [lease(), lease({ target: "mails", wants: -1, has: "fast" })] }),
      [
        ["leases[1].wants", "-1", "messages per second, 0 or above; or null"],
        ["leases[1].has", '"fast"', "messages per second, 0 or above; or null"],
      ],
    ],
    [
      "a class that there is not",
      request({ leases: [lease({ priority: "urgent" })] }),
      [["leases[0].priority", '"urgent"', "one of critical, high, normal, bulk"]],
    ],
    [
      "members that are not known",
      request({ colour: "blue", leases: [lease({ rate: 5 })] }),
      [
        ["leases[0].rate", "5", "no such member"],
        ["colour", '"blue"', "no such member"],
      ],
    ],
    [
      "a lease that stands there twice",
      request({ leases: [lease(), lease({ priority: "normal", tenant: "default" })] }),
      [["leases[1]", "orders default normal", "each target, tenant and priority once"]],
    ],
    [
      "more members than there may be",
      request({ members: 100_001 }),
      [["members", "100001", "a whole number of producers from 1 to 100000"]],
    ],
  ];
  for (const [name, body, expected] of unfit)
    it(`refuses ${name}, by name`, async () => {
      const fake = board();
      await using app = await serve(fake);
      const { status, json } = await app.ask("/v1/leases", post(body));
      assert.equal(status, 400);
      assert.equal(json.type, problemType("invalidRequest"));
      assert.deepEqual(
        json.errors.map(({ field, value, allowed }: Record<string, unknown>) => [field, value, allowed]),
        expected,
      );
      assert.equal(fake.renewals.length, 0);
    });

  it("refuses a gate that there is not, with the nearest, and grants nothing beside it", async () => {
    const fake = board();
    await using app = await serve(fake);
    const { status, json } = await app.ask(
      "/v1/leases",
      post(request({ leases: [lease(), lease({ target: "order" })] })),
    );
    assert.equal(status, 404);
    assert.equal(json.type, problemType("unknownTarget"));
    assert.deepEqual(json.errors[0].field, "leases[1].target");
    assert.deepEqual(json.errors[0].nearest, ["orders", "orders-billing"]);
    assert.equal(fake.renewals.length, 0);
  });

  it("takes JSON only, up to a limit", async () => {
    await using app = await serve(board());
    const cases: [Ask, number, string][] = [
      [post("{"), 400, "malformedRequest"],
      [post(`${"[".repeat(100_000)}${"]".repeat(100_000)}`), 400, "invalidRequest"],
      [post(request(), { "content-type": "text/plain" }), 400, "invalidRequest"],
      [{ method: "POST", body: JSON.stringify(request()) }, 400, "invalidRequest"],
      [post(request({ epoch: "x".repeat(300_000) })), 413, "bodyTooLarge"],
    ];
    for (const [ask, expected, code] of cases) {
      const { status, json } = await app.ask("/v1/leases", ask);
      assert.equal(status, expected, code);
      assert.equal(json.type, `urn:headgate:problem:${code}`);
    }
    assert.equal((await app.ask("/v1/leases", post(request()))).status, 200);
    const utf8 = post(request(), { "content-type": "application/json; charset=utf-8" });
    assert.equal((await app.ask("/v1/leases", utf8)).status, 200);
  });

  it("takes no query and no other method", async () => {
    await using app = await serve(board());
    assert.equal((await app.ask("/v1/leases?a=1", post(request()))).status, 400);
    const { status, headers } = await app.ask("/v1/leases");
    assert.deepEqual([status, headers.allow], [405, "POST"]);
  });

  it("tells whoever waits for it to send the body", async () => {
    await using app = await serve(board());
    const body = JSON.stringify(request());
    const socket = connect(app.port, "127.0.0.1");
    socket.setEncoding("utf8");
    const lines = [
      "POST /v1/leases HTTP/1.1",
      "host: x",
      "expect: 100-continue",
      "connection: close",
      "content-type: application/json",
      `content-length: ${body.length}`,
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    let text = "";
    for await (const chunk of socket) {
      if (text === "") socket.write(body);
      text += chunk;
    }
    assert.match(text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });
});

describe("a body that breaks off", () => {
  it("is no fault of Headgate's", async () => {
    const faults: unknown[] = [];
    await using app = await serve(board(), { log: { ...silent, error: (fields) => faults.push(fields) } });
    const socket = connect(app.port, "127.0.0.1");
    const head = "host: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\nexpect: 100-continue";
    socket.write(`POST /v1/leases HTTP/1.1\r\n${head}\r\n\r\n`);
    // The daemon reads on: now it hears half of it, and no more.
    await once(socket, "data");
    socket.end("{");
    await once(socket, "close");
    assert.equal((await app.ask("/v1/leases", post(request()))).status, 200);
    assert.deepEqual(faults, []);
  });
});

describe("DELETE /v1/leases/{producer}", () => {
  it("gives back what the producer holds, and says nothing", async () => {
    const fake = board();
    await using app = await serve(fake);
    const { status, text, headers } = await app.ask("/v1/leases/checkout-7", { method: "DELETE" });
    assert.deepEqual([status, text, headers["cache-control"]], [204, "", "no-store"]);
    assert.deepEqual(fake.released, ["checkout-7"]);
  });

  it("refuses what is no name, a query, a body and other methods", async () => {
    const fake = board();
    await using app = await serve(fake);
    assert.equal((await app.ask("/v1/leases/a%20b", { method: "DELETE" })).status, 400);
    assert.equal((await app.ask("/v1/leases/a?x=1", { method: "DELETE" })).status, 400);
    assert.equal((await app.ask("/v1/leases/a", { method: "DELETE", body: "x" })).status, 413);
    const { status, headers } = await app.ask("/v1/leases/a");
    assert.deepEqual([status, headers.allow], [405, "DELETE"]);
    assert.deepEqual(fake.released, []);
  });
});
