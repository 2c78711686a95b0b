import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemType } from "../../src/contract/problem.ts";
import { fakeBoard, targetView } from "../support/board.ts";
import { type Ask, serve } from "./serving.ts";

const board = () =>
  fakeBoard({
    targets: [targetView("orders-billing"), targetView("orders-search"), targetView("mails")],
    gates: { orders: ["orders-billing", "orders-search"] },
  });

type Code = Parameters<typeof problemType>[0];
type Told = { field: string; value: string | null; allowed: RegExp; nearest?: string[] };

/** Bad input, and what is told of it. */
const cases: [path: string, ask: Ask, status: number, code: Code, told: Told[]][] = [
  // names
  [
    "/v1/throttle/oders",
    {},
    404,
    "unknownTarget",
    [{ field: "gate", value: "oders", allowed: /GET \/v1\/throttle/, nearest: ["orders"] }],
  ],
  [
    "/v1/throttle/nobody-knows-it",
    {},
    404,
    "unknownTarget",
    [{ field: "gate", value: "nobody-knows-it", allowed: /lists/ }],
  ],
  ["/v1/throttle/", {}, 404, "unknownTarget", [{ field: "gate", value: "", allowed: /lists/ }]],
  ["/v1/throttle/?cost=2", {}, 404, "unknownTarget", [{ field: "gate", value: "", allowed: /lists/ }]],
  [
    "/v1/throttle/orders%2Fx",
    {},
    404,
    "unknownTarget",
    [{ field: "gate", value: "orders/x", allowed: /lists/, nearest: ["orders"] }],
  ],
  [
    "/v1/throttle/__proto__",
    {},
    404,
    "unknownTarget",
    [{ field: "gate", value: "__proto__", allowed: /lists/ }],
  ],
  [
    "/v1/throttle/orders%",
    {},
    400,
    "malformedRequest",
    [{ field: "gate", value: "orders%", allowed: /percent-encoded/ }],
  ],
  [
    "/v1/throttle/%C3%28",
    {},
    400,
    "malformedRequest",
    [{ field: "gate", value: "%C3%28", allowed: /UTF-8/ }],
  ],
  [
    "/v1/check/oders/x",
    {},
    404,
    "unknownTarget",
    [{ field: "gate", value: "oders", allowed: /lists/, nearest: ["orders"] }],
  ],
  [
    "/v1/check/%zz",
    {},
    400,
    "malformedRequest",
    [{ field: "gate", value: "%zz", allowed: /percent-encoded/ }],
  ],
  [
    "/v1/targets/mail",
    {},
    404,
    "unknownTarget",
    [{ field: "target", value: "mail", allowed: /GET \/v1\/targets/, nearest: ["mails"] }],
  ],
  [
    "/v1/targets/orders",
    {},
    404,
    "unknownTarget",
    [{ field: "target", value: "orders", allowed: /lists/, nearest: ["orders-billing", "orders-search"] }],
  ],
  [
    "/v1/targets/%ff",
    {},
    400,
    "malformedRequest",
    [{ field: "path", value: "/v1/targets/%ff", allowed: /percent-encoded/ }],
  ],
  // the query
  [
    "/v1/throttle/orders?cost=0",
    {},
    400,
    "invalidRequest",
    [{ field: "cost", value: "0", allowed: /from 1 to 1000000/ }],
  ],
  [
    "/v1/throttle/orders?cost=1e99",
    {},
    400,
    "invalidRequest",
    [{ field: "cost", value: "1e99", allowed: /whole number/ }],
  ],
  [
    "/v1/throttle/orders?cost=abc",
    {},
    400,
    "invalidRequest",
    [{ field: "cost", value: "abc", allowed: /whole number/ }],
  ],
  [
    "/v1/throttle/orders?cost=1.5",
    {},
    400,
    "invalidRequest",
    [{ field: "cost", value: "1.5", allowed: /whole number/ }],
  ],
  [
    "/v1/throttle/orders?cost=-1",
    {},
    400,
    "invalidRequest",
    [{ field: "cost", value: "-1", allowed: /whole number/ }],
  ],
  [
    "/v1/throttle/orders?cost=+1",
    {},
    400,
    "invalidRequest",
    [{ field: "cost", value: " 1", allowed: /whole number/ }],
  ],
  [
    "/v1/throttle/orders?cost=1000001",
    {},
    400,
    "invalidRequest",
    [{ field: "cost", value: "1000001", allowed: /from 1 to 1000000/ }],
  ],
  [
    "/v1/throttle/orders?cost=",
    {},
    400,
    "invalidRequest",
    [{ field: "cost", value: "", allowed: /whole number/ }],
  ],
  [
    "/v1/throttle/orders?cost",
    {},
    400,
    "invalidRequest",
    [{ field: "cost", value: "", allowed: /whole number/ }],
  ],
  [
    "/v1/throttle/orders?cost=1&cost=2",
    {},
    400,
    "invalidRequest",
    [{ field: "cost", value: "2", allowed: /one value/ }],
  ],
  [
    "/v1/throttle/orders?tenat=acme",
    {},
    400,
    "invalidRequest",
    [{ field: "tenat", value: "acme", allowed: /producer, tenant, priority, cost/, nearest: ["tenant"] }],
  ],
  [
    "/v1/throttle/orders?__proto__=1",
    {},
    400,
    "invalidRequest",
    [{ field: "__proto__", value: "1", allowed: /producer/ }],
  ],
  [
    "/v1/throttle/orders?%zz=1",
    {},
    400,
    "invalidRequest",
    [{ field: "%zz", value: "1", allowed: /producer/ }],
  ],
  [
    "/v1/throttle/orders?tenant=a%20b",
    {},
    400,
    "invalidRequest",
    [{ field: "tenant", value: "a b", allowed: /1 to 128/ }],
  ],
  [
    "/v1/throttle/orders?tenant=%ff",
    {},
    400,
    "invalidRequest",
    [{ field: "tenant", value: "\ufffd", allowed: /1 to 128/ }],
  ],
  [
    "/v1/throttle/orders?producer=",
    {},
    400,
    "invalidRequest",
    [{ field: "producer", value: "", allowed: /1 to 128/ }],
  ],
  [
    "/v1/throttle/orders?priority=urgent",
    {},
    400,
    "invalidRequest",
    [{ field: "priority", value: "urgent", allowed: /critical, high, normal, bulk/ }],
  ],
  [
    "/v1/throttle?target=orders",
    {},
    400,
    "invalidRequest",
    [{ field: "target", value: "orders", allowed: /no query key/ }],
  ],
  [
    "/v1/targets?part=none",
    {},
    400,
    "invalidRequest",
    [{ field: "part", value: "none", allowed: /parts/, nearest: ["parts"] }],
  ],
  [
    "/v1/targets?parts=some",
    {},
    400,
    "invalidRequest",
    [{ field: "parts", value: "some", allowed: /all or none/ }],
  ],
  ["/v1/targets/mails?x", {}, 400, "invalidRequest", [{ field: "x", value: "", allowed: /no query key/ }]],
  ["/v1/sources?x=1", {}, 400, "invalidRequest", [{ field: "x", value: "1", allowed: /no query key/ }]],
  // bodies
  [
    "/v1/throttle/orders",
    { body: Buffer.alloc(10_485_760) },
    413,
    "bodyTooLarge",
    [{ field: "body", value: "10485760 bytes", allowed: /no body/ }],
  ],
  [
    "/v1/throttle/orders",
    { body: '{"cost": ' },
    413,
    "bodyTooLarge",
    [{ field: "body", value: "9 bytes", allowed: /no body/ }],
  ],
  [
    "/v1/throttle/orders",
    { body: "x", headers: { "transfer-encoding": "chunked" } },
    413,
    "bodyTooLarge",
    [{ field: "body", value: "a chunked body", allowed: /no body/ }],
  ],
  [
    "/v1/targets",
    { body: "{}" },
    413,
    "bodyTooLarge",
    [{ field: "body", value: "2 bytes", allowed: /no body/ }],
  ],
  // methods
  [
    "/v1/throttle/orders",
    { method: "POST", body: '{"cost": ' },
    405,
    "methodNotAllowed",
    [{ field: "method", value: "POST", allowed: /GET, HEAD/ }],
  ],
  [
    "/v1/throttle/orders",
    { method: "OPTIONS" },
    405,
    "methodNotAllowed",
    [{ field: "method", value: "OPTIONS", allowed: /GET, HEAD/ }],
  ],
  [
    "/v1/throttle",
    { method: "PUT" },
    405,
    "methodNotAllowed",
    [{ field: "method", value: "PUT", allowed: /GET, HEAD/ }],
  ],
  [
    "/v1/targets",
    { method: "DELETE" },
    405,
    "methodNotAllowed",
    [{ field: "method", value: "DELETE", allowed: /GET, HEAD/ }],
  ],
  [
    "/v1/targets/nobody",
    { method: "PATCH" },
    405,
    "methodNotAllowed",
    [{ field: "method", value: "PATCH", allowed: /GET, HEAD/ }],
  ],
  [
    "/healthz",
    { method: "POST" },
    405,
    "methodNotAllowed",
    [{ field: "method", value: "POST", allowed: /GET, HEAD/ }],
  ],
  [
    "/",
    { method: "POST" },
    405,
    "methodNotAllowed",
    [{ field: "method", value: "POST", allowed: /GET, HEAD/ }],
  ],
  // places
  ["/v1", {}, 404, "unknownRoute", [{ field: "path", value: "/v1", allowed: /openapi\.json/ }]],
  [
    "/v2/throttle/orders",
    {},
    404,
    "unknownRoute",
    [{ field: "path", value: "/v2/throttle/orders", allowed: /openapi\.json/ }],
  ],
  [
    "/v1/throttle/orders/",
    {},
    404,
    "unknownRoute",
    [{ field: "path", value: "/v1/throttle/orders/", allowed: /openapi\.json/ }],
  ],
  [
    "/V1/throttle/orders",
    {},
    404,
    "unknownRoute",
    [{ field: "path", value: "/V1/throttle/orders", allowed: /openapi\.json/ }],
  ],
  [
    "/v1/targets/",
    {},
    404,
    "unknownRoute",
    [{ field: "path", value: "/v1/targets/", allowed: /openapi\.json/ }],
  ],
  [
    "/ui/../src/main.ts",
    {},
    404,
    "unknownRoute",
    [{ field: "path", value: "/ui/../src/main.ts", allowed: /openapi\.json/ }],
  ],
];

