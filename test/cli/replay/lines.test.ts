import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Line, linesOf } from "../../../src/cli/replay/lines.ts";

const all = async (chunks: readonly (string | Buffer)[], longest?: number): Promise<Line[]> => {
  async function* input() {
    yield* chunks;
  }
  const lines: Line[] = [];
  for await (const line of linesOf(input(), longest)) lines.push(line);
  return lines;
};

describe("lines", () => {
  const cases: [name: string, chunks: string[], lines: (string | undefined)[]][] = [
    ["nothing", [], []],
    ["one that ends", ["a\n"], ["a"]],
    ["one that does not end", ["a"], ["a"]],
    ["several in one chunk", ["a\nb\n\nc"], ["a", "b", "", "c"]],
    ["one over several chunks", ["a", "b", "c\nd"], ["abc", "d"]],
    ["one that is too long, and goes on after it", ["12345678", "9\nok\n"], [undefined, "ok"]],
    ["one as long as it may be", ["12345\n"], ["12345"]],
    ["one that is too long and does not end", ["1234567"], [undefined]],
  ];
  for (const [name, chunks, lines] of cases)
    it(name, async () => {
      const read = await all(chunks, 5);
      assert.deepEqual(
        read.map(({ text }) => text),
        lines,
      );
      assert.deepEqual(
        read.map(({ number }) => number),
        lines.map((_, index) => index + 1),
      );
    });

  it("however the bytes are cut", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\n"))),
        fc.integer({ min: 1, max: 7 }),
        async (texts, size) => {
          const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(""));
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
            bytes.subarray(index * size, (index + 1) * size),
          );
          const read = await all(chunks);
          assert.deepEqual(
            read.map(({ text }) => text),
            texts,
          );
        },
      ),
    ));

  it("gives a line as soon as it ends", async () => {
    let ended = false;
    async function* input() {
      yield "a\n";
      await new Promise((resolve) => setImmediate(resolve));
      ended = true;
    }
    for await (const { text } of linesOf(input())) {
      assert.equal(text, "a");
      assert.equal(ended, false);
    }
    assert.equal(ended, true);
  });
});
