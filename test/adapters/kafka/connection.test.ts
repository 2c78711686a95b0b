/** A connection against servers that are no Kafka, or none any more. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, it } from "node:test";
import { type Connection, createConnection, type Reply } from "../../../src/adapters/kafka/connection.ts";
import { deadline } from "../../../src/adapters/kafka/deadline.ts";
import { findCoordinator } from "../../../src/adapters/kafka/protocol/findCoordinator.ts";
import { recorded } from "./recorded.ts";

const never = new AbortController().signal;

interface Server {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** `onRequest` has each frame's correlation id, as the client sends whole frames. */
const serve = async (
  onRequest: (socket: Socket, correlation: number, count: number) => void,
): Promise<Server> => {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    socket.on("data", (frame) => {
      count += 1;
      onRequest(socket, frame.readInt32BE(8), count);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};

const frame = (correlation: number, hex: string): Buffer => {
  const body = Buffer.from(hex, "hex");
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + body.length);
  head.writeInt32BE(correlation, 4);
  return Buffer.concat([head, body]);
};

/** ApiVersions of version 2: no error; one call, FindCoordinator (10), from 0 to 4; no throttling. */
const versions = ["0000", "00000001", "000a", "0000", "0004", "00000000"].join("");

const withServer = async (
  onRequest: (socket: Socket, correlation: number, count: number) => void,
  use: (connection: Connection, server: Server, sent: string[]) => Promise<void>,
): Promise<void> => {
  const server = await serve(onRequest);
  const sent: string[] = [];
  const connection = createConnection(
    { host: "127.0.0.1", port: server.port },
    { clientId: "test", timeoutMs: 5_000, debug: () => {}, sent: (name) => sent.push(name) },
  );
  try {
    await use(connection, server, sent);
  } finally {
    connection.close();
    await server.close();
  }
};

const failureOf = (reply: Reply<unknown>) => (reply.kind === "failed" ? reply.failure : undefined);

describe("a connection", () => {
  const answering = (socket: Socket, correlation: number, count: number): void => {
    socket.write(frame(correlation, count === 1 ? versions : recorded.findCoordinator.answer));
  };

  it("asks for versions once, then what it is asked to", async () => {
    await withServer(answering, async (connection, server, sent) => {
      const reply = await connection.connect(never);
      assert.deepEqual(reply.kind === "answered" && [...reply.answer], [[10, { min: 0, max: 4 }]]);
      await connection.connect(never);
      const answer = await connection.ask(findCoordinator(["billing"]), never);
      assert.equal(answer.kind === "answered" && answer.answer.get("billing")?.node, 1);
      assert.deepEqual(sent, ["ApiVersions", "FindCoordinator"]);
      assert.equal(server.sockets.size, 1);
    });
  });

  it("falls back to the first version of ApiVersions where the broker knows no later one", async () => {
    // Error 35 and an empty list; then version 0, which has no throttle time.
    const old = (socket: Socket, correlation: number, count: number): void => {
      socket.write(frame(correlation, count === 1 ? "002300000000" : versions.slice(0, -8)));
    };
    await withServer(old, async (connection) => {
      const reply = await connection.connect(never);
      assert.deepEqual(reply.kind === "answered" && [...reply.answer], [[10, { min: 0, max: 4 }]]);
    });
  });

  it("is over when the deadline passes, and fails what else is under way", async () => {
    const stalling = (socket: Socket, correlation: number, count: number): void => {
      if (count === 1) socket.write(frame(correlation, versions));
    };
    await withServer(stalling, async (connection, server) => {
      await connection.connect(never);
      using limit = deadline([never], 50);
      const replies = await Promise.all([
        connection.ask(findCoordinator(["a"]), limit.signal),
        connection.ask(findCoordinator(["b"]), never),
      ]);
      for (const reply of replies) assert.equal(failureOf(reply)?.kind, "timeout");
      assert.ok(!connection.open());
      const [socket] = server.sockets;
      if (socket !== undefined) await once(socket, "close");
      const late = await connection.ask(findCoordinator(["c"]), never);
      assert.equal(failureOf(late)?.kind, "timeout", "nothing more is sent on it");
    });
  });

  it("sends nothing after the deadline", async () => {
    await withServer(answering, async (connection, server, sent) => {
      const reply = await connection.connect(AbortSignal.abort());
      assert.equal(reply.kind, "failed");
      assert.deepEqual([sent, server.sockets.size], [[], 0]);
    });
  });

  it("is unreachable where nobody listens", async () => {
    const server = await serve(() => {});
    await server.close();
    const connection = createConnection(
      { host: "127.0.0.1", port: server.port },
      { clientId: "test", timeoutMs: 5_000, debug: () => {}, sent: () => {} },
    );
    const failure = failureOf(await connection.connect(never));
    assert.equal(failure?.kind, "unreachable");
    assert.equal(failure?.message, `127.0.0.1:${server.port}: connect ECONNREFUSED 127.0.0.1:${server.port}`);
  });

  it("is unreachable when the broker hangs up", async () => {
    for (const hangUp of ["end", "resetAndDestroy"] as const) {
      await withServer(
        (socket) => socket[hangUp](),
        async (connection) => {
          assert.equal(failureOf(await connection.connect(never))?.kind, "unreachable", hangUp);
          assert.ok(!connection.open());
        },
      );
    }
  });

  const noise: readonly [string, Buffer][] = [
    ["a web server", Buffer.from("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")],
    ["a frame of negative length", Buffer.from("ffffff00ffffffffffffffffffffffff", "hex")],
    ["a frame without content", Buffer.from("00000000", "hex")],
    ["a frame of less than a correlation id", Buffer.from("00000002aaaa", "hex")],
  ];
  for (const [name, bytes] of noise) {
    it(`is no Kafka where ${name} answers`, async () => {
      await withServer(
        (socket) => socket.write(bytes),
        async (connection) => {
          using limit = deadline([never], 1_000);
          const failure = failureOf(await connection.connect(limit.signal));
          assert.equal(failure?.kind, "protocol", failure?.message);
          assert.ok(!connection.open());
        },
      );
    });
  }

  it("outlives an answer that makes no sense", async () => {
    const senseless = (socket: Socket, correlation: number, count: number): void => {
      socket.write(
        frame(correlation, count === 1 ? versions : count === 2 ? "0000" : recorded.findCoordinator.answer),
      );
    };
    await withServer(senseless, async (connection) => {
      await connection.connect(never);
      assert.equal(failureOf(await connection.ask(findCoordinator(["a"]), never))?.kind, "protocol");
      assert.equal((await connection.ask(findCoordinator(["a"]), never)).kind, "answered");
    });
  });

  it("closes in the midst of anything, more than once", async () => {
    await withServer(
      () => {},
      async (connection) => {
        const reply = connection.connect(never);
        connection.close();
        connection.close();
        assert.equal(failureOf(await reply)?.kind, "unreachable");
      },
    );
  });
});
