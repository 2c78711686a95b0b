import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { until } from "./processes.ts";
import { type FaultProxy, startProxy } from "./proxy.ts";

describe("a proxy before an echo", () => {
  let server: Server;
  let proxy: FaultProxy;
  const clients: Socket[] = [];
  before(async () => {
    server = createServer((socket) => socket.on("error", () => {}).pipe(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    proxy = await startProxy((server.address() as AddressInfo).port);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await proxy.stop();
    server.close();
  });
  beforeEach(() => proxy.fault({ kind: "pass" }));

  const tryClient = ({ address }: FaultProxy): Socket => {
    const socket = connect(Number(address.split(":")[1]), "127.0.0.1").on("error", () => {});
    clients.push(socket);
    return socket;
  };
  const client = async (): Promise<{ socket: Socket; heard: () => string }> => {
    const socket = tryClient(proxy);
    let heard = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      heard += text;
    });
    await once(socket, "connect");
    return { socket, heard: () => heard };
  };
  const hears = (what: { heard: () => string }, text: string): Promise<unknown> =>
    until(`hears ${text}`, 5_000, () => what.heard() === text || undefined, 5);

  it("passes both ways", async () => {
    const one = await client();
    one.socket.write("hello");
    await hears(one, "hello");
  });

  it("stalls new and open connections, and delivers when that ends", async () => {
    const open = await client();
    open.socket.write("a");
    await hears(open, "a");
    proxy.fault({ kind: "stall" });
    const late = await client();
    open.socket.write("b");
    late.socket.write("c");
    // A connection around the proxy shows that the server would have answered by now.
    const direct = connect((server.address() as AddressInfo).port, "127.0.0.1");
    clients.push(direct);
    direct.write("d");
    await once(direct, "data");
    assert.deepEqual([open.heard(), late.heard()], ["a", ""]);
    proxy.fault({ kind: "pass" });
    await Promise.all([hears(open, "ab"), hears(late, "c")]);
  });

  it("delays answers", async () => {
    const one = await client();
    proxy.fault({ kind: "delay", ms: 100 });
    const startedAt = performance.now();
    one.socket.write("slow");
    await hears(one, "slow");
    assert.ok(performance.now() - startedAt >= 99);
  });

  it("cuts open connections and new ones", async () => {
    const open = await client();
    open.socket.write("a");
    await hears(open, "a");
    proxy.fault({ kind: "cut" });
    await until("open connection is cut", 5_000, () => open.socket.destroyed || undefined, 5);
    const late = tryClient(proxy);
    await until("a new connection is cut", 5_000, () => late.destroyed || undefined, 5);
    await until("no connections", 5_000, () => proxy.connections() === 0 || undefined, 5);
  });

  it("cuts a client whose server is away, and can be stopped twice", async () => {
    const away = await startProxy(1);
    const socket = tryClient(away);
    await until("the connection is cut", 5_000, () => socket.destroyed || undefined, 5);
    await away.stop();
    await away.stop();
  });
});
