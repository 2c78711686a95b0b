import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCluster, parseAddress } from "../../../src/adapters/kafka/cluster.ts";
import { addressText } from "../../../src/adapters/kafka/connection.ts";

describe("an address", () => {
  const cases: readonly [string, string, number][] = [
    ["127.0.0.1:9093", "127.0.0.1", 9093],
    ["kafka.example.org:19092", "kafka.example.org", 19092],
    ["kafka.example.org", "kafka.example.org", 9092],
    ["[::1]:9093", "::1", 9093],
    ["[fe80::1]", "fe80::1", 9092],
  ];
  for (const [text, host, port] of cases) {
    it(`${text} is read`, () => assert.deepEqual(parseAddress(text), { host, port }));
  }
  it("is written as it is read", () => {
    assert.equal(addressText(parseAddress("[::1]:9093")), "[::1]:9093");
    assert.equal(addressText(parseAddress("kafka:9093")), "kafka:9093");
  });
});

describe("a cluster that nobody answers for", () => {
  it("tells of a broker that it has before an address of the configuration", async () => {
    const cluster = createCluster(["127.0.0.1:2"], {
      clientId: "test",
      timeoutMs: 1000,
      patienceMs: 100,
      debug: () => {},
      sent: () => {},
    });
    cluster.learn([{ id: 1, host: "127.0.0.1", port: 1 }]);
    const reply = await cluster.any(AbortSignal.timeout(5000), () => assert.fail("nobody is there"));
    cluster.close();
    assert.ok(reply.kind === "failed");
    assert.equal(reply.failure.kind, "unreachable");
    assert.match(reply.failure.message, /^127\.0\.0\.1:1: /);
  });
});
