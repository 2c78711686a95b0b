import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openapi } from "../../src/contract/openapi.ts";
import { fakeBoard, now, sourceView, targetView, unseenTarget } from "../support/board.ts";
import { serve } from "./serving.ts";

const board = fakeBoard({
  targets: [targetView("orders"), unseenTarget("images", "tasks")],
  sources: [
    sourceView("events"),
    sourceView("tasks", {
      reachable: false,
      errors: { unreachable: 3 },
      lastError: { at: now - 1000, kind: "unreachable", message: "connect ECONNREFUSED 127.0.0.1:9324" },
    }),
    sourceView("new", { reachable: null, lastPollAt: null, lastPollMs: null, lastPollRequests: null }),
  ],
});

describe("GET /v1/targets", () => {
  it("tells of a target all that is known", async () => {
    await using app = await serve(board);
    const { status, json, headers } = await app.ask("/v1/targets/orders");
    assert.equal(status, 200);
    assert.equal(headers["cache-control"], "no-store");
    const { decision, assessment, ...rest } = json;
    assert.equal(decision.target, "orders");
    assert.deepEqual(rest, {
      target: "orders",
      broker: "events",
      mode: "enforce",
      override: null,
      parts: [
        {
          part: "orders/0",
          lag: 9000,
          held: 0,
          lost: 0,
          quality: "fresh",
          flags: [],
          drain: null,
          seconds: null,
        },
        {
          part: "orders/1",
          lag: 8290,
          held: null,
          lost: 0,
          quality: "fresh",
          flags: ["noCommit"],
          drain: null,
          seconds: null,
        },
      ],
      leases: {
        count: 2,
        rate: 310.5,
        inFlightMax: 0,
        shown: [
          {
            producer: "checkout-7",
            gate: "orders",
            tenant: "acme",
            priority: "normal",
            members: 1,
            rate: 210.5,
            inFlight: 12,
            expiresAt: "2026-11-23T19:20:16.000Z",
          },
          {
            producer: "importer",
            gate: "orders-billing",
            tenant: "acme",
            priority: "normal",
            members: 3,
            rate: 100,
            inFlight: 0,
            expiresAt: "2026-11-23T19:20:11.000Z",
          },
        ],
      },
    });
    assert.deepEqual(assessment, {
      at: "2026-11-23T19:20:00.000Z",
      status: "behind",
      lag: {
        messages: 17290,
        quality: "fresh",
        seconds: 18.2,
        secondsQuality: "fresh",
        method: "rate",
        trend: "falling",
        covers: { fresh: 2, of: 2 },
      },
      held: null,
      delayed: null,
      lost: 0,
      inflow: 480.5,
      exogenousInflow: 50,
      basis: "counters",
      drain: 950,
      capacity: 950,
      timeToDrainMs: 36800,
      timeToLossMs: null,
      retention: { ms: 604_800_000, messages: null },
      worstPart: null,
      consumers: 2,
      groupState: "stable",
    });
  });

  it("tells what is not known as null, never as zero", async () => {
    await using app = await serve(board);
    const { json } = await app.ask("/v1/targets/images");
    const { at, lag, inflow, drain, timeToDrainMs, consumers } = json.assessment;
    assert.deepEqual(
      { at, inflow, drain, timeToDrainMs, consumers },
      { at: null, inflow: null, drain: null, timeToDrainMs: null, consumers: null },
    );
    assert.deepEqual(
      [lag.messages, lag.seconds, lag.method, lag.secondsQuality],
      [null, null, null, "unknown"],
    );
    assert.equal(json.decision.observedAt, null);
    assert.equal(json.decision.lag.messages, null);
  });

  it("lists all of them, with their parts or without", async () => {
    await using app = await serve(board);
    const all = await app.ask("/v1/targets");
    assert.equal(all.json.at, "2026-11-23T19:20:02.000Z");
    assert.deepEqual(
      all.json.targets.map(({ target, parts }: { target: string; parts: unknown[] }) => [
        target,
        parts.length,
      ]),
      [
        ["orders", 2],
        ["images", 0],
      ],
    );
    const one = (await app.ask("/v1/targets/orders")).json;
    assert.deepEqual(all.json.targets[0], { ...one, leases: { ...one.leases, shown: [] } });
    assert.deepEqual((await app.ask("/v1/targets?parts=all")).json, all.json);
    const { json } = await app.ask("/v1/targets?parts=none");
    assert.deepEqual(json.targets[0], { ...all.json.targets[0], parts: [] });
  });
});

