import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Answer, Log, Watch } from "../../src/core/ports.ts";
import type { TargetSettings } from "../../src/core/settings.ts";
import { plainTerms } from "../../src/core/sharing/tenants.ts";
import { createDaemon } from "../../src/daemon/daemon.ts";
import { settings } from "../core/controller/settings.ts";
import { type FakeTime, fakeSource, fakeTime, silent } from "./fakes.ts";

/** Whoever gives no tenant and no priority. */
const plain = { tenant: "default", priority: "normal" } as const;

const never = new Promise<Answer>(() => {});

/** A queue whose consumers complete 100/s, always with `lag` messages before them. */
const observed =
  (time: FakeTime, lag: number) =>
  (_: Watch, poll: number): Answer => ({
    kind: "observed",
    observation: {
      at: time.clock(),
      receivedAt: time.clock(),
      ready: lag,
      unacked: 0,
      produced: 100 * poll + lag,
      consumed: 100 * poll,
      consumers: 1,
    },
  });

const failed = (kind: "unreachable" | "notFound" | "notReady" | "timeout"): Answer => ({
  kind: "failed",
  failure: { kind, message: "no luck" },
});

const target = (name: string, over: Partial<TargetSettings> = {}, broker = "b") => ({
  target: name,
  broker,
  watch: { target: name, queue: name },
  settings: settings(over),
});

/** A daemon on brokers that answer as said, by the broker's name. */
const daemonOn = (
  time: FakeTime,
  brokers: Record<string, ReturnType<typeof fakeSource>>,
  targets: ReturnType<typeof target>[],
  gates: ReadonlyMap<string, readonly string[]> = new Map(),
) =>
  createDaemon(
    {
      brokers: Object.entries(brokers).map(([broker, source]) => ({
        broker,
        type: "memory",
        source,
        pollMs: 1000,
        timeoutMs: 2000,
      })),
      targets,
      gates,
      tenants: new Map(),
    },
    { clock: time.clock, random: () => 0.5, schedule: time.schedule, log: silent },
  );

describe("daemon", () => {
  it("does nothing before it is started, and leaves nothing behind when stopped", async () => {
    const time = fakeTime();
    const source = fakeSource(observed(time, 0));
    const daemon = daemonOn(time, { b: source }, [target("orders")]);
    assert.equal(time.armed(), 0);
    assert.equal(source.polls, 0);
    daemon.start();
    await time.advance(3500);
    assert.equal(source.polls, 4);
    await daemon.stop();
    assert.equal(time.armed(), 0);
    assert.equal(source.stopped, 1);
    await time.advance(5000);
    assert.equal(source.polls, 4);
  });

  it("decides from what it polls", async () => {
    const time = fakeTime();
    const daemon = daemonOn(time, { b: fakeSource(observed(time, 1000)) }, [target("orders")]);
    daemon.start();
    assert.equal(daemon.board.target("orders")?.decision.state, "blind");
    await time.advance(10_000);
    const view = daemon.board.target("orders");
    assert.equal(view?.assessment.lag.messages, 1000);
    assert.equal(view?.assessment.status, "behind");
    assert.equal(Math.round(view?.assessment.capacity ?? 0), 100);
    assert.ok((view?.decision.rate ?? Number.POSITIVE_INFINITY) < 1000);
    assert.equal(view?.counters.observations, 11);
    await daemon.stop();
  });

  it("one failing target blanks no other, and one stalled broker delays no other", async () => {
    const time = fakeTime();
    const good = observed(time, 10);
    const daemon = daemonOn(
      time,
      {
        b: fakeSource((watch, poll) => (watch.target === "gone" ? failed("notFound") : good(watch, poll))),
        slow: fakeSource(() => never),
      },
      [target("orders"), target("gone"), target("late", {}, "slow")],
    );
    daemon.start();
    await time.advance(9000);
    const { board } = daemon;
    assert.equal(board.target("orders")?.decision.state, "open");
    assert.equal(board.target("gone")?.decision.state, "blind");
    assert.deepEqual(board.target("gone")?.counters.failures, { notFound: 10 });
    assert.deepEqual(board.target("late")?.counters.failures, { timeout: 4 });
    const [b, slow] = board.sources();
    assert.equal(b?.reachable, true);
    assert.equal(b?.polls, 10);
    assert.equal(b?.requests.Fetch, 10);
    assert.equal(slow?.reachable, false);
    assert.deepEqual(slow?.lastError?.message, "no answer in time");
    await daemon.stop();
  });

  it("a deleted topic is no unreachable broker", async () => {
    const time = fakeTime();
    const daemon = daemonOn(time, { b: fakeSource(() => failed("notFound")) }, [target("orders")]);
    daemon.start();
    await time.advance(2000);
    assert.equal(daemon.board.sources()[0]?.reachable, true);
    await daemon.stop();
  });

  it("stops at once while a broker stalls", async () => {
    const time = fakeTime();
    const daemon = daemonOn(time, { b: fakeSource(() => never) }, [target("orders")]);
    daemon.start();
    await time.advance(500);
    await daemon.stop();
    assert.equal(time.armed(), 0);
  });

  it("gives each published decision a version of its own", async () => {
    const time = fakeTime();
    const daemon = daemonOn(time, { b: fakeSource(observed(time, 1000)) }, [target("orders")]);
    const versions = new Set<string>();
    daemon.start();
    for (let i = 0; i < 20; i += 1) {
      await time.advance(500);
      versions.add(daemon.board.target("orders")?.decision.version ?? "");
    }
    assert.ok(versions.size >= 10);
    for (const version of versions) assert.match(version, /^80000000-\d+$/);
    await daemon.stop();
  });

  it("counts the time it was blind", async () => {
    const time = fakeTime();
    const daemon = daemonOn(time, { b: fakeSource(() => failed("unreachable")) }, [target("orders")]);
    daemon.start();
    await time.advance(10_000);
    assert.equal(daemon.board.target("orders")?.counters.blindSeconds, 10);
    await daemon.stop();
  });
});

