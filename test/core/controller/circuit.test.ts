/** Busy or failing: what consumers do over time, by the second, and where the circuit is led by it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { TargetEvent } from "../../../src/core/controller/events.ts";
import { usefulShare } from "../../../src/core/controller/evidence.ts";
import { beginTarget, type Step, stepTarget } from "../../../src/core/controller/step.ts";
import type { GroupState, Outcomes } from "../../../src/core/observation.ts";
import type { TargetSettings } from "../../../src/core/settings.ts";
import { settings } from "./settings.ts";

/** What consumers do in each second of a span. */
interface Doing {
  readonly seconds: number;
  /** Messages by which the consumed counter moves; absent: there is no counter. */
  readonly completes?: number;
  /** Messages waiting at each look. */
  readonly lag?: number;
  /** Reported in this second; failures are of messages of their own unless `poison` messages share them. */
  readonly acked?: number;
  readonly failed?: number;
  readonly deadLettered?: number;
  readonly poison?: number;
  /** How reports come: as events, or as totals of the observation. */
  readonly by?: "events" | "totals";
  readonly consumers?: number | "unknown";
  readonly group?: GroupState;
  /** Polls fail. */
  readonly blind?: boolean;
}

const well: Doing = { seconds: 60, completes: 100, lag: 500, acked: 100 };
const silent: Doing = { seconds: 60, completes: 100, lag: 500 };
const failing: Doing = { seconds: 30, completes: 100, lag: 500, acked: 10, failed: 90 };
const idle: Doing = { seconds: 60, completes: 0, lag: 0 };
const stuck: Doing = { seconds: 120, completes: 0, lag: 1500 };

/** Events of one second, from `t` on, and what they leave behind. */
function* lived(spans: readonly Doing[], pollSeconds: number): Generator<TargetEvent> {
  let [t, consumed, id] = [0, 1000, 0];
  const totals = { acked: 0, failed: 0, deadLettered: 0 };
  for (const span of spans) {
    for (let second = 0; second < span.seconds; second += 1) {
      t += 1;
      const at = 1000 * t;
      consumed += span.completes ?? 0;
      const { acked = 0, failed = 0, deadLettered = 0, lag = 0, by = "events" } = span;
      const failedIds = Array.from({ length: Math.min(3, failed + deadLettered) }, (_, index) =>
        span.poison === undefined ? `m${id + index}` : `poison${(id + index) % span.poison}`,
      );
      id += 3;
      if (by === "totals") {
        totals.acked += acked;
        totals.failed += failed;
        totals.deadLettered += deadLettered;
      } else if (acked + failed + deadLettered > 0)
        yield { event: "outcomes", at, acked, failed, deadLettered, failedIds };
      if (t % pollSeconds === 0) {
        const { consumers = 2, group = "stable" } = span;
        const outcomes: Outcomes = totals;
        yield span.blind
          ? { event: "pollFailed", at, failure: { kind: "unreachable", message: "no luck" } }
          : {
              event: "observed",
              at,
              observation: {
                at,
                receivedAt: at,
                ready: lag,
                unacked: 0,
                ...(span.completes !== undefined && { consumed, produced: consumed + lag }),
                ...(consumers !== "unknown" && { consumers }),
                groupState: group,
                ...(by === "totals" && { outcomes }),
              },
            };
      }
      yield { event: "tick", at: at + 250, admitted: consumed + lag, attempted: consumed + lag };
    }
  }
}

interface Change {
  /** Seconds since the last span began. */
  readonly after: number;
  readonly from: string;
  readonly to: string;
}

function live(spans: readonly Doing[], over: Partial<TargetSettings> = {}) {
  const set = settings(over);
  const last = spans.slice(0, -1).reduce((sum, { seconds }) => sum + seconds, 0);
  let step: Step = beginTarget("orders", set, 0);
  const steps: Step[] = [];
  const changes: Change[] = [];
  for (const event of lived(spans, set.pollMs / 1000)) {
    const before = step.state.circuit.phase.kind;
    step = stepTarget(step.state, event);
    steps.push(step);
    const { kind } = step.state.circuit.phase;
    if (kind !== before) changes.push({ after: event.at / 1000 - last, from: before, to: kind });
  }
  return { step, steps, changes };
}

const poll = (seconds: number): Partial<TargetSettings> => ({ pollMs: 1000 * seconds });

