import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { Broker } from "../../../src/adapters/kafka/cluster.ts";
import { type Group, newGroup } from "../../../src/adapters/kafka/group.ts";
import { membershipOf, readMembership } from "../../../src/adapters/kafka/membership.ts";
import type { Call } from "../../../src/adapters/kafka/protocol/call.ts";
import type { GroupState } from "../../../src/core/observation.ts";

const notFound = 69;
const dead = { error: 0, state: "Dead", protocolType: "", members: 0 };
const absent = { error: notFound, state: "", protocolType: "consumer", members: 0 };
const stable = { error: 0, state: "Stable", protocolType: "consumer", members: 2 };

const all = new Map([15, 16, 69].map((key) => [key, { min: 0, max: 6 }]));

describe("membership", () => {
  let asked: string[];
  /** What the broker says to each call; a call that is missing fails. */
  let says: Record<string, unknown>;
  let group: Group;
  beforeEach(() => {
    asked = [];
    says = {};
    group = newGroup("billing");
  });

  const read = async (now = 0, versions: Broker["versions"] = all) => {
    const broker: Broker = {
      versions,
      ask: async <T>({ request: { apiName } }: Call<T>) => {
        asked.push(apiName);
        return apiName in says
          ? { kind: "answered", answer: says[apiName] as T }
          : { kind: "failed", failure: { kind: "timeout", message: "no answer" } };
      },
    };
    const found = await readMembership(broker, [group], now, 60_000, new AbortController().signal);
    return found.get("billing");
  };

  it("of a classic group takes one request", async () => {
    says = { DescribeGroups: new Map([["billing", stable]]) };
    assert.deepEqual(await read(), { state: "stable", members: 2 });
    assert.deepEqual(asked, ["DescribeGroups"]);
  });

  it("of a group of the new protocol takes a second request once, and one from then on", async () => {
    says = {
      DescribeGroups: new Map([["billing", dead]]),
      ConsumerGroupDescribe: new Map([["billing", stable]]),
    };
    assert.deepEqual(await read(), { state: "stable", members: 2 });
    assert.deepEqual(asked, ["DescribeGroups", "ConsumerGroupDescribe"]);
    asked = [];
    assert.deepEqual(await read(), { state: "stable", members: 2 });
    assert.deepEqual(asked, ["ConsumerGroupDescribe"]);
  });

  it("follows a group back to the classic protocol", async () => {
    group.protocol = "consumer";
    says = {
      DescribeGroups: new Map([["billing", stable]]),
      ConsumerGroupDescribe: new Map([["billing", absent]]),
    };
    assert.deepEqual(await read(), { state: "stable", members: 2 });
    assert.equal(group.protocol, "classic");
  });

  it("is dead only where neither call knows it and it is of no other kind", async () => {
    says = {
      DescribeGroups: new Map([["billing", dead]]),
      ConsumerGroupDescribe: new Map([["billing", absent]]),
      ListGroups: { error: 0, groups: new Map() },
    };
    assert.deepEqual(await read(), { state: "dead", members: 0 });
    assert.deepEqual(asked, ["DescribeGroups", "ConsumerGroupDescribe", "ListGroups"]);
    asked = [];
    assert.deepEqual(await read(59_999), { state: "dead", members: 0 });
    assert.ok(!asked.includes("ListGroups"), "the list is long and comes at the slow pace");
    await read(60_000);
    assert.ok(asked.includes("ListGroups"));
  });

  it("tells share and streams groups", async () => {
    says = {
      DescribeGroups: new Map([["billing", dead]]),
      ConsumerGroupDescribe: new Map([["billing", absent]]),
      ListGroups: { error: 0, groups: new Map([["billing", "share"]]) },
    };
    assert.deepEqual(await read(), { state: "unknown", other: "share" });
    assert.deepEqual(await read(1), { state: "unknown", other: "share" });
    says = { ...says, ListGroups: { error: 0, groups: new Map([["billing", "streams"]]) } };
    assert.deepEqual(await read(60_000), { state: "unknown", other: "streams" });
    says = { DescribeGroups: new Map([["billing", stable]]) };
    assert.deepEqual(await read(60_001), { state: "stable", members: 2 });
    assert.equal(group.other, undefined);
  });

  it("is unknown where it cannot be asked", async () => {
    assert.deepEqual(await read(), { state: "unknown" });
    says = { DescribeGroups: new Map([["billing", dead]]) };
    assert.deepEqual(await read(), { state: "unknown" }, "dead is not said on one call's word");
    says = { ...says, ConsumerGroupDescribe: new Map([["billing", { ...absent, error: 24 }]]) };
    assert.deepEqual(await read(), { state: "unknown" });
    assert.equal(group.protocol, "classic", "an error tells nothing of the protocol");
    says = { DescribeGroups: new Map([["billing", { ...dead, error: 30 }]]) };
    assert.deepEqual(await read(), { state: "unknown" });
  });

  it("is the classic call's word where the broker has no other", async () => {
    says = { DescribeGroups: new Map([["billing", dead]]) };
    assert.deepEqual(await read(0, new Map([[15, { min: 0, max: 5 }]])), { state: "dead", members: 0 });
    says = { ...says, ConsumerGroupDescribe: new Map([["billing", { ...absent, error: 35 }]]) };
    const without = new Map([...all].filter(([key]) => key !== 16));
    assert.deepEqual(await read(0, without), { state: "dead", members: 0 }, "the new protocol is turned off");
  });
});

describe("a group's state", () => {
  const words: readonly [string, GroupState][] = [
    ["Stable", "stable"],
    ["Empty", "empty"],
    ["PreparingRebalance", "rebalancing"],
    ["CompletingRebalance", "rebalancing"],
    ["Assigning", "rebalancing"],
    ["Reconciling", "rebalancing"],
    ["SomethingNew", "unknown"],
  ];
  for (const [word, state] of words) {
    it(`${word} is ${state}`, () =>
      assert.deepEqual(membershipOf({ ...stable, state: word }), { state, members: 2 }));
  }

  it("is unknown for a group that only commits, which always looks empty", () => {
    assert.deepEqual(membershipOf({ ...stable, state: "Empty", protocolType: "", members: 0 }), {
      state: "unknown",
    });
  });
});
