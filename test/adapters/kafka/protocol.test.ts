/** Each call of the protocol against bytes that a real broker has taken and given. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Call } from "../../../src/adapters/kafka/protocol/call.ts";
import { consumerGroupDescribe } from "../../../src/adapters/kafka/protocol/consumerGroupDescribe.ts";
import { describeConfigs } from "../../../src/adapters/kafka/protocol/describeConfigs.ts";
import { describeGroups } from "../../../src/adapters/kafka/protocol/describeGroups.ts";
import { fetchBatches } from "../../../src/adapters/kafka/protocol/fetch.ts";
import { findCoordinator } from "../../../src/adapters/kafka/protocol/findCoordinator.ts";
import { listGroups } from "../../../src/adapters/kafka/protocol/listGroups.ts";
import { listOffsets } from "../../../src/adapters/kafka/protocol/listOffsets.ts";
import { metadata } from "../../../src/adapters/kafka/protocol/metadata.ts";
import { offsetFetch } from "../../../src/adapters/kafka/protocol/offsetFetch.ts";
import { recorded } from "./recorded.ts";

interface Case {
  readonly name: keyof typeof recorded;
  /** The call, and what its reading comes to. */
  make(): { call: Call<unknown>; result: (answer: unknown) => unknown };
  readonly expected: unknown;
}

const own = (answer: unknown): unknown => answer;

/** For calls that tell what they find piece by piece. */
const collecting = (make: (found: (...piece: unknown[]) => void) => Call<unknown>) => () => {
  const pieces: unknown[][] = [];
  return { call: make((...piece) => pieces.push(piece)), result: () => pieces };
};

const orders = {
  error: 0,
  name: "orders",
  id: "0543b1e30fba4040a5f4a9a1a63c8029",
  leaders: Int32Array.of(1, 1),
};
const gone = { error: 3, name: "gone", id: undefined, leaders: new Int32Array() };
const nodes = [{ id: 1, host: "127.0.0.1", port: 22201 }];
const coordinator = { error: 0, node: 1 };

const cases: readonly Case[] = [
  {
    name: "offsetFetch",
    make: () => ({ call: offsetFetch(["billing", "modern", "nobody"]), result: own }),
    expected: new Map([
      [
        "billing",
        {
          error: 0,
          topics: new Map([["orders", { partitions: Int32Array.of(0, 1), offsets: Float64Array.of(2, 1) }]]),
        },
      ],
      [
        "modern",
        {
          error: 0,
          topics: new Map([["orders", { partitions: Int32Array.of(0, 1), offsets: Float64Array.of(3, 2) }]]),
        },
      ],
      ["nobody", { error: 0, topics: new Map() }],
    ]),
  },
  {
    name: "listOffsets",
    make: collecting((found) =>
      listOffsets(
        3,
        "lastStable",
        new Map([
          ["orders", [0, 1]],
          ["gone", [0]],
        ]),
        found,
      ),
    ),
    expected: [
      ["orders", 0, 0, 3],
      ["orders", 1, 0, 2],
      ["gone", 0, 3, -1],
    ],
  },
  {
    name: "describeGroups",
    make: () => ({ call: describeGroups(2, ["billing", "modern", "nobody"]), result: own }),
    expected: new Map([
      ["billing", { error: 0, state: "Stable", protocolType: "consumer", members: 1 }],
      ["modern", { error: 0, state: "Dead", protocolType: "", members: 0 }],
      ["nobody", { error: 0, state: "Dead", protocolType: "", members: 0 }],
    ]),
  },
  {
    name: "consumerGroupDescribe",
    make: () => ({ call: consumerGroupDescribe(["modern", "billing"]), result: own }),
    expected: new Map([
      ["modern", { error: 0, state: "Stable", protocolType: "consumer", members: 1 }],
      ["billing", { error: 69, state: "", protocolType: "consumer", members: 0 }],
    ]),
  },
  {
    name: "listGroups",
    make: () => ({ call: listGroups(["consumer"]), result: own }),
    expected: { error: 0, groups: new Map([["modern", "consumer"]]) },
  },
  {
    name: "findCoordinator",
    make: () => ({ call: findCoordinator(["billing", "modern"]), result: own }),
    expected: new Map([
      ["billing", coordinator],
      ["modern", coordinator],
    ]),
  },
  {
    name: "metadata9",
    make: () => ({ call: metadata(9, ["orders", "gone"]), result: own }),
    expected: { nodes, topics: [{ ...orders, id: undefined }, gone] },
  },
  {
    name: "metadata10",
    make: () => ({ call: metadata(10, ["orders"]), result: own }),
    expected: { nodes, topics: [orders] },
  },
  {
    name: "metadata12",
    make: () => ({ call: metadata(12, ["orders", "gone"]), result: own }),
    expected: { nodes, topics: [orders, gone] },
  },
  {
    name: "describeConfigs",
    make: () => ({
      call: describeConfigs(2, ["orders", "gone"], ["retention.ms", "cleanup.policy"]),
      result: own,
    }),
    expected: new Map([
      [
        "orders",
        {
          error: 0,
          values: new Map([
            ["cleanup.policy", "compact,delete"],
            ["retention.ms", "3600000"],
          ]),
        },
      ],
      ["gone", { error: 3, values: new Map() }],
    ]),
  },
  {
    name: "fetch",
    make: collecting((found) =>
      fetchBatches(
        [
          { topic: "orders", partition: 0, offset: 1 },
          { topic: "orders", partition: 1, offset: 1 },
        ],
        found,
      ),
    ),
    expected: [
      ["orders", 0, { error: 0, reached: 3, lastMessage: 1 }],
      ["orders", 1, { error: 0, reached: 2, lastMessage: -1 }],
    ],
  },
];

