/** `GET /v1/targets/{target}/events` on a daemon whose time a test drives: what is read is what replay needs. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientRequest, get, type IncomingMessage } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { createPlayer } from "../../src/cli/replay/player.ts";
import { readLine } from "../../src/cli/replay/read.ts";
import { createDaemon } from "../../src/daemon/daemon.ts";
import { mostReaders } from "../../src/http/events.ts";
import { decisionBody } from "../../src/http/wire.ts";
import { settings } from "../core/controller/settings.ts";
import { fakeSource, fakeTime, silent } from "../daemon/fakes.ts";
import { fakeBoard, targetView } from "../support/board.ts";
import { until } from "../support/processes.ts";
import { serve } from "./serving.ts";

const path = "/v1/targets/orders/events";

const open = async (t: TestContext, port: number): Promise<IncomingMessage> => {
  const request: ClientRequest = get({ host: "127.0.0.1", port, path });
  request.on("error", () => {});
  t.after(() => request.destroy());
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
};

const sees = (what: string, holds: () => boolean) => until(what, 10_000, () => holds() || undefined, 5);

/** What was sent, whole lines only. */
const reading = (response: IncomingMessage): (() => string[]) => {
  let text = "";
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    text += chunk;
  });
  response.on("error", () => {});
  return () => text.split("\n").slice(0, -1);
};

describe("the events of a target", () => {
  it("are what replay decides the same from", async (t) => {
    const time = fakeTime(1_795_000_000_000.4);
    let lag = 0;
    const source = fakeSource((_, poll) => {
      if (poll % 20 >= 12) return { kind: "failed", failure: { kind: "unreachable", message: "gone" } };
      lag += 37 * (poll % 7);
      const at = time.clock() - 12.3;
      return {
        kind: "observed",
        observation: {
          at,
          receivedAt: at + 5.5,
          ready: lag,
          unacked: 0,
          produced: 100 * poll + lag,
          consumed: 100 * poll,
        },
      };
    });
    const daemon = createDaemon(
      {
        brokers: [{ broker: "b", type: "memory", source, pollMs: 1000, timeoutMs: 2000 }],
        targets: [
          {
            target: "orders",
            broker: "b",
            watch: { target: "orders", queue: "orders" },
            settings: settings(),
          },
        ],
        gates: new Map(),
        tenants: new Map(),
      },
      { clock: time.clock, random: () => 0.5, schedule: time.schedule, log: silent },
    );
    daemon.start();
    await time.advance(5000);
    const { board } = daemon;
    await using app = await serve(board);
    const lines = reading(await open(t, app.port));

    // What the daemon published, by the version that a reader sees.
    const published = new Map<string, string>();
    const stop = board.follow(
      "orders",
      () => {
        const { version, ...decision } = decisionBody(board.target("orders")?.decision as never);
        published.set(version, JSON.stringify(decision));
      },
      () => {},
    )?.stop;
    for (let turn = 0; turn < 400; turn += 1) {
      for (let asked = 0; asked < turn % 9; asked += 1)
        board.attempt("orders", { cost: 11, canWait: true, tenant: "default", priority: "normal" });
      await time.advance(250.3);
    }
    stop?.();
    await daemon.stop();
    const events = Math.floor((400 * 250.3) / 250) + Math.floor((400 * 250.3) / 1000);
    await sees("all lines", () => lines().length >= events);

    const player = createPlayer("orders", settings());
    const replayed = new Map<string, string>();
    for (const text of lines()) {
      const read = readLine(text);
      assert.ok(read.ok, text);
      const played = player.play(read.told);
      assert.ok(played.ok, text);
      const { version, ...decision } = decisionBody(played.decision);
      if (!replayed.has(version)) replayed.set(version, JSON.stringify(decision));
    }
    const all = [...replayed.values()];
    assert.ok(published.size > 50, String(published.size));
    for (const decision of [...published.values()].slice(1)) assert.ok(all.includes(decision), decision);
    assert.ok([...published.values()].some((one) => one.includes('"blind"')));
  });

  it("begin with the state and go on until the reader leaves", async (t) => {
    const time = fakeTime();
    const daemon = createDaemon(
      {
        brokers: [],
        targets: [{ target: "orders", broker: "b", watch: { target: "orders" }, settings: settings() }],
        gates: new Map(),
        tenants: new Map(),
      },
      { clock: time.clock, random: () => 0.5, schedule: time.schedule, log: silent },
    );
    daemon.start();
    await using app = await serve(daemon.board);
    const response = await open(t, app.port);
    assert.equal(response.headers["content-type"], "application/jsonl");
    const lines = reading(response);
    await sees("the state", () => lines().length === 1);
    assert.equal(JSON.parse(lines()[0] ?? "").event, "state");
    await time.advance(500);
    await sees("two ticks", () => lines().length === 3);
    assert.deepEqual(
      lines()
        .slice(1)
        .map((line) => JSON.parse(line).event),
      ["tick", "tick"],
    );
    await daemon.stop();
  });

  it("are refused beyond so many readers, and given again when one has left", async (t) => {
    let stopped = 0;
    const follow = () => ({
      at: 0,
      state: {} as never,
      stop: () => {
        stopped += 1;
      },
    });
    await using app = await serve(fakeBoard({ targets: [targetView("orders")], follow }));
    const readers = await Promise.all(Array.from({ length: mostReaders }, () => open(t, app.port)));
    const refused = await app.ask(path);
    assert.equal(refused.status, 503);
    assert.equal(refused.json.type, "urn:headgate:problem:tooManyReaders");
    assert.equal(refused.headers["retry-after"], "60");
    readers[0]?.destroy();
    await sees("the reader is gone", () => stopped === 1);
    const again = await open(t, app.port);
    assert.equal(again.statusCode, 200);
  });

  it("cut off a reader that does not read", async (t) => {
    const warned: unknown[] = [];
    let send = () => {};
    let stopped = false;
    const follow = (_: string, onEvent: (event: never) => void) => {
      const parts = Array.from({ length: 2000 }, (_, n) => ({ part: `orders/${n}`, end: n, committed: n }));
      send = () =>
        onEvent({ event: "observed", at: 5, observation: { at: 5, receivedAt: 5, parts } } as never);
      return {
        at: 0,
        state: {} as never,
        stop: () => {
          stopped = true;
        },
      };
    };
    const log = { ...silent, warn: (fields: unknown) => warned.push(fields) };
    await using app = await serve(fakeBoard({ targets: [targetView("orders")], follow }), { log });
    const response = await open(t, app.port);
    response.pause();
    for (let sent = 0; sent < 1000 && !stopped; sent += 1) {
      send();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(stopped, true);
    assert.equal(warned.length, 1);
    response.resume();
    const [error] = await once(response, "error");
    assert.equal((error as NodeJS.ErrnoException).code, "ECONNRESET");
  });

  it("are of a target that there is", async () => {
    await using app = await serve(fakeBoard({ targets: [targetView("orders")] }));
    assert.equal((await app.ask("/v1/targets/oders/events")).status, 404);
    assert.equal((await app.ask(path, { method: "HEAD" })).status, 200);
    assert.equal((await app.ask(path, { method: "POST" })).status, 405);
  });
});
