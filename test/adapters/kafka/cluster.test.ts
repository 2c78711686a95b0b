import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseAddress } from "../../../src/adapters/kafka/cluster.ts";
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