interface Case {
  readonly name: string;
  readonly spans: readonly Doing[];
  readonly settings?: Partial<TargetSettings>;
  /** The signal that opens it first; absent: it stays closed all along. */
  readonly opens?: "failures" | "progress" | "consumers";
  /** Within so many seconds from the beginning of the last span, and not before. */
  readonly from?: number;
  readonly within?: number;
}

const cases: Case[] = [
  // C1 and C2
  { name: "C2: nine in ten fail, at once", spans: [well, failing], opens: "failures", within: 3 },
  {
    name: "C2: nine in ten fail, within three polls of 5 s",
    spans: [well, failing],
    settings: poll(5),
    opens: "failures",
    within: 15,
  },
  {
    name: "C1: nine in ten fail, within three polls of 10 s",
    spans: [well, failing],
    settings: poll(10),
    opens: "failures",
    within: 30,
  },
  {
    name: "C1: half of them fail, after half a minute that had no better",
    spans: [well, { ...failing, acked: 50, failed: 50 }],
    opens: "failures",
    from: 20,
    within: 31,
  },
  {
    name: "C1: told by the totals of observations",
    spans: [
      { ...well, by: "totals" },
      { ...failing, by: "totals" },
    ],
    settings: poll(5),
    opens: "failures",
    within: 15,
  },
  {
    name: "C1: dead letters are failures",
    spans: [well, { ...failing, failed: 0, deadLettered: 90 }],
    opens: "failures",
    within: 3,
  },
  {
    name: "a message's last failure told as both counts once",
    spans: [well, { ...well, acked: 60, failed: 40, deadLettered: 40 }],
  },
  {
    name: "four in ten fail: busy",
    spans: [well, { ...failing, seconds: 120, acked: 60, failed: 40 }],
  },
  {
    name: "another ratio is configured",
    spans: [well, { ...failing, seconds: 60, acked: 60, failed: 40 }],
    settings: { circuit: { failureRatio: 0.3, minimum: 20, noProgressMs: 60_000 } },
    opens: "failures",
    within: 31,
  },
  {
    name: "fewer than the minimum prove nothing",
    spans: [idle, { ...silent, completes: 3, lag: 3, seconds: 6, failed: 3 }],
  },
  {
    name: "as many do",
    spans: [idle, { ...silent, completes: 3, lag: 3, seconds: 7, failed: 3 }],
    opens: "failures",
    within: 7,
  },
  {
    name: "one poison message that fails for ever",
    spans: [well, { ...failing, seconds: 300, poison: 1 }],
  },
  { name: "two of them", spans: [well, { ...failing, seconds: 300, poison: 2 }] },
  {
    name: "C2: what a consumer had in hand as it stopped, while the others wait for a rebalance",
    spans: [
      well,
      { ...well, seconds: 1, completes: 0, acked: 0, failed: 200 },
      { ...stuck, seconds: 30, group: "rebalancing" },
      well,
    ],
  },
  {
    name: "consumers that report nothing but failures, a few of many",
    spans: [silent, { ...silent, seconds: 120, failed: 5 }],
  },
  {
    name: "C1: all that is reported fails, and nothing else is known to be done",
    spans: [
      { ...stuck, seconds: 5, lag: 50 },
      { ...stuck, seconds: 1, lag: 50, failed: 20 },
    ],
    opens: "failures",
    within: 1,
  },
  {
    name: "consumers that report nothing but failures, and all fails",
    spans: [silent, { ...silent, seconds: 60, failed: 100 }],
    opens: "failures",
    within: 20,
  },

  // C3
  {
    name: "C3: no progress for a minute",
    spans: [well, stuck],
    opens: "progress",
    from: 60,
    within: 62,
  },
  {
    name: "C3: three polls where that is longer",
    spans: [
      { ...well, seconds: 300 },
      { ...stuck, seconds: 400 },
    ],
    settings: poll(60),
    opens: "progress",
    from: 180,
    within: 240,
  },
  {
    name: "C3: without reports of outcomes",
    spans: [silent, stuck],
    opens: "progress",
    from: 60,
    within: 62,
  },
  {
    name: "C3: nothing known of the group: twice as long",
    spans: [silent, { ...stuck, seconds: 180, consumers: "unknown", group: "unknown" }],
    opens: "progress",
    from: 120,
    within: 122,
  },
  {
    name: "C3: never seen to complete anything: twice as long",
    spans: [{ ...stuck, seconds: 180 }],
    opens: "progress",
    from: 120,
    within: 123,
  },
  {
    name: "C3: a group that does not cease to rebalance: twice as long",
    spans: [well, { ...stuck, seconds: 180, group: "rebalancing" }],
    opens: "progress",
    from: 120,
    within: 122,
  },
  {
    name: "consumers that report work done, and commit seldom",
    spans: [well, { ...stuck, seconds: 300, acked: 100 }],
  },
  {
    name: "slow consumers: a message in half a minute",
    spans: Array.from({ length: 20 }, () => [
      { ...stuck, lag: 30, seconds: 29 },
      { ...stuck, lag: 30, seconds: 1, completes: 1 },
    ]).flat(),
  },
  {
    name: "a rebalance of half a minute",
    spans: [well, { ...stuck, seconds: 30, group: "rebalancing" }, well],
  },
  {
    name: "a rolling restart: rebalances with a little work between them",
    spans: [
      well,
      ...Array.from({ length: 8 }, () => [
        { ...stuck, seconds: 15, group: "rebalancing" as const },
        { ...well, seconds: 3, consumers: 1 },
      ]).flat(),
      well,
    ],
  },
  {
    name: "the one consumer restarts and takes its time",
    spans: [well, { ...stuck, seconds: 50, consumers: 0, group: "empty" }, { ...stuck, seconds: 20 }, well],
  },
  { name: "a quiet night", spans: [well, { seconds: 1200, completes: 0, lag: 0 }] },
  {
    name: "a quiet night with a consumer that commits by the hundred",
    spans: [well, { seconds: 1200, completes: 0, lag: 15 }],
  },
  {
    name: "an open transaction: all that may be read is read",
    spans: [well, { seconds: 600, completes: 0, lag: 0 }],
  },
  {
    name: "less than the setpoint waits: that is not failing yet",
    spans: [well, { ...stuck, lag: 80 }],
  },
  {
    name: "consumers at a tenth of their pace are busy",
    spans: [well, { ...well, completes: 10, lag: 9000, acked: 10, seconds: 300 }],
  },

  // C4
  {
    name: "C4: no consumer for a minute",
    spans: [well, { ...stuck, consumers: 0, group: "empty" }],
    opens: "consumers",
    from: 60,
    within: 62,
  },
  {
    name: "no consumer, and next to nothing waits for one",
    spans: [well, { ...stuck, seconds: 600, consumers: 0, group: "empty", lag: 12 }],
  },

  // C5
  { name: "C5: the broker is away", spans: [well, { ...stuck, seconds: 600, blind: true }] },
  {
    name: "C5: the broker is away, and reported work fails",
    spans: [well, { ...stuck, seconds: 4, blind: true }, { ...failing, blind: true }, well],
  },
  {
    name: "C5: the time without sight is no time without progress",
    spans: [well, { ...stuck, seconds: 300, blind: true }, { ...stuck, seconds: 50 }],
  },
  {
    name: "switched off",
    spans: [well, failing, stuck],
    settings: { circuit: null },
  },
];