describe("GET /v1/sources", () => {
  it("lists the brokers as they are watched", async () => {
    await using app = await serve(board);
    const { status, json, headers } = await app.ask("/v1/sources");
    assert.equal(status, 200);
    assert.equal(headers["cache-control"], "no-store");
    assert.deepEqual(json.sources[1], {
      broker: "tasks",
      type: "kafka",
      targets: 2,
      reachable: false,
      pollMs: 5000,
      lastPollAt: "2026-11-23T19:20:00.000Z",
      lastPollMs: 12.5,
      lastPollRequests: 3,
      polls: 120,
      requests: { OffsetFetch: 120, ListOffsets: 120, DescribeGroups: 120 },
      errors: { unreachable: 3 },
      lastError: {
        at: "2026-11-23T19:20:01.000Z",
        kind: "unreachable",
        message: "connect ECONNREFUSED 127.0.0.1:9324",
      },
    });
    assert.equal(json.sources[2].lastPollAt, null);
  });
});

describe("what operators' machines ask", () => {
  for (const ops of [false, true]) {
    const name = ops ? "the ops listener" : "the API";
    it(`health, readiness and metrics at ${name}`, async () => {
      await using app = await serve(board, { ops });
      const health = await app.ask("/healthz");
      assert.deepEqual(health.json, { alive: true, version: "0.1.0", startedAt: "2026-11-23T19:10:02.000Z" });
      const ready = await app.ask("/readyz");
      assert.equal(ready.status, 200);
      assert.deepEqual(ready.json, {
        ready: true,
        degraded: [
          { kind: "source", name: "tasks", text: "unreachable: connect ECONNREFUSED 127.0.0.1:9324" },
          { kind: "target", name: "images", text: "never observed, so nothing limits" },
        ],
      });
      const metrics = await app.ask("/metrics?name%5B%5D=headgate_up");
      assert.equal(metrics.headers["content-type"], "text/plain; version=0.0.4");
      assert.equal(metrics.text, "headgate_up 1\n");
      for (const path of ["/healthz", "/readyz", "/metrics"]) {
        const head = await app.ask(path, { method: "HEAD" });
        assert.equal(head.status, 200);
        assert.ok(Number(head.headers["content-length"]) > 0);
      }
    });
  }

  it("nothing else is at the ops listener", async () => {
    await using app = await serve(board, { ops: true });
    for (const path of [
      "/",
      "/v1/targets",
      "/v1/throttle/orders",
      "/v1/check/orders",
      "/openapi.json",
      "/ui/page.js",
    ]) {
      const { status, json } = await app.ask(path).catch((error) => {
        throw new Error(path, { cause: error });
      });
      assert.equal(status, 404);
      assert.equal(json.type, "urn:headgate:problem:unknownRoute");
    }
  });
});

describe("GET /openapi.json", () => {
  it("is the contract", async () => {
    await using app = await serve(board);
    const { status, json, headers } = await app.ask("/openapi.json");
    assert.equal(status, 200);
    assert.equal(headers["content-type"], "application/json");
    assert.deepEqual(json, openapi("0.1.0"));
  });

  it("names no path that is not there", async () => {
    await using app = await serve(board);
    const { paths } = openapi("0.1.0") as { paths: Record<string, object> };
    for (const [path, operations] of Object.entries(paths)) {
      const { status } = await app.ask(path.replace(/\{\w+\}/, "orders"));
      assert.equal(status, "get" in operations ? 200 : 405, path);
    }
  });
});
