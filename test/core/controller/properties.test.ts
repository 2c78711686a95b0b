/** What holds for a target whatever happens to it: thousands of histories, each of up to sixty events. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { TargetEvent } from "../../../src/core/controller/events.ts";
import { beginTarget, type Step, stepTarget } from "../../../src/core/controller/step.ts";
import type { Observation } from "../../../src/core/observation.ts";
import type { TargetSettings } from "../../../src/core/settings.ts";
import { settings } from "./settings.ts";

const numRuns = 2000;
const failure = { kind: "unreachable", message: "connection refused" } as const;

/** What of a target is counted. */
const telling = fc.record({
  produced: fc.boolean(),
  consumed: fc.boolean(),
  admitted: fc.boolean(),
  parts: fc.boolean(),
  retentionMs: fc.constantFrom(undefined, 20_000, 3_600_000),
  retentionMessages: fc.constantFrom(undefined, 5000),
});

const happening = fc.record({
  after: fc.integer({ min: 100, max: 20_000 }),
  kind: fc.constantFrom("sample", "sample", "sample", "approximate", "unknown", "failed", "tick"),
  lag: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })),
  done: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5000 })),
  came: fc.integer({ min: 0, max: 5000 }),
  wanted: fc.integer({ min: 0, max: 20_000 }),
});

const history = fc.record({ told: telling, happenings: fc.array(happening, { maxLength: 60 }) });
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

const choices = fc.record({
  signal: fc.constantFrom("total" as const, "worstPart" as const),
  pollMs: fc.constantFrom(1000, 5000, 10_000),
  minRate: fc.constantFrom(0.5, 20),
  maxRate: fc.constantFrom(null, 900),
  onBlind: fc.constantFrom("safe" as const, "open" as const),
  circuit: fc.constantFrom(null, { failureRatio: 0.5, minimum: 20, noProgressMs: 60_000 }),
});

const toEvents = ({ told, happenings }: History): TargetEvent[] => {
  let [at, consumed, admitted, attempted] = [0, 0, 0, 0];
  return happenings.map(({ after, kind, lag, done, came, wanted }): TargetEvent => {
    at += after;
    admitted += came;
    attempted += came + wanted;
    if (kind === "failed") return { event: "pollFailed", at, failure };
    if (kind === "tick") return { event: "tick", at, admitted, attempted };
    consumed += done;
    const quality = kind === "unknown" ? "stale" : kind === "approximate" ? "approximate" : "fresh";
    const { retentionMs, retentionMessages } = told;
    const half = Math.floor(lag / 3);
    const observation: Observation = {
      at,
      receivedAt: at,
      ...(told.parts
        ? {
            parts: [
              { part: "p/0", logStart: 0, end: consumed + half, committed: { value: consumed, quality } },
              {
                part: "p/1",
                logStart: 0,
                end: consumed + lag - half,
                committed: { value: consumed, quality },
              },
            ],
          }
        : { ready: { value: lag, quality }, unacked: 0 }),
      ...(told.produced && { produced: consumed + lag }),
      ...(told.consumed && { consumed }),
      ...(told.admitted && { admitted, attempted }),
      ...(retentionMs !== undefined && { retentionMs }),
      ...(retentionMessages !== undefined && { retentionMessages }),
    };
    return { event: "observed", at, observation };
  });
};

const begin = (over: Partial<TargetSettings> = {}): Step => beginTarget("orders", settings(over), 0);
const live = (events: readonly TargetEvent[], over: Partial<TargetSettings> = {}): Step =>
  events.reduce((step, event) => stepTarget(step.state, event), begin(over));

const isPlain = (value: unknown): boolean =>
  value === null || value === undefined || typeof value === "string" || typeof value === "boolean"
    ? true
    : typeof value === "number"
      ? Number.isFinite(value)
      : typeof value === "object" &&
        (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) &&
        Object.values(value).every(isPlain);