describe("admission on the board", () => {
  const gates = new Map([["orders", ["billing", "search"]]]);
  const both = (time: FakeTime, rates: Record<string, number>) =>
    daemonOn(
      time,
      { b: fakeSource(() => failed("unreachable")) },
      ["billing", "search"].map((name) => target(name, { safeRate: rates[name] ?? "auto" })),
      gates,
    );

  it("lets all pass where nothing limits", () => {
    const time = fakeTime();
    const { board } = both(time, {});
    assert.deepEqual([board.has("orders"), board.has("billing"), board.has("mails")], [true, true, false]);
    for (let i = 0; i < 1000; i += 1)
      assert.equal(board.attempt("orders", { cost: 10, canWait: false, ...plain }).allowed, true);
    assert.equal(board.target("billing")?.counters.admitted, 10_000);
    assert.equal(board.target("search")?.counters.attempted, 10_000);
  });

  it("charges all the targets of a gate or none, and counts the refusal where it was bound", () => {
    const time = fakeTime();
    const { board } = both(time, { billing: 1000, search: 10 });
    const answers = Array.from({ length: 30 }, () =>
      board.attempt("orders", { cost: 1, canWait: true, ...plain }),
    );
    const passed = answers.filter(({ allowed }) => allowed).length;
    assert.equal(passed, 10);
    const refusal = answers.at(-1);
    assert.ok(refusal && !refusal.allowed && refusal.retryAfterMs === 1000);
    assert.equal(refusal.by.target, "search");
    const [billing, search] = ["billing", "search"].map((name) => board.target(name)?.counters);
    assert.deepEqual([billing?.admitted, billing?.attempted, billing?.refused], [10, 10, 0]);
    assert.deepEqual([search?.admitted, search?.attempted, search?.refused], [10, 30, 20]);
    assert.equal(search?.delayed, 9);
  });

  it("lets no more than the rate pass over time", async () => {
    const time = fakeTime();
    const { board } = both(time, { search: 50 });
    let passed = 0;
    for (let i = 0; i < 1000; i += 1) {
      if (board.attempt("search", { cost: 1, canWait: false, ...plain }).allowed) passed += 1;
      await time.advance(10);
    }
    assert.ok(passed >= 495 && passed <= 506, String(passed));
  });
});

describe("a target whose consumers fail", () => {
  it("refuses for as long as its circuit says, lets probes pass, and tells and counts each change once", async () => {
    const time = fakeTime();
    const said: [level: string, fields: Record<string, unknown>][] = [];
    const log: Log = {
      ...silent,
      info: (fields) => said.push(["info", fields]),
      warn: (fields) => said.push(["warn", fields]),
    };
    // They complete 100/s for a minute, and nothing from then on.
    const source = fakeSource((_watch, poll) => ({
      kind: "observed",
      observation: {
        at: time.clock(),
        receivedAt: time.clock(),
        ready: 2000,
        unacked: 0,
        produced: 100 * Math.min(poll, 60) + 2000,
        consumed: 100 * Math.min(poll, 60),
        consumers: 1,
      },
    }));
    const daemon = createDaemon(
      {
        brokers: [{ broker: "b", type: "memory", source, pollMs: 1000, timeoutMs: 2000 }],
        targets: [target("orders")],
        gates: new Map(),
        tenants: new Map(),
      },
      { clock: time.clock, random: () => 0.5, schedule: time.schedule, log },
    );
    daemon.start();
    const { board } = daemon;
    await time.advance(100_000);
    // What came before is not owed by probes.
    assert.ok(board.attempt("orders", { cost: 500, canWait: true, ...plain }).allowed);
    await time.advance(20_000);
    assert.equal(board.target("orders")?.circuit, "open");
    assert.equal(board.target("orders")?.decision.state, "failing");
    const answers = Array.from({ length: 5 }, () =>
      board.attempt("orders", { cost: 1, canWait: true, ...plain }),
    );
    assert.deepEqual(
      answers.map((answer) => (answer.allowed ? answer.delayMs : answer.retryAfterMs)),
      [0, 5000, 5000, 5000, 5000],
    );
    await time.advance(6000);
    assert.equal(board.target("orders")?.circuit, "halfOpen");
    assert.deepEqual(board.target("orders")?.counters.transitions, {
      "closed open progress": 1,
      "open halfOpen progress": 1,
    });
    assert.deepEqual(
      said.map(([level, { from, to, signal }]) => [level, from, to, signal]),
      [
        ["warn", "closed", "open", "progress"],
        ["info", "open", "halfOpen", "progress"],
      ],
    );
    await daemon.stop();
  });
});

