import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { override } from "../../src/cli/override.ts";
import { serve } from "../http/serving.ts";
import { fakeBoard, targetView } from "../support/board.ts";
import { captured } from "./io.ts";

/** A board whose target says back what it was told. */
const obeying = () => {
  let view = targetView("orders");
  const told: unknown[] = [];
  const board = fakeBoard({
    targets: [view],
    override: (_, value) => {
      told.push(value);
      view = targetView("orders", { decision: { override: value } });
      return view;
    },
  });
  return { board, told };
};

describe("headgate override", () => {
  it("puts one in force and says what holds now", async () => {
    const { board, told } = obeying();
    await using app = await serve(board);
    const io = captured({ USER: "ada" });
    const args = ["orders", "--rate", "30", "--for", "10m", "--note", "why", "--url", app.url];
    assert.equal(await override(args, io), 0, io.errors());
    assert.deepEqual(told, [
      { kind: "rate", rate: 30, note: "why", author: "ada", until: board.now() + 600_000 },
    ]);
    assert.equal(
      io.output(),
      `orders: ${targetView("orders").decision.reason.text}\nuntil 2026-11-23T19:30:02.000Z\n`,
    );
  });

  it("ends it", async () => {
    const { board } = obeying();
    await using app = await serve(board);
    const io = captured();
    assert.equal(await override(["orders", "--clear", "--url", app.url], io), 0, io.errors());
    assert.equal(io.output(), "orders: no override\n");
  });

  it("gives the answer as it came", async () => {
    const { board } = obeying();
    await using app = await serve(board);
    const io = captured();
    assert.equal(await override(["orders", "--closed", "--for", "1m", "--json", "--url", app.url], io), 0);
    assert.equal(JSON.parse(io.output()).override.kind, "closed");
  });

  it("says what the daemon refused", async () => {
    await using app = await serve(obeying().board);
    const unknown = captured();
    assert.equal(await override(["oders", "--open", "--for", "1m", "--url", app.url], unknown), 1);
    assert.match(unknown.errors(), /There is no target "oders"; did you mean orders\?/);
    const long = captured();
    assert.equal(
      await override(["orders", "--open", "--for", "8d", "--note", "a\nb", "--url", app.url], long),
      1,
    );
    assert.match(long.errors(), /ttlMs: 691200000; allowed is milliseconds, from 1000.*\n {2}note: /);
  });

  const wrong: [args: string[], says: RegExp][] = [
    [[], /^one of --rate, /],
    [["orders", "--for", "1m"], /^one of --rate, /],
    [["orders", "--open", "--closed", "--for", "1m"], /^one of --rate, /],
    [["orders", "--open"], /^--for says how long/],
    [["orders", "--open", "--for", "10"], /^--for says how long/],
    [["orders", "--rate", "0", "--for", "1m"], /^--rate: "0" is not a number/],
    [["orders", "more", "--open", "--for", "1m"], /^usage: /],
  ];
  for (const [args, says] of wrong)
    it(`says what is wrong with: ${args.join(" ")}`, async () => {
      const io = captured();
      assert.equal(await override(args, io), 2);
      assert.match(io.errors(), says);
    });
});