const decode = async ({ response }: Call<unknown>, bytes: Buffer): Promise<unknown> =>
  response.parse(await response.decode(bytes));

describe("calls of the protocol", () => {
  for (const { name, make, expected } of cases) {
    it(`${name} writes what the broker took`, async () => {
      const { request } = make().call;
      assert.equal((await request.encode()).buffer.toString("hex"), recorded[name].request);
    });

    it(`${name} reads what the broker gave`, async () => {
      const { call, result } = make();
      const answer = await decode(call, Buffer.from(recorded[name].answer, "hex"));
      assert.deepEqual(result(answer), expected);
    });

    it(`${name} refuses an answer that is cut off`, async () => {
      const whole = Buffer.from(recorded[name].answer, "hex");
      // Metadata ends in a field that is not read, and each flexible answer in an empty section of tags.
      for (let length = 0; length < whole.length - 5; length += 1) {
        await assert.rejects(decode(make().call, whole.subarray(0, length)), RangeError, `${length} bytes`);
      }
    });
  }

  it("tells the connection how long to hold back", async () => {
    const bytes = Buffer.from(recorded.describeGroups.answer, "hex");
    bytes.writeInt32BE(1_500);
    const decoded = (await describeGroups(2, []).response.decode(bytes)) as {
      clientSideThrottleTime: number;
    };
    assert.equal(decoded.clientSideThrottleTime, 1_500);
  });

  it("passes over tagged fields that it does not know", async () => {
    const plain = recorded.findCoordinator.answer;
    // One field with tag 5 and two bytes, in the header of the answer.
    const tagged = Buffer.from(`010502aabb${plain.slice(2)}`, "hex");
    assert.deepEqual(
      await decode(findCoordinator(["billing"]), tagged),
      await decode(findCoordinator(["billing"]), Buffer.from(plain, "hex")),
    );
  });

  it("marks a partition's commit that could not be read", async () => {
    const hex = recorded.offsetFetch.answer;
    // The first partition's error code follows its offset, epoch and empty metadata.
    const at = hex.indexOf("0000000000000002ffffffff01") + 26;
    const erring = `${hex.slice(0, at)}001d${hex.slice(at + 4)}`;
    const answer = (await decode(offsetFetch([]), Buffer.from(erring, "hex"))) as Map<
      string,
      { topics: Map<string, { offsets: Float64Array }> }
    >;
    assert.deepEqual(answer.get("billing")?.topics.get("orders")?.offsets, Float64Array.of(Number.NaN, 1));
  });

  it("stops at a batch that claims to end before it begins", async () => {
    const hex = recorded.fetch.answer;
    // The length of the first batch, behind its base offset.
    const at = hex.indexOf("0000000000000000000000430000") + 16;
    const broken = Buffer.from(`${hex.slice(0, at)}ffffff00${hex.slice(at + 8)}`, "hex");
    const found: unknown[] = [];
    await decode(
      fetchBatches([], (...piece) => found.push(piece)),
      broken,
    );
    assert.deepEqual(found[0], ["orders", 0, { error: 0, reached: 2, lastMessage: 1 }]);
  });
});