describe("the circuit opens, or stays closed", () => {
  for (const { name, spans, settings: over, opens, from = 0, within = Number.POSITIVE_INFINITY } of cases) {
    it(name, () => {
      const { steps, changes } = live(spans, over);
      const shown = JSON.stringify(changes);
      const first = steps.find(({ decision }) => decision.state === "failing");
      assert.equal(first?.decision.reason.signal, opens, shown);
      if (opens === undefined) assert.deepEqual(changes, []);
      else {
        const after = changes[0]?.after ?? Number.NaN;
        assert.ok(after >= from && after <= within, shown);
      }
    });
  }
});

describe("work that fails is not drain", () => {
  const busy = { ...well, seconds: 90, lag: 800 };
  const rate = (doing: Doing) => live([busy, { ...busy, ...doing }]).step.decision.rate ?? Number.NaN;
  const all = rate(well);

  const cases: [name: string, doing: Partial<Doing>, share: number][] = [
    ["four in ten fail and are committed past: six tenths of it are", { acked: 60, failed: 40 }, 0.6],
    [
      "they are taken in again instead: the counter counts what is done",
      { completes: 60, acked: 60, failed: 40 },
      1,
    ],
    ["outcomes are reported of a few messages only", { acked: 6, failed: 4 }, 1],
    ["none is reported", { acked: 0 }, 1],
  ];
  for (const [name, doing, share] of cases)
    it(name, () => {
      const { decision, state } = live([busy, { ...busy, ...doing }]).step;
      const useful = state.circuit.evidence.work;
      assert.ok(Math.abs(usefulShare(state.circuit.evidence) - share) < 0.06, JSON.stringify(useful));
      assert.notEqual(decision.state, "failing", decision.reason.text);
    });

  it("so less is let in at the same lag", () => {
    const less = rate({ ...well, acked: 60, failed: 40 });
    assert.ok(all > 100 && less < 0.8 * all, `${less} of ${all}`);
  });
});

