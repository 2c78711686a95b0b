import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type KafkaRequest, requestReader } from "./kafkaFrames.ts";

const frame = (apiKey: number, version: number, clientId: string | null, bodyBytes: number): Buffer => {
  const client = Buffer.from(clientId ?? "");
  const bytes = Buffer.alloc(14 + client.length + bodyBytes, 7);
  bytes.writeInt32BE(bytes.length - 4, 0);
  bytes.writeInt16BE(apiKey, 4);
  bytes.writeInt16BE(version, 6);
  bytes.writeInt32BE(1, 8);
  bytes.writeInt16BE(clientId === null ? -1 : client.length, 12);
  client.copy(bytes, 14);
  return bytes;
};

const readAll = (bytes: Buffer, cuts: readonly number[]): readonly KafkaRequest[] => {
  const seen: KafkaRequest[] = [];
  const read = requestReader((request) => seen.push(request));
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  for (const [index, place] of places.entries()) read(bytes.subarray(place, places[index + 1]));
  return seen;
};

describe("reading requests", () => {
  it("names the call, its version and its client", () => {
    const bytes = Buffer.concat([frame(9, 8, "billing", 40), frame(2, 5, null, 0), frame(999, 0, "", 3)]);
    assert.deepEqual(readAll(bytes, []), [
      { api: "OffsetFetch", version: 8, clientId: "billing" },
      { api: "ListOffsets", version: 5, clientId: "" },
      { api: "api 999", version: 0, clientId: "" },
    ]);
  });

  it("tells each once, however the bytes are cut", () => {
    const requests = fc.array(fc.tuple(fc.constantFrom(0, 1, 3, 9), fc.string(), fc.nat(200)), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(requests, fc.array(fc.nat()), (all, cuts) => {
        const bytes = Buffer.concat(all.map(([api, client, body]) => frame(api, 1, client, body)));
        assert.deepEqual(readAll(bytes, cuts), readAll(bytes, []));
        assert.equal(readAll(bytes, cuts).length, all.length);
      }),
    );
  });
});
