import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { before, deadline, deadlinePassed, withPatience } from "../../../src/adapters/kafka/deadline.ts";

const never = new AbortController().signal;
const forever = (): Promise<never> => new Promise(() => {});

/** Fails when its signal aborts. */
const stalls = (signal: AbortSignal): Promise<boolean> =>
  before(signal, forever).catch((reason) => {
    assert.equal(reason, deadlinePassed);
    return false;
  });

describe("a deadline", () => {
  it("passes with any parent, after its time, or at once", async () => {
    const parent = new AbortController();
    using inherited = deadline([never, parent.signal]);
    assert.ok(!inherited.signal.aborted);
    parent.abort();
    assert.ok(inherited.signal.aborted);
    using late = deadline([parent.signal], 60_000);
    assert.ok(late.signal.aborted);
    using timed = deadline([never], 1);
    await assert.rejects(before(timed.signal, forever), (reason) => reason === deadlinePassed);
  });

  it("begins no work after it", async () => {
    let begun = false;
    const work = async (): Promise<void> => {
      begun = true;
    };
    await assert.rejects(before(AbortSignal.abort(), work), (reason) => reason === deadlinePassed);
    assert.ok(!begun);
  });

  it("passes on what work comes to", async () => {
    assert.equal(await before(never, async () => 7), 7);
    await assert.rejects(
      before(never, () => Promise.reject(new Error("no"))),
      /no/,
    );
  });
});

describe("patience", () => {
  it("ends for what stalls, once other work has succeeded", async () => {
    const ended: boolean[] = [];
    await withPatience(never, 10, [
      async () => true,
      async (signal) => {
        ended.push(await stalls(signal));
        return false;
      },
    ]);
    assert.deepEqual(ended, [false]);
  });

  it("lasts while nothing has succeeded", async () => {
    const limit = new AbortController();
    let aborted = false;
    const all = withPatience(limit.signal, 1, [async () => false, stalls]).then(() => {
      aborted = limit.signal.aborted;
    });
    using later = deadline([never], 40);
    await before(later.signal, forever).catch(() => limit.abort());
    await all;
    assert.ok(aborted, "it waited for the poll's own end");
  });

  it("waits for nothing where there is no work", () => withPatience(never, 60_000, []));
});