describe("while it is open", () => {
  it("C6: only probes pass, and producers are told how long to stay away", () => {
    const { steps } = live([well, { ...failing, seconds: 4 }]);
    const { decision } = steps.at(-1) as Step;
    assert.equal(decision.state, "failing");
    assert.equal(decision.retryAfterMs, 5000);
    assert.ok(decision.rate !== null && decision.rate >= 1 && decision.rate <= 1.5, String(decision.rate));
    assert.deepEqual([decision.reason.signal, decision.reason.setpoint], ["failures", 0.5]);
    assert.ok((decision.reason.value ?? 0) >= 0.75);
    assert.match(
      decision.reason.text,
      /^\d\d(\.\d)? % of \d+ outcomes failed, where 50 % is the limit; probes only, [\d.]+\/s, for 5 s$/,
    );
  });

  it("one in a hundred passes where that is more than one a second, and never less than minRate", () => {
    const busy = { ...well, completes: 5000, acked: 5000, lag: 25_000 };
    const fail = { ...failing, completes: 5000, acked: 500, failed: 4500, lag: 25_000, seconds: 4 };
    const rate = (over: Partial<TargetSettings>) => live([busy, fail], over).step.decision.rate ?? 0;
    assert.ok(Math.abs(rate({}) - 50) < 5, String(rate({})));
    assert.equal(rate({ minRate: 200 }), 200);
    assert.equal(rate({ maxRate: 20 }), 20);
  });

  it("C6, C9: it opens again for twice as long each time, five minutes at the most", () => {
    const { steps } = live([well, { ...failing, seconds: 3000 }]);
    const waits = [...new Set(steps.flatMap(({ decision }) => decision.retryAfterMs ?? []))];
    assert.deepEqual(waits, [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000]);
  });

  it("C6: it is half-open sooner where consumers are seen to work", () => {
    const failed = [well, { ...failing, seconds: 100 }];
    const after = (spans: readonly Doing[]) =>
      live([...failed, ...spans]).changes.find(({ after, to }) => after > 0 && to === "halfOpen")?.after;
    // Without any outcomes, when its time is over.
    assert.ok((after([{ ...silent, seconds: 120 }]) ?? 0) > 30);
    const soon = after([well]) ?? Number.NaN;
    assert.ok(soon <= 5, `${soon} s`);
  });

  it("C6: one good batch of a probe is trial enough, whenever the next may come", () => {
    const failed = [well, { ...failing, seconds: 100 }];
    const { changes } = live([...failed, { ...well, lag: 0, seconds: 1 }, { ...idle, seconds: 10 }]);
    const to = (kind: string) => changes.findLast((change) => change.to === kind)?.after;
    assert.deepEqual([to("halfOpen"), to("closing")], [1, 1.25], JSON.stringify(changes.slice(-4)));
  });

  it("says what it waits for: progress", () => {
    const { decision } = live([well, { ...stuck, seconds: 63 }]).step;
    assert.equal(decision.state, "failing");
    assert.match(
      decision.reason.text,
      /s behind, and consumers had completed nothing for 6\d s; probes only/,
    );
  });

  it("says what it waits for: consumers", () => {
    const { decision } = live([well, { ...stuck, seconds: 63, consumers: 0 }]).step;
    assert.match(decision.reason.text, /no consumer had been connected for 6\d s; probes only/);
  });

  it("beats blindness, and its probes flow on", () => {
    const { decision } = live([
      well,
      { ...failing, seconds: 4 },
      { ...stuck, seconds: 100, blind: true },
    ]).step;
    assert.equal(decision.state, "failing");
    assert.ok((decision.rate ?? 0) >= 1);
  });
});

