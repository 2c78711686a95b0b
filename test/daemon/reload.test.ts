/** A daemon takes another setup without losing what it knows of whatever stays. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TargetSettings } from "../../src/core/settings.ts";
import { plainTerms, type TenantConfig } from "../../src/core/sharing/tenants.ts";
import { createDaemon } from "../../src/daemon/daemon.ts";
import { settings } from "../core/controller/settings.ts";
import { type FakeTime, fakeSource, fakeTime, silent } from "./fakes.ts";

/** Consumers complete 100/s, with 2,000 messages before them. */
const busySource = (time: FakeTime) =>
  fakeSource((_, poll) => {
    const at = time.clock();
    const counts = { ready: 2000, unacked: 0, produced: 100 * poll + 2000, consumed: 100 * poll };
    return { kind: "observed", observation: { at, receivedAt: at, ...counts } };
  });

const broker = (source: ReturnType<typeof busySource>, name = "b") => ({
  broker: name,
  type: "memory",
  source,
  pollMs: 1000,
  timeoutMs: 2000,
});

const target = (name: string, over: Partial<TargetSettings> = {}, queue = name, on = "b") => ({
  target: name,
  broker: on,
  watch: { target: name, queue },
  settings: settings(over),
});

const none: TenantConfig = new Map();
const setup = (
  brokers: ReturnType<typeof broker>[],
  targets: ReturnType<typeof target>[],
  gates: ReadonlyMap<string, readonly string[]> = new Map(),
  tenants = none,
) => ({ brokers, targets, gates, tenants });

const running = async (first: ReturnType<typeof setup>, time: FakeTime) => {
  const daemon = createDaemon(first, {
    clock: time.clock,
    random: () => 0.5,
    schedule: time.schedule,
    log: silent,
  });
  daemon.start();
  await time.advance(30_000);
  return daemon;
};

const lease = (gate: string, over: object = {}) => ({
  producer: "p",
  members: 1,
  gate,
  tenant: "acme",
  priority: "normal" as const,
  wants: Number.POSITIVE_INFINITY,
  has: undefined,
  told: { epoch: "1", attempted: 0, admitted: 0 },
  inFlight: 0,
  ...over,
});

