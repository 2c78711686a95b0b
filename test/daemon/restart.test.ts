/** What a daemon saved is what the next one goes on from. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Saved, Store } from "../../src/core/ports.ts";
import { createDaemon } from "../../src/daemon/daemon.ts";
import { settings } from "../core/controller/settings.ts";
import { type FakeTime, fakeSource, fakeTime, silent } from "./fakes.ts";

/** Keeps what it is given as JSON, as a file would. */
const memoryStore = (): Store & { saved(): Saved[] } => {
  const rows = new Map<string, string>();
  return {
    load: async () => [],
    save({ value, ...key }) {
      const name = `${key.target} ${key.kind}`;
      if (value === null) rows.delete(name);
      else rows.set(name, JSON.stringify({ ...key, value }));
    },
    view: () => {
      throw new Error("nobody asks");
    },
    stop: async () => {},
    saved: () => [...rows.values()].map((row) => JSON.parse(row)),
  };
};

/** Consumers complete 100/s, with 2,000 messages before them. */
const busyOn = (time: FakeTime, store: Store, saved: Saved[] = [], queue = "orders") =>
  createDaemon(
    {
      brokers: [
        {
          broker: "b",
          type: "memory",
          source: fakeSource(() => {
            const at = time.clock();
            const consumed = 100 * Math.floor(at / 1000);
            const counts = { ready: 2000, unacked: 0, produced: consumed + 2000, consumed };
            return { kind: "observed", observation: { at, receivedAt: at, ...counts } };
          }),
          pollMs: 1000,
          timeoutMs: 2000,
        },
      ],
      targets: [{ target: "orders", broker: "b", watch: { target: "orders", queue }, settings: settings() }],
      gates: new Map(),
      tenants: new Map(),
      saved,
    },
    { clock: time.clock, random: () => 0.5, schedule: time.schedule, log: silent, store },
  );

const learned = async () => {
  const time = fakeTime();
  const store = memoryStore();
  const daemon = busyOn(time, store);
  daemon.start();
  await time.advance(60_000);
  for (let asked = 0; asked < 500; asked += 1)
    daemon.board.attempt("orders", { cost: 1, canWait: false, tenant: "default", priority: "normal" });
  await time.advance(2000);
  return { time, store, daemon };
};

describe("a restart", () => {
  it("goes on with what was learned, at the rate that was held", async () => {
    const { time, store, daemon } = await learned();
    const { rate } = daemon.board.target("orders")?.decision ?? {};
    assert.ok(typeof rate === "number");
    // Killed: nothing is saved any more. 10 s later another one starts.
    const saved = store.saved();
    await daemon.stop();
    await time.advance(10_000);
    const next = busyOn(time, store, saved);
    const blind = next.board.target("orders");
    assert.equal(blind?.decision.state, "blind");
    assert.ok((blind?.decision.rate ?? Number.POSITIVE_INFINITY) <= rate);
    assert.equal(blind?.assessment.capacity, daemon.board.target("orders")?.assessment.capacity);
    next.start();
    await time.advance(1100);
    const seen = next.board.target("orders");
    assert.notEqual(seen?.decision.state, "blind");
    assert.ok(Math.abs((seen?.assessment.capacity ?? 0) - 100) < 5, String(seen?.assessment.capacity));
    assert.ok(
      Math.abs((seen?.decision.rate ?? 0) / rate - 1) < 0.2,
      `${seen?.decision.rate}, ${rate} before`,
    );
    await next.stop();
  });

  it("keeps an override until it ends", async () => {
    const { time, store, daemon } = await learned();
    const until = time.clock() + 20_000;
    const override = { kind: "rate", rate: 7, note: "why", author: null, until } as const;
    daemon.board.override("orders", override);
    await time.advance(1000);
    const saved = store.saved();
    await daemon.stop();
    const next = busyOn(time, store, saved);
    assert.deepEqual(next.board.target("orders")?.decision.override, override);
    assert.equal(next.board.target("orders")?.decision.rate, 7);
    next.start();
    next.board.override("orders", null);
    await time.advance(1000);
    await next.stop();
    assert.equal(busyOn(time, store, store.saved()).board.target("orders")?.decision.override, null);
    await time.advance(20_000);
    assert.equal(busyOn(time, store, saved).board.target("orders")?.decision.override, null);
  });

  const changed = (change: (saved: Saved) => Saved) => (saved: Saved[]) => saved.map(change);
  const useless: [name: string, change: (saved: Saved[]) => Saved[], queue?: string][] = [
    ["another format", changed((one) => ({ ...one, format: 99 }))],
    ["no state at all", changed((one) => ({ ...one, value: "x" }))],
    [
      "a state without its parts",
      changed((one) => ({ ...one, value: { ...(one.value as object), state: {} } })),
    ],
    [
      "a state that no step can be made with",
      changed((one) => {
        const value = one.value as { state: object };
        return { ...one, value: { ...value, state: { ...value.state, lag: {}, rates: {} } } };
      }),
    ],
    ["a clock that was ahead", changed((one) => ({ ...one, value: { ...(one.value as object), at: 1e15 } }))],
    ["another queue", (saved) => saved, "others"],
    ["nothing", () => []],
  ];
  for (const [name, change, queue] of useless)
    it(`begins anew with ${name}`, async () => {
      const { time, store } = await learned();
      const next = busyOn(time, store, change(store.saved()), queue);
      assert.equal(next.board.target("orders")?.assessment.capacity, undefined);
      assert.match(next.board.target("orders")?.decision.reason.text ?? "", /nothing was ever known/);
    });

  it("saves the states of many parts in turn", async () => {
    const time = fakeTime();
    let bytes = 0;
    const store = {
      ...memoryStore(),
      save: (one: Saved) => {
        bytes += JSON.stringify(one).length;
      },
    };
    const parts = Array.from({ length: 2000 }, (_, n) => ({
      part: `orders/${n}`,
      end: n,
      committed: n,
      logStart: 0,
    }));
    const source = fakeSource(() => {
      const at = time.clock();
      return { kind: "observed", observation: { at, receivedAt: at, parts } };
    });
    const targets = Array.from({ length: 20 }, (_, n) => ({
      target: `t${n}`,
      broker: "b",
      watch: { target: `t${n}` },
      settings: settings(),
    }));
    const daemon = createDaemon(
      {
        brokers: [{ broker: "b", type: "memory", source, pollMs: 1000, timeoutMs: 2000 }],
        targets,
        gates: new Map(),
        tenants: new Map(),
      },
      { clock: time.clock, random: () => 0.5, schedule: time.schedule, log: silent, store },
    );
    daemon.start();
    await time.advance(5000);
    bytes = 0;
    await time.advance(10_000);
    assert.ok(bytes > 0 && bytes < 10 * 1.5e6, `${bytes} bytes in 10 s`);
    await daemon.stop();
  });
});