const opened = [well, { ...failing, seconds: 4 }];
const stood = [well, { ...stuck, seconds: 62 }];

const ways: { name: string; spans: readonly Doing[]; to: readonly string[] }[] = [
  {
    name: "C7: outcomes are good again",
    spans: [...opened, { ...well, lag: 0, seconds: 60 }],
    to: ["halfOpen", "closing", "closed"],
  },
  {
    name: "C7: three in ten may fail",
    spans: [...opened, { ...well, acked: 70, failed: 30, lag: 0 }],
    to: ["halfOpen", "closing", "closed"],
  },
  {
    name: "C9: four in ten may not",
    spans: [...opened, { ...well, seconds: 7, acked: 60, failed: 40 }],
    to: ["halfOpen", "open"],
  },
  {
    name: "C8: opened by failures, progress alone counts when outcomes have ceased",
    spans: [...opened, { ...silent, seconds: 30 }],
    to: ["halfOpen"],
  },
  {
    name: "C8: and it does then",
    spans: [...opened, { ...silent, seconds: 90 }],
    to: ["halfOpen", "closing", "closed"],
  },
  {
    name: "C8: nor does a trial that ends in the middle keep it open",
    spans: [
      ...opened,
      { ...well, seconds: 6, acked: 0 },
      { ...failing, seconds: 1, acked: 2, failed: 4 },
      silent,
    ],
    to: ["halfOpen", "closing", "closed"],
  },
  {
    name: "C8: one poison message is left, the others get on",
    spans: [...opened, { ...well, seconds: 90, acked: 5, failed: 95, poison: 1 }],
    to: ["halfOpen", "closing", "closed"],
  },
  {
    name: "C8: nothing is left to do",
    spans: [...opened, { seconds: 90, completes: 0, lag: 0 }],
    to: ["halfOpen", "closing", "closed"],
  },
  {
    name: "C8: opened for want of progress, two polls of it",
    spans: [...stood, { ...silent, seconds: 60 }],
    to: ["halfOpen", "closing", "closed"],
  },
  {
    name: "C9: there is none",
    spans: [...stood, { ...stuck, seconds: 70 }],
    to: ["halfOpen", "open"],
  },
  {
    name: "consumers come back",
    spans: [well, { ...stuck, consumers: 0, seconds: 62 }, silent],
    to: ["halfOpen", "closing", "closed"],
  },
  {
    name: "C10: it fails again as it closes",
    spans: [...opened, { ...well, seconds: 5 }, { ...failing, seconds: 4 }],
    to: ["halfOpen", "closing", "open"],
  },
  {
    name: "half-open it waits while nothing can be seen, and nothing is reported",
    spans: [...opened, { ...stuck, seconds: 200, blind: true }],
    to: ["halfOpen"],
  },
];

describe("from open to closed", () => {
  for (const { name, spans, to } of ways) {
    it(name, () => {
      const { changes } = live(spans);
      const seen = changes.slice(1).map((change) => change.to);
      assert.deepEqual(seen, to, JSON.stringify(changes));
    });
  }

  it("no flood: from a tenth of the rate there was, doubling each θ, up to what the law says", () => {
    const { steps } = live([...opened, { ...well, lag: 0 }]);
    const ramp = steps.filter(({ decision }) => decision.state === "recovering");
    const rates = ramp.map(({ decision }) => decision.rate ?? 0);
    const thetaSeconds = 1;
    assert.ok((rates[0] ?? 0) <= 15, `begins at ${rates[0]}`);
    for (const [index, rate] of rates.entries()) {
      const before = rates[index - 1];
      const seconds =
        ((ramp[index]?.decision.decidedAt ?? 0) - (ramp[index - 1]?.decision.decidedAt ?? 0)) / 1000;
      if (before !== undefined)
        assert.ok(
          rate <= before * 2 ** (seconds / thetaSeconds) * 1.001 && rate >= before,
          `${before} became ${rate}`,
        );
    }
    assert.ok((rates.at(-1) ?? 0) > 100, `ends at ${rates.at(-1)}`);
    assert.match(
      ramp[0]?.decision.reason.text ?? "",
      /consumers work again; rising to what they complete, [\d.]+\/s now of \d+\/s before/,
    );
    const after = steps.at(-1)?.decision;
    assert.notEqual(after?.state, "recovering");
  });

  it("switched off by a reload, it is closed at once", () => {
    const { step } = live(opened);
    const at = step.decision.decidedAt + 1;
    const off = stepTarget(step.state, { event: "reconfigured", at, settings: settings({ circuit: null }) });
    assert.equal(off.state.circuit.phase.kind, "closed");
    assert.notEqual(off.decision.state, "failing");
  });

  it("while it closes, a poll that fails raises nothing", () => {
    const { step } = live([...opened, { ...well, seconds: 4, lag: 0 }]);
    assert.equal(step.decision.state, "recovering");
    const at = step.decision.decidedAt;
    const failed = stepTarget(step.state, {
      event: "pollFailed",
      at: at + 100,
      failure: { kind: "timeout", message: "no answer" },
    });
    const later = stepTarget(failed.state, { event: "tick", at: at + 2000, admitted: 1, attempted: 1 });
    assert.ok((later.decision.rate ?? Number.POSITIVE_INFINITY) <= (step.decision.rate ?? 0) + 1e-9);
  });
});