describe("a reload", () => {
  it("keeps windows, leases and override of a target whose settings change", async () => {
    const time = fakeTime();
    const source = busySource(time);
    const daemon = await running(setup([broker(source)], [target("orders")]), time);
    const { board } = daemon;
    board.renew(lease("orders"));
    const until = time.clock() + 60_000;
    board.override("orders", { kind: "observe", rate: null, note: null, author: null, until });
    const before = board.target("orders");
    const polls = source.polls;
    const done = daemon.reconfigure(setup([broker(source)], [target("orders", { maxRate: 3 })]));
    assert.deepEqual(done, { added: [], removed: [], changed: ["orders"], unchanged: 0 });
    const after = board.target("orders");
    assert.equal(after?.settings.maxRate, 3);
    assert.equal(after?.decision.rate, 3);
    assert.equal(after?.decision.override?.kind, "observe");
    assert.equal(after?.assessment.capacity, before?.assessment.capacity);
    assert.equal(after?.counters.observations, before?.counters.observations);
    assert.equal(board.registry().leases, 1);
    await time.advance(3000);
    assert.equal(source.polls, polls + 3);
    assert.equal(source.stopped, 0);
    assert.equal(board.target("orders")?.decision.rate, 3);
    await daemon.stop();
  });

  it("changes nothing where nothing has changed", async () => {
    const time = fakeTime();
    const source = busySource(time);
    const daemon = await running(setup([broker(source)], [target("orders")]), time);
    const before = daemon.board.target("orders");
    const done = daemon.reconfigure(setup([broker(source)], [target("orders")]));
    assert.deepEqual(done, { added: [], removed: [], changed: [], unchanged: 1 });
    assert.deepEqual(daemon.board.target("orders"), before);
    await daemon.stop();
  });

  it("adds and removes targets and gates", async () => {
    const time = fakeTime();
    const source = busySource(time);
    const daemon = await running(
      setup([broker(source)], [target("orders"), target("mails")], new Map([["all", ["orders", "mails"]]])),
      time,
    );
    const { board } = daemon;
    board.renew(lease("mails"));
    let ended = 0;
    board.follow(
      "mails",
      () => {},
      () => {
        ended += 1;
      },
    );
    const gates = new Map([["both", ["orders", "images"]]]);
    const done = daemon.reconfigure(setup([broker(source)], [target("images"), target("orders")], gates));
    assert.deepEqual(done, { added: ["images"], removed: ["mails"], changed: [], unchanged: 1 });
    assert.deepEqual(
      board.targets().map((view) => view.target),
      ["images", "orders"],
    );
    assert.deepEqual(
      [board.has("mails"), board.has("all"), board.has("both"), board.has("images")],
      [false, false, true, true],
    );
    assert.equal(board.registry().leases, 0);
    assert.equal(ended, 1);
    assert.equal(board.sources()[0]?.targets, 2);
    await time.advance(5000);
    assert.equal(board.target("images")?.assessment.lag.messages, 2000);
    const attempt = { cost: 1, canWait: true, tenant: "acme", priority: "normal" as const };
    assert.equal(board.attempt("both", attempt).allowed, true);
    await daemon.stop();
  });

  it("begins anew with a target that watches something else, and takes no late answer for it", async () => {
    const time = fakeTime();
    const source = busySource(time);
    const daemon = await running(setup([broker(source)], [target("orders")]), time);
    const done = daemon.reconfigure(setup([broker(source)], [target("orders", {}, "others")]));
    assert.deepEqual(done.added, ["orders"]);
    assert.equal(daemon.board.target("orders")?.assessment.capacity, undefined);
    await daemon.stop();
  });

  it("stops the source of a broker that is gone or another, and keeps the targets of the latter", async () => {
    const time = fakeTime();
    const [old, gone, other] = [busySource(time), busySource(time), busySource(time)];
    const daemon = await running(
      setup([broker(old), broker(gone, "c")], [target("orders"), target("mails", {}, "mails", "c")]),
      time,
    );
    const capacity = daemon.board.target("orders")?.assessment.capacity;
    daemon.reconfigure(setup([broker(other)], [target("orders")]));
    await time.advance(3000);
    assert.deepEqual([old.stopped, gone.stopped, other.stopped], [1, 1, 0]);
    assert.equal(other.polls, 4);
    assert.equal(daemon.board.sources().length, 1);
    assert.ok(capacity !== undefined && daemon.board.target("orders")?.assessment.capacity !== undefined);
    await daemon.stop();
    assert.equal(time.armed(), 0);
  });

  it("puts tenants on other terms, with the leases that they have", async () => {
    const time = fakeTime();
    const source = busySource(time);
    const on = (weight: number, maxPriority: "high" | "bulk" = "high") =>
      setup(
        [broker(source)],
        [target("orders")],
        new Map(),
        new Map([["acme", { ...plainTerms, weight, maxPriority }]]),
      );
    const daemon = await running(on(1), time);
    const { board } = daemon;
    // Past the time in which leases go on with what they say they have.
    const rates = () => {
      const [a, b] = [
        board.renew(lease("orders")),
        board.renew(lease("orders", { producer: "q", tenant: "zeta" })),
      ];
      return [a.rate, b.rate] as const;
    };
    for (let turn = 0; turn < 8; turn += 1) {
      rates();
      await time.advance(4000);
    }
    const [a, b] = rates();
    assert.ok(Math.abs(a / b - 1) < 0.05, `${a} and ${b}`);
    daemon.reconfigure(on(3));
    assert.equal(board.registry().leases, 2);
    for (let turn = 0; turn < 8; turn += 1) {
      await time.advance(4000);
      rates();
    }
    const [c, d] = rates();
    assert.ok(Math.abs(c / d - 3) < 0.2, `${c} and ${d}`);
    daemon.reconfigure(on(3, "bulk"));
    assert.equal(board.renew(lease("orders")).priority, "bulk");
    await daemon.stop();
  });
});