describe("tenants and classes on the board", () => {
  const tenants = new Map([
    ["small", { ...plainTerms, weight: 1 }],
    ["big", { ...plainTerms, weight: 3, maxPriority: "high" as const }],
  ]);
  const limited = (time: FakeTime, rate: number) =>
    createDaemon(
      {
        brokers: [
          {
            broker: "b",
            type: "memory",
            source: fakeSource(() => failed("unreachable")),
            pollMs: 1000,
            timeoutMs: 2000,
          },
        ],
        targets: [target("orders", { safeRate: rate })],
        gates: new Map(),
        tenants,
      },
      { clock: time.clock, random: () => 0.5, schedule: time.schedule, log: silent },
    );

  it("share what is asked for by weight, whoever hammers", async () => {
    const time = fakeTime();
    const daemon = limited(time, 400);
    daemon.start();
    const passed = { small: 0, big: 0 };
    for (let step = 0; step < 2000; step += 1) {
      if (step === 1000) Object.assign(passed, { small: 0, big: 0 });
      for (const [tenant, times] of [
        ["small", 20],
        ["big", 5],
      ] as const)
        for (let i = 0; i < times; i += 1)
          if (daemon.board.attempt("orders", { cost: 1, canWait: false, tenant, priority: "normal" }).allowed)
            passed[tenant] += 1;
      await time.advance(10);
    }
    assert.ok(Math.abs(passed.small - 1000) < 20, `small ${passed.small}`);
    assert.ok(Math.abs(passed.big - 3000) < 40, `big ${passed.big}`);
    await daemon.stop();
  });

  it("lower a priority to the tenant's highest, and say so", () => {
    const { board } = limited(fakeTime(), 400);
    const asked = { cost: 1, canWait: true, priority: "critical" } as const;
    assert.equal(board.attempt("orders", { ...asked, tenant: "big" }).priority, "high");
    assert.equal(board.attempt("orders", { ...asked, tenant: "small" }).priority, "critical");
  });

  it("leases and askers share one rate, and both are counted", async () => {
    const time = fakeTime();
    const daemon = limited(time, 100);
    const { board } = daemon;
    daemon.start();
    // One lease time is over, in which leases would have come back.
    await time.advance(15_000);
    const request = {
      producer: "p",
      gate: "orders",
      tenant: "default",
      priority: "normal",
      wants: Number.POSITIVE_INFINITY,
      has: undefined,
      inFlight: 0,
      members: 1,
    } as const;
    let sent = 0;
    let asked = 0;
    let rate = 0;
    let before = { sent: 0, asked: 0 };
    for (let second = 0; second < 40; second += 1) {
      if (second === 20) before = { sent, asked };
      const told = { epoch: "1", attempted: 2 * sent, admitted: sent };
      if (second % 5 === 0) ({ rate } = board.renew({ ...request, told }));
      sent += rate;
      for (let i = 0; i < 100; i += 1) {
        if (board.attempt("orders", { cost: 2, canWait: false, ...plain }).allowed) asked += 2;
        await time.advance(10);
      }
    }
    assert.ok(Math.abs(sent - before.sent - 1000) < 20, `leased ${sent}`);
    assert.ok(Math.abs(asked - before.asked - 1000) < 20, `asked ${asked}`);
    const view = board.target("orders");
    assert.equal(view?.sharing.leases, 1);
    assert.ok(Math.abs((view?.counters.admitted ?? 0) - 40 * 100) < 100, `${view?.counters.admitted}`);
    assert.equal(board.leases("orders", 10)?.[0]?.producer, "p");
    assert.deepEqual(board.registry(), { leases: 1, most: 100_000, refused: 0 });
    board.release("p");
    assert.deepEqual(board.leases("orders", 10), []);
    assert.equal(board.leases("nothing", 10), undefined);
    await daemon.stop();
  });
});
