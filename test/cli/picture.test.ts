import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { drawPicture } from "../../src/cli/demo/picture.ts";
import { targetView } from "../support/board.ts";

const looks = Array.from({ length: 60 }, (_, seconds) => ({
  seconds,
  view: targetView("orders"),
  lagSeconds: seconds / 10,
  sent: 450 - seconds,
  consumersCan: 500,
}));
const events = Array.from({ length: 9 }, (_, second) => `${second} s  ${"something happened; ".repeat(9)}`);

describe("the demo's picture", () => {
  for (const color of [true, false])
    for (const [width, height] of [
      [200, 60],
      [80, 24],
      [60, 20],
      [20, 5],
    ] as const)
      it(`fits a terminal of ${width} × ${height}${color ? " in colour" : ""}, with room for the cursor`, () => {
        const setup = { url: "http://127.0.0.1:4290", setpointSeconds: 5, width, height, color };
        const lines = drawPicture(looks, events, setup);
        assert.ok(lines.length < height, `${lines.length} lines`);
        for (const line of lines) {
          const shown = stripVTControlCharacters(line);
          assert.ok(shown.length <= width, shown);
          assert.doesNotMatch(shown, /\n/);
        }
      });

  it("shows both charts and the last events on a small terminal", () => {
    const setup = { url: "http://127.0.0.1:4290", setpointSeconds: 5, width: 80, height: 24, color: false };
    const text = drawPicture(looks, events, setup).join("\n");
    for (const part of [/^lag \(seconds\)/m, /^rate \(messages per second\)/m, /^8 s {2}something/m])
      assert.match(text, part);
  });
});
