import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  createWriter,
  cursor,
  readCompactCount,
  readCompactString,
  readCount,
  readInt8,
  readInt16,
  readInt32,
  readInt64,
  readString,
  readVarint,
  skipTags,
} from "../../../src/adapters/kafka/bytes.ts";

describe("bytes", () => {
  it("are read as they were written", () => {
    const value = fc.record({
      int8: fc.integer({ min: -128, max: 127 }),
      int16: fc.integer({ min: -32_768, max: 32_767 }),
      int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      int64: fc.maxSafeInteger(),
      varint: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      text: fc.string({ unit: "binary", maxLength: 5_000 }),
    });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), (values) => {
        const to = createWriter();
        for (const { int8, int16, int32, int64, varint, text } of values) {
          to.int8(int8)
            .int16(int16)
            .int32(int32)
            .int64(int64)
            .varint(varint)
            .string(text)
            .compactString(text);
        }
        const from = cursor(to.bytes());
        for (const expected of values) {
          const read = {
            int8: readInt8(from),
            int16: readInt16(from),
            int32: readInt32(from),
            int64: readInt64(from),
            varint: readVarint(from),
            text: readString(from),
          };
          const wellFormed = { ...expected, text: expected.text.toWellFormed() };
          assert.deepEqual(read, wellFormed);
          assert.equal(readCompactString(from), wellFormed.text);
        }
        assert.equal(from.at, from.bytes.length);
      }),
    );
  });

  it("take null for the empty string and the empty list", () => {
    assert.equal(readString(cursor(Buffer.from("ffff", "hex"))), "");
    assert.equal(readCompactString(cursor(Buffer.from("00", "hex"))), "");
    assert.equal(readCount(cursor(Buffer.from("ffffffff", "hex"))), 0);
    assert.equal(readCompactCount(cursor(Buffer.from("00", "hex"))), 0);
  });

  it("refuse what cannot be", () => {
    const cases: readonly [string, string, (from: ReturnType<typeof cursor>) => unknown][] = [
      ["a number that is cut off", "0000", readInt32],
      ["a string longer than the bytes", "000a6161", readString],
      ["a list longer than the bytes", "7fffffff00", readCount],
      ["a compact list longer than the bytes", "ffffffff0f00", readCompactCount],
      ["a varint without end", "ffffffffffffff", readVarint],
      ["a tagged field longer than the bytes", "0101ff01", skipTags],
    ];
    for (const [name, hex, read] of cases) {
      assert.throws(() => read(cursor(Buffer.from(hex, "hex"))), RangeError, name);
    }
  });
});