const span = fc.record({
  seconds: fc.integer({ min: 1, max: 90 }),
  completes: fc.constantFrom(0, 1, 100),
  lag: fc.constantFrom(0, 5, 500, 5000),
  acked: fc.constantFrom(0, 1, 100),
  failed: fc.constantFrom(0, 0, 1, 100),
  deadLettered: fc.constantFrom(0, 0, 30),
  by: fc.constantFrom("events", "totals"),
  consumers: fc.constantFrom<(number | "unknown")[]>(0, 2, "unknown"),
  group: fc.constantFrom("stable", "rebalancing", "unknown"),
  blind: fc.constantFrom(false, false, true),
});
const history = fc.array(span, { minLength: 1, maxLength: 12 });
const pollSeconds = fc.constantFrom(1, 5, 10);

describe("whatever consumers do", () => {
  it("probes flow while it is open, at least one a second", () => {
    fc.assert(
      fc.property(history, pollSeconds, (spans, seconds) => {
        for (const { state, decision } of live(spans, poll(seconds)).steps) {
          const { kind } = state.circuit.phase;
          assert.equal(decision.state === "failing", kind === "open" || kind === "halfOpen");
          if (decision.state === "failing") assert.ok(decision.rate !== null && decision.rate >= 1);
        }
      }),
      { numRuns: 100 },
    );
  });

  const recoveries: readonly [name: string, Doing][] = [
    ["good outcomes and progress", { ...well, seconds: 500 }],
    ["progress alone", { ...silent, seconds: 500 }],
    ["good outcomes alone", { seconds: 500, lag: 500, acked: 100 }],
  ];
  for (const [name, good] of recoveries)
    it(`it is closed again within a bounded time of ${name}`, () => {
      fc.assert(
        fc.property(history, pollSeconds, (spans, seconds) => {
          const { step, changes } = live([...spans, good], poll(seconds));
          assert.equal(step.state.circuit.phase.kind, "closed", JSON.stringify(changes.slice(-3)));
        }),
        { numRuns: 100 },
      );
    });

  it("nothing opens it while nothing can be seen", () => {
    fc.assert(
      fc.property(history, history, pollSeconds, (spans, dark, seconds) => {
        const { steps } = live([...spans, ...dark.map((one) => ({ ...one, blind: true }))], poll(seconds));
        for (const [index, { decision, state }] of steps.entries()) {
          const before = steps[index - 1];
          if (before?.decision.state === "blind" && decision.state === "failing")
            assert.fail(JSON.stringify(state.circuit.phase));
        }
      }),
      { numRuns: 100 },
    );
  });

  it("its state survives JSON, and the same events lead to the same place", () => {
    fc.assert(
      fc.property(history, pollSeconds, (spans, seconds) => {
        const set = settings(poll(seconds));
        let [plain, stored] = [beginTarget("orders", set, 0), beginTarget("orders", set, 0)];
        for (const event of lived(spans, seconds)) {
          plain = stepTarget(plain.state, event);
          stored = stepTarget(JSON.parse(JSON.stringify(stored.state)), event);
          assert.deepEqual(stored.decision, plain.decision);
        }
      }),
      { numRuns: 20 },
    );
  });
});