describe("bad input is a problem document", () => {
  for (const [path, ask, status, code, told] of cases)
    it(`${ask.method ?? "GET"} ${path}${ask.body === undefined ? "" : " with a body"}: ${status} ${code}`, async () => {
      const asked = board();
      await using app = await serve(asked);
      const { status: got, json, headers } = await app.ask(path, ask);
      assert.equal(got, status, JSON.stringify(json));
      assert.equal(headers["content-type"], "application/problem+json");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers.allow, status === 405 ? "GET, HEAD" : undefined);
      assert.equal(json.type, problemType(code));
      assert.match(json.detail, /[.?]$/);
      assert.equal(json.errors.length, told.length);
      for (const [index, { field, value, allowed, nearest }] of told.entries()) {
        const error = json.errors[index];
        assert.equal(error.field, field);
        assert.equal(error.value, value);
        assert.match(error.allowed, allowed);
        assert.deepEqual(error.nearest, nearest);
      }
      assert.deepEqual(asked.attempts, []);
      assert.deepEqual(app.errors, []);
    });

  it("lists all that is wrong at once", async () => {
    await using app = await serve(board());
    const { json } = await app.ask("/v1/throttle/orders?tenat=x&cost=0&priority=urgent&tenant=ok");
    assert.deepEqual(
      json.errors.map(({ field }: { field: string }) => field),
      ["tenat", "priority", "cost"],
    );
    assert.equal(json.detail, "tenat, priority, cost do not fit.");
  });

  it("gives little of a long value back, and few of many errors", async () => {
    await using app = await serve(board());
    const long = "x".repeat(5000);
    const { json: name } = await app.ask(`/v1/throttle/${long}`);
    assert.equal(name.errors[0].value, `${"x".repeat(99)}…`);
    assert.ok(name.detail.length < 200);
    const { json: path } = await app.ask(`/${long}`);
    assert.equal(path.errors[0].value.length, 100);
    const { json: key } = await app.ask(`/v1/throttle/orders?${long}=${long}`);
    assert.deepEqual([key.errors[0].field.length, key.errors[0].value.length], [100, 100]);
    const many = Array.from({ length: 3000 }, (_, index) => `k${index}=1`).join("&");
    const { json: keys } = await app.ask(`/v1/throttle/orders?${many}`);
    assert.equal(keys.errors.length, 10);
  });
});

describe("a fault of ours", () => {
  it("is a problem document without its stack, and is logged", async () => {
    const broken = {
      ...board(),
      attempt: () => {
        throw new Error("a secret of the inside");
      },
    };
    await using app = await serve(broken, { metrics: () => Promise.reject(new Error("no metrics")) });
    for (const path of ["/v1/throttle/orders", "/v1/check/orders", "/metrics"]) {
      const { status, json, text, headers } = await app.ask(path);
      assert.equal(status, 500);
      assert.equal(json.type, "urn:headgate:problem:internalError");
      assert.equal(headers["content-type"], "application/problem+json");
      assert.ok(!text.includes("secret") && !text.includes(".ts"));
    }
    assert.deepEqual(
      app.errors.map(({ method, path, error }) => [method, path, error]),
      [
        ["GET", "/v1/throttle/orders", "a secret of the inside"],
        ["GET", "/v1/check/orders", "a secret of the inside"],
        ["GET", "/metrics", "no metrics"],
      ],
    );
    assert.ok(app.errors.every(({ stack }) => String(stack).includes("errors.test.ts")));
  });
});
