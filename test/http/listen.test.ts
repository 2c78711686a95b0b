import assert from "node:assert/strict";
import { Agent, get, request } from "node:http";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { components } from "../../src/contract/openapi.ts";
import { createApp } from "../../src/http/app.ts";
import { listen } from "../../src/http/listen.ts";
import { fakeBoard, targetView } from "../support/board.ts";

const loopback = { host: "127.0.0.1", port: 0 };
const quiet = () => {};

const app = () =>
  createApp({
    board: fakeBoard({ targets: [targetView("orders")] }),
    metrics: async () => ({ contentType: "text/plain", body: "" }),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    version: "0.1.0",
    random: () => 0,
  });

/** All that the server sends until it closes the connection. */
const talk = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let received = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => {
      received += chunk;
    });
    socket.on("close", () => resolve(received));
    socket.on("error", reject);
  });

describe("a listener", () => {
  it("says where it is", async () => {
    const listener = await listen(app(), loopback);
    assert.equal(listener.address, "127.0.0.1");
    assert.equal(listener.url, `http://127.0.0.1:${listener.port}`);
    assert.equal((await fetch(`${listener.url}/healthz`)).status, 200);
    await listener.close();
    await listener.close();
  });

  it("rejects a taken port with one clear line", async () => {
    const first = await listen(app(), loopback);
    try {
      await assert.rejects(listen(app(), { host: "127.0.0.1", port: first.port }), {
        code: "EADDRINUSE",
        message: `cannot listen on 127.0.0.1:${first.port}: the port is taken; stop what holds it, or configure another port`,
      });
    } finally {
      await first.close();
    }
  });

  it("rejects an address of another machine with one clear line", () =>
    assert.rejects(listen(app(), { host: "192.0.2.1", port: 4290 }), (error: Error) => {
      assert.match(error.message, /^cannot listen on 192\.0\.2\.1:4290: no such address on this machine/);
      return !error.message.includes("\n");
    }));

  it("closes within a second, whoever is still connected", async () => {
    let begun = () => {};
    const begins = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const listener = await listen((incoming, response) => {
      // The one is answered, the other never is.
      if (incoming.url === "/answered") response.end("x");
      else begun();
    }, loopback);
    const agent = new Agent({ keepAlive: true });
    const ended = (path: string) =>
      new Promise<string>((resolve) => {
        get(`${listener.url}${path}`, { agent }, (response) => {
          response.resume();
          response.on("end", () => resolve("answered"));
        }).on("error", () => resolve("cut off"));
      });
    assert.equal(await ended("/answered"), "answered");
    const silent = connect(listener.port, "127.0.0.1");
    const silentClosed = new Promise((resolve) => silent.on("close", resolve));
    await new Promise((resolve) => silent.on("connect", resolve));
    const halfway = connect(listener.port, "127.0.0.1", () => halfway.write("GET / HTTP/1.1\r\nhost: "));
    const halfwayClosed = new Promise((resolve) => halfway.on("close", resolve));
    halfway.on("error", () => {});
    const pending = ended("/never");
    await begins;
    const startedAt = performance.now();
    await listener.close();
    assert.ok(performance.now() - startedAt < 1000);
    assert.equal(await pending, "cut off");
    await Promise.all([silentClosed, halfwayClosed]);
    agent.destroy();
  });

  it("lets an answer that is under way end", async () => {
    let answer = () => {};
    const begun = new Promise<void>((begins) => {
      answer = begins;
    });
    const held = Promise.withResolvers<void>();
    const listener = await listen(async (_request, response) => {
      answer();
      await held.promise;
      response.end("whole");
    }, loopback);
    const asked = fetch(listener.url).then((response) => response.text());
    await begun;
    const closed = listener.close();
    held.resolve();
    assert.equal(await asked, "whole");
    await closed;
  });

  const unreadable: [name: string, text: string, status: number, type: string][] = [
    ["no HTTP", "hello\r\n\r\n", 400, "malformedRequest"],
    ["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "malformedRequest"],
    [
      "an address of 100 kB",
      `GET /${"x".repeat(100_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
      431,
      "headersTooLarge",
    ],
    [
      "headers of 100 kB",
      `GET / HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(100_000)}\r\n\r\n`,
      431,
      "headersTooLarge",
    ],
    ["HTTP/1.1 without a host", "GET / HTTP/1.1\r\n\r\n", 400, "malformedRequest"],
    ["a tunnel", "CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n", 405, "methodNotAllowed"],
    [
      "a length that is none",
      "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n",
      400,
      "malformedRequest",
    ],
    [
      "two lengths at once",
      "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n",
      400,
      "malformedRequest",
    ],
  ];
  for (const [name, text, status, code] of unreadable)
    it(`answers ${name} by a problem document`, async () => {
      const listener = await listen(app(), loopback);
      try {
        const [head = "", body = ""] = (await talk(listener.port, text)).split("\r\n\r\n");
        assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `));
        assert.match(head, /\r\ncontent-type: application\/problem\+json\r\n/);
        assert.match(head, new RegExp(`\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`));
        const problem = components.Problem.parse(JSON.parse(body));
        assert.equal(problem.type, `urn:headgate:problem:${code}`);
        assert.equal(problem.status, status);
      } finally {
        await listener.close();
      }
    });

  it("answers whoever waits to be told to send a body, without asking for it", async () => {
    const listener = await listen(app(), loopback);
    try {
      const ask = (path: string) =>
        new Promise<number | string | undefined>((resolve, reject) => {
          const headers = { expect: "100-continue", "content-length": "10485760" };
          const outgoing = request(`${listener.url}${path}`, { method: "GET", headers }, (response) => {
            resolve(response.statusCode);
            outgoing.destroy();
          });
          outgoing.on("continue", () => resolve("told to send it"));
          outgoing.on("error", reject);
          outgoing.flushHeaders();
        });
      assert.equal(await ask("/v1/throttle/orders"), 413);
      assert.equal(await ask("/v1/check/orders"), 200);
    } finally {
      await listener.close();
    }
  });

  it("takes the address in the form that proxies are sent", async () => {
    const listener = await listen(app(), loopback);
    try {
      const ask = (path: string) =>
        talk(
          listener.port,
          `GET http://gate.example${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
        );
      assert.match(await ask("/v1/throttle/orders?cost=2"), /^HTTP\/1\.1 200 /);
      assert.match(await ask("/v1/targets"), /^HTTP\/1\.1 200 /);
      assert.match(await ask(""), /^HTTP\/1\.1 200 .*text\/html/s);
    } finally {
      await listener.close();
    }
  });
});