describe("whatever happens to a target", () => {
  it("its rate is finite and within its bounds, and something always flows", () => {
    fc.assert(
      fc.property(history, choices, (past, over) => {
        let step = begin(over);
        for (const event of toEvents(past)) {
          step = stepTarget(step.state, event);
          const { rate, state } = step.decision;
          const least =
            state === "failing" || state === "recovering" ? Math.min(1, over.minRate) : over.minRate;
          const isWithin =
            rate === null || (rate >= least - 1e-9 && rate <= (over.maxRate ?? Number.MAX_VALUE));
          assert.ok(isWithin, `${rate} while ${state}`);
          if (over.maxRate !== null) assert.notEqual(rate, null);
        }
      }),
      { numRuns },
    );
  });

  it("a missing or failed value never raises its rate", () => {
    fc.assert(
      fc.property(
        history,
        choices,
        fc.array(fc.integer({ min: 100, max: 30_000 }), { maxLength: 20 }),
        (past, over, gaps) => {
          let step = live(toEvents(past), { ...over, onBlind: "safe", circuit: null });
          if (step.state.lastFreshAt === undefined) return;
          let at = step.decision.decidedAt + 1;
          const admitted = step.state.admittedTotal ?? 0;
          // From the first failure on: what a prediction between two polls does before it is another matter.
          step = stepTarget(step.state, { event: "pollFailed", at, failure });
          for (const gap of gaps) {
            const before = step.decision.rate;
            at += gap;
            step = stepTarget(
              step.state,
              gap % 2 === 0
                ? { event: "pollFailed", at, failure }
                : { event: "tick", at, admitted, attempted: admitted },
            );
            const { rate } = step.decision;
            assert.ok(
              before === null || (rate !== null && rate <= before + 1e-9),
              `${before} became ${rate}`,
            );
          }
        },
      ),
      { numRuns },
    );
  });

  it("more lag never raises its rate, from the same state", () => {
    const span = fc.record({
      polls: fc.integer({ min: 1, max: 20 }),
      inflow: fc.integer({ min: 0, max: 3000 }),
    });
    fc.assert(
      fc.property(
        fc.array(span, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 10, max: 1000 }),
        fc.integer({ min: 1, max: 50_000 }),
        (spans, capacity, more) => {
          let [t, lag, consumed, admitted] = [0, 0, 0, 0];
          const look = (extra: number): TargetEvent => {
            const at = 1000 * t;
            const counts = { produced: consumed + lag, consumed, admitted, attempted: 2 * admitted };
            const observation = {
              at,
              receivedAt: at,
              ready: lag + extra,
              unacked: 0,
              consumers: 1,
              ...counts,
            };
            return { event: "observed", at, observation };
          };
          const flow = (inflow: number) => {
            t += 1;
            const done = Math.min(lag + inflow, capacity);
            lag += inflow - done;
            consumed += done;
            admitted += inflow;
          };
          let step = begin({ circuit: null });
          for (const { polls, inflow } of spans)
            for (let poll = 0; poll < polls; poll += 1) {
              flow(inflow);
              step = stepTarget(step.state, look(0));
            }
          flow(spans[0]?.inflow ?? 0);
          const steps = [stepTarget(step.state, look(0)), stepTarget(step.state, look(more))];
          const [less = null, larger = null] = steps.map(({ decision }) => decision.rate);
          // Where more lag shows that consumers were busy, it tells more of what they can do: that may raise it.
          const [first, second] = steps.map(({ state }) => state.rates?.capacity?.busyIntervals);
          fc.pre(first === second);
          assert.ok(
            less === null || (larger !== null && larger <= less * (1 + 1e-9)),
            `${lag}: ${less}, ${lag + more}: ${larger}`,
          );
        },
      ),
      { numRuns },
    );
  });

  it("its state is plain data, and stored in the middle it decides the same", () => {
    fc.assert(
      fc.property(history, choices, fc.nat(60), (past, over, after) => {
        const events = toEvents(past);
        let [plain, stored] = [begin(over), begin(over)];
        for (const [index, event] of events.entries()) {
          plain = stepTarget(plain.state, event);
          stored = stepTarget(
            index === after ? JSON.parse(JSON.stringify(stored.state)) : stored.state,
            event,
          );
          assert.deepEqual(stored.decision, plain.decision);
          assert.ok(isPlain(plain.state), "its state has something that JSON does not keep");
        }
        assert.deepEqual(live(events, over).decision, plain.decision);
      }),
      { numRuns },
    );
  });

  it("is no dead end: with consumers at work and producers that use what they may, it comes back", () => {
    fc.assert(
      fc.property(history, choices, (past, over) => {
        let step = live(toEvents(past), { ...over, signal: "total", onBlind: "safe" });
        const capacity = 400;
        let at = step.decision.decidedAt;
        let consumed = step.state.lag.consumed.seen ?? 0;
        let admitted = step.state.admittedTotal ?? 0;
        let attempted = step.state.pressure.attempted ?? admitted;
        let lag = 0;
        let lately = 0;
        // A history without sense may let lag come to the bound first, and that has to be worked off.
        for (let poll = 0; poll < 160; poll += 1) {
          for (let tick = 0; tick < over.pollMs; tick += 250) {
            at += 250;
            const sent = Math.min(1000, step.decision.rate ?? 1000) / 4;
            const done = Math.min(lag + sent, capacity / 4);
            lag += sent - done;
            consumed += done;
            admitted += sent;
            attempted += 250;
            step = stepTarget(step.state, { event: "tick", at, admitted, attempted });
          }
          const counts = { produced: consumed + lag, consumed, admitted, attempted };
          const observation = { at, receivedAt: at, ready: lag, unacked: 0, consumers: 1, ...counts };
          step = stepTarget(step.state, { event: "observed", at, observation });
          if (poll >= 120) lately += Math.min(1000, step.decision.rate ?? 1000);
        }
        const { state, reason } = step.decision;
        assert.ok(lately / 40 >= capacity / 4, `${lately / 40}/s while ${state}: ${reason.text}`);
      }),
      { numRuns: 200 },
    );
  });
});
