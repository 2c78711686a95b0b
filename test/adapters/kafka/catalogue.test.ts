import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { type Catalogue, createCatalogue } from "../../../src/adapters/kafka/catalogue.ts";
import type { Cluster } from "../../../src/adapters/kafka/cluster.ts";
import type { Reply } from "../../../src/adapters/kafka/connection.ts";
import type { Metadata, TopicMetadata } from "../../../src/adapters/kafka/protocol/metadata.ts";

const signal = new AbortController().signal;
const here: TopicMetadata = { name: "orders", error: 0, id: "a", leaders: Int32Array.of(1) };
const gone: TopicMetadata = { name: "orders", error: 3, id: undefined, leaders: new Int32Array() };

describe("the catalogue", () => {
  let now: number;
  let asked: number;
  let says: Reply<Metadata>;
  let catalogue: Catalogue;
  beforeEach(() => {
    now = 0;
    asked = 0;
    says = { kind: "answered", answer: { nodes: [], topics: [here] } };
    const cluster: Cluster = {
      patienceMs: 1_000,
      reach: () => assert.fail("no node is asked by its id"),
      any: async <T>() => {
        asked += 1;
        return says as Reply<T>;
      },
      learn: () => {},
      close: () => {},
    };
    catalogue = createCatalogue({
      cluster,
      clock: () => now,
      paceMs: 60_000,
      unsettled: { firstMs: 1_000, mostMs: 10_000 },
    });
  });
  const refresh = () => catalogue.refresh(new Set(["orders"]), signal);

  it("asks when a topic is new, when doubted, and when its pace says so", async () => {
    await refresh();
    assert.equal(catalogue.topic("orders")?.leaders[0], 1);
    now = 59_999;
    await refresh();
    assert.equal(asked, 1);
    now = 60_000;
    await refresh();
    assert.equal(asked, 2);
    catalogue.doubt();
    await refresh();
    await refresh();
    assert.equal(asked, 3);
  });

  it("asks for a topic that is gone ever less often, until it is back", async () => {
    says = { kind: "answered", answer: { nodes: [], topics: [gone] } };
    const askedAt: number[] = [];
    for (; now < 40_000; now += 500) {
      const before = asked;
      await refresh();
      if (asked > before) askedAt.push(now);
    }
    assert.deepEqual(askedAt, [0, 1_000, 3_000, 7_000, 15_000, 25_000, 35_000]);
    assert.deepEqual(catalogue.present(["orders"]), []);
    says = { kind: "answered", answer: { nodes: [], topics: [here] } };
    now = 45_000;
    await refresh();
    assert.equal(catalogue.present(["orders"]).length, 1);
  });

  it("keeps what it knows when nobody answers, and asks again", async () => {
    await refresh();
    catalogue.doubt();
    says = { kind: "failed", failure: { kind: "timeout", message: "no answer" } };
    assert.equal((await refresh())?.kind, "timeout");
    assert.equal(catalogue.present(["orders"]).length, 1);
    await refresh();
    assert.equal(asked, 3);
  });

  it("forgets what is not looked at any more", async () => {
    await refresh();
    catalogue.keep(new Set());
    assert.equal(catalogue.topic("orders"), undefined);
  });
});
