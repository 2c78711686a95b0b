import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { lagMethods } from "../../src/core/assessment.ts";
import { decisionStates } from "../../src/core/decision.ts";
import { failureKinds } from "../../src/core/ports.ts";
import { metricSpecs } from "../../src/metrics/catalogue.ts";
import { createMetrics } from "../../src/metrics/metrics.ts";
import type { MetricsSnapshot, SourceSnapshot, TargetSnapshot } from "../../src/metrics/samples.ts";
import { targetView } from "../support/board.ts";
import { type Sample, samplesOf } from "./exposition.ts";
import { knownSource, knownTarget, now, registry, snapshotOf, unseenTarget } from "./views.ts";

/** Metrics of a board that the test changes. */
const metricsOf = (first: MetricsSnapshot) => {
  let snapshot = first;
  const metrics = createMetrics({ snapshot: () => snapshot, clock: () => now, version: "0.1.0" });
  return {
    metrics,
    show(next: MetricsSnapshot) {
      snapshot = next;
    },
    /** Headgate's own samples. */
    samples: async (): Promise<Sample[]> =>
      samplesOf((await metrics.expose()).body).filter(({ name }) => name.startsWith("headgate_")),
  };
};

const namesIn = (samples: readonly Sample[]): Set<string> => new Set(samples.map(({ name }) => name));

const baseName = (name: string): string => name.replace(/_(bucket|sum|count)$/, "");

describe("metrics", () => {
  it("expose a small board exactly", async () => {
    const { metrics } = metricsOf(
      snapshotOf({
        targets: () => [knownTarget("orders")],
        sources: () => [knownSource("events")],
        registry: () => registry,
        store: () => null,
      }),
    );
    metrics.pollFinished("events", 0.012);
    const { contentType, body } = await metrics.expose();
    const lines = body.split("\n").filter((line) => line.startsWith("headgate_"));
    assert.equal(contentType, "text/plain; version=0.0.4; charset=utf-8");
    assert.deepEqual(
      lines,
      `
headgate_build_info{version="0.1.0",node="${process.versions.node}"} 1
headgate_target_info{target="orders",broker="events",mode="enforce"} 1
headgate_target_lag_messages{target="orders"} 17290
headgate_target_lag_seconds{target="orders",method="rate"} 18.2
headgate_target_held_messages{target="orders"} 12
headgate_target_delayed_messages{target="orders"} 7
headgate_target_lost_messages_total{target="orders"} 5
headgate_target_inflow_messages_per_second{target="orders"} 480.5
headgate_target_exogenous_inflow_messages_per_second{target="orders"} 50
headgate_target_drain_messages_per_second{target="orders"} 950
headgate_target_capacity_messages_per_second{target="orders"} 960
headgate_target_worst_part_lag_seconds{target="orders"} 31
headgate_target_time_to_loss_seconds{target="orders"} 1800
headgate_target_retention_seconds{target="orders"} 86400
headgate_target_consumers{target="orders"} 2
headgate_target_parts{target="orders"} 4
headgate_target_fresh_parts{target="orders"} 3
headgate_target_observation_age_seconds{target="orders"} 2.5
headgate_target_setpoint_seconds{target="orders"} 10
headgate_target_limited{target="orders"} 1
headgate_target_rate_messages_per_second{target="orders"} 430.7
headgate_target_state{target="orders",state="failing"} 0
headgate_target_state{target="orders",state="blind"} 0
headgate_target_state{target="orders",state="shedding"} 0
headgate_target_state{target="orders",state="recovering"} 0
headgate_target_state{target="orders",state="throttled"} 1
headgate_target_state{target="orders",state="open"} 0
headgate_target_decisions_total{target="orders",state="open",reason="none"} 2
headgate_target_decisions_total{target="orders",state="throttled",reason="lagSeconds"} 41
headgate_target_circuit{target="orders",circuit="closed"} 1
headgate_target_circuit{target="orders",circuit="open"} 0
headgate_target_circuit{target="orders",circuit="halfOpen"} 0
headgate_target_circuit{target="orders",circuit="closing"} 0
headgate_target_circuit_transitions_total{target="orders",from="closed",to="open",reason="failures"} 1
headgate_target_circuit_transitions_total{target="orders",from="open",to="halfOpen",reason="failures"} 1
headgate_target_outcomes_total{target="orders",outcome="acked"} 480
headgate_target_outcomes_total{target="orders",outcome="failed"} 20
headgate_target_outcomes_total{target="orders",outcome="deadLettered"} 3
headgate_target_duplicate_outcomes_total{target="orders"} 5
headgate_target_attempted_messages_total{target="orders"} 61200
headgate_target_admitted_messages_total{target="orders"} 49900
headgate_target_admitted_delayed_messages_total{target="orders"} 300
headgate_target_refused_messages_total{target="orders"} 11300
headgate_target_would_refuse_messages_total{target="orders"} 0
headgate_target_blind_seconds_total{target="orders"} 4.25
headgate_target_observations_total{target="orders"} 120
headgate_target_poll_failures_total{target="orders",kind="unreachable"} 0
headgate_target_poll_failures_total{target="orders",kind="timeout"} 3
headgate_target_poll_failures_total{target="orders",kind="unauthorized"} 0
headgate_target_poll_failures_total{target="orders",kind="notFound"} 0
headgate_target_poll_failures_total{target="orders",kind="notReady"} 0
headgate_target_poll_failures_total{target="orders",kind="protocol"} 0
headgate_target_poll_failures_total{target="orders",kind="internal"} 0
headgate_tenant_attempted_messages_total{target="orders",tenant="acme",priority="normal"} 61200
headgate_tenant_admitted_messages_total{target="orders",tenant="acme",priority="normal"} 49900
headgate_tenant_admitted_delayed_messages_total{target="orders",tenant="acme",priority="normal"} 300
headgate_tenant_refused_messages_total{target="orders",tenant="acme",priority="normal"} 11300
headgate_tenant_leases{target="orders",tenant="acme",priority="normal"} 2
headgate_tenant_leased_messages_per_second{target="orders",tenant="acme",priority="normal"} 310.5
headgate_tenant_asked_messages_per_second{target="orders",tenant="acme",priority="normal"} 120.2
headgate_leases 2
headgate_most_leases 100000
headgate_refused_leases_total 3
headgate_broker_info{broker="events",type="kafka"} 1
headgate_broker_up{broker="events"} 1
headgate_broker_targets{broker="events"} 1
headgate_broker_polls_total{broker="events"} 123
headgate_broker_requests_total{broker="events",api="OffsetFetch"} 123
headgate_broker_requests_total{broker="events",api="ListOffsets"} 125
headgate_broker_errors_total{broker="events",kind="unreachable"} 0
headgate_broker_errors_total{broker="events",kind="timeout"} 3
headgate_broker_errors_total{broker="events",kind="unauthorized"} 0
headgate_broker_errors_total{broker="events",kind="notFound"} 0
headgate_broker_errors_total{broker="events",kind="notReady"} 0
headgate_broker_errors_total{broker="events",kind="protocol"} 0
headgate_broker_errors_total{broker="events",kind="internal"} 0
headgate_broker_poll_duration_seconds_bucket{le="0.005",broker="events"} 0
headgate_broker_poll_duration_seconds_bucket{le="0.01",broker="events"} 0
headgate_broker_poll_duration_seconds_bucket{le="0.025",broker="events"} 1
headgate_broker_poll_duration_seconds_bucket{le="0.05",broker="events"} 1
headgate_broker_poll_duration_seconds_bucket{le="0.1",broker="events"} 1
headgate_broker_poll_duration_seconds_bucket{le="0.25",broker="events"} 1
headgate_broker_poll_duration_seconds_bucket{le="0.5",broker="events"} 1
headgate_broker_poll_duration_seconds_bucket{le="1",broker="events"} 1
headgate_broker_poll_duration_seconds_bucket{le="2.5",broker="events"} 1
headgate_broker_poll_duration_seconds_bucket{le="5",broker="events"} 1
headgate_broker_poll_duration_seconds_bucket{le="10",broker="events"} 1
headgate_broker_poll_duration_seconds_bucket{le="30",broker="events"} 1
headgate_broker_poll_duration_seconds_bucket{le="+Inf",broker="events"} 1
headgate_broker_poll_duration_seconds_sum{broker="events"} 0.012
headgate_broker_poll_duration_seconds_count{broker="events"} 1`
        .trim()
        .split("\n"),
    );
  });

  it("use the whole catalogue, with the labels it lists", async () => {
    const { metrics, samples } = metricsOf({
      targets: [
        knownTarget("orders"),
        targetView("mails", {
          decision: { override: { kind: "closed", rate: null, note: null, author: null, until: now + 1000 } },
        }),
      ],
      sources: [knownSource("events")],
      registry,
      reloads: { taken: 1, refused: 0 },
      store: { path: "x", failing: null, failures: {}, saves: 3, movedAside: 0, savedAt: now, waiting: 0 },
    });
    metrics.pollFinished("events", 0.012);
    for (const { name, labels } of await samples()) {
      const spec = metricSpecs.find((each) => each.name === baseName(name));
      const extra = name.endsWith("_bucket") ? ["le"] : [];
      assert.deepEqual(Object.keys(labels).sort(), [...(spec?.labels ?? []), ...extra].sort(), name);
    }
    assert.deepEqual(
      new Set((await samples()).map(({ name }) => baseName(name))),
      new Set(metricSpecs.map(({ name }) => name)),
    );
  });

  it("have no sample for what is unknown", async () => {
    const { samples } = metricsOf({
      targets: [unseenTarget("orders")],
      sources: [knownSource("events", { reachable: null, polls: 0, requests: {}, errors: {} })],
      registry,
    });
    const shown = namesIn(await samples());
    const known = [
      "headgate_target_info",
      "headgate_target_lost_messages_total",
      "headgate_target_limited",
      "headgate_target_state",
      "headgate_target_circuit",
      "headgate_target_outcomes_total",
      "headgate_target_duplicate_outcomes_total",
      "headgate_target_attempted_messages_total",
      "headgate_target_admitted_messages_total",
      "headgate_target_admitted_delayed_messages_total",
      "headgate_target_refused_messages_total",
      "headgate_target_would_refuse_messages_total",
      "headgate_target_blind_seconds_total",
      "headgate_target_observations_total",
      "headgate_target_poll_failures_total",
    ];
    assert.deepEqual(
      [...shown].filter((name) => name.startsWith("headgate_target_")),
      known,
    );
    assert.ok(!shown.has("headgate_broker_up"));
  });

  it("tell a closed target from one that nothing limits", async () => {
    const rated = (target: string, rate: number | null) => {
      const view = knownTarget(target);
      return { ...view, decision: { ...view.decision, rate } };
    };
    const { samples } = metricsOf({
      targets: [rated("closed", 0), rated("free", null)],
      sources: [],
      registry,
    });
    const shown = (await samples()).filter(({ name }) => /_limited$|_rate_messages/.test(name));
    assert.deepEqual(
      shown.map(({ name, labels, value }) => [name, labels.target, value]),
      [
        ["headgate_target_limited", "closed", 1],
        ["headgate_target_limited", "free", 0],
        ["headgate_target_rate_messages_per_second", "closed", 0],
      ],
    );
  });

  it("leave no series of what vanished", async () => {
    const { metrics, samples, show } = metricsOf({
      targets: [knownTarget("orders"), knownTarget("mails", { broker: "jobs" })],
      sources: [knownSource("events"), knownSource("jobs")],
      registry,
    });
    metrics.pollFinished("events", 0.1);
    metrics.pollFinished("jobs", 0.1);
    await samples();
    show({ targets: [knownTarget("orders")], sources: [knownSource("events")], registry });
    const left = await samples();
    assert.ok(!left.some(({ labels }) => labels.target === "mails" || labels.broker === "jobs"));
    assert.ok(left.some(({ labels }) => labels.broker === "events"));

    metrics.pollFinished("jobs", 0.1); // one that was under way when its broker was removed
    assert.ok(!(await samples()).some(({ labels }) => labels.broker === "jobs"));
  });

  it("move a lag to the method that told it last", async () => {
    const { samples, show } = metricsOf({ targets: [knownTarget("orders")], sources: [], registry });
    await samples();
    const view = knownTarget("orders");
    const seconds = { quality: "approximate", seconds: 3, method: "interpolated" } as const;
    const lag = { ...view.assessment.lag, seconds };
    show({ targets: [{ ...view, assessment: { ...view.assessment, lag } }], sources: [], registry });
    assert.deepEqual(
      (await samples()).filter(({ name }) => name === "headgate_target_lag_seconds"),
      [
        {
          name: "headgate_target_lag_seconds",
          labels: { target: "orders", method: "interpolated" },
          value: 3,
        },
      ],
    );
  });

  it("show totals as they are, however often they are scraped", async () => {
    const { samples } = metricsOf({
      targets: [knownTarget("orders")],
      sources: [knownSource("events")],
      registry,
    });
    const first = await samples();
    assert.deepEqual(await samples(), first);
  });

  it("show no sample age below zero when a broker's clock runs ahead", async () => {
    const view = knownTarget("orders");
    const ahead = { ...view, assessment: { ...view.assessment, at: now + 400 } };
    const { samples } = metricsOf({ targets: [ahead], sources: [], registry });
    const age = (await samples()).find(({ name }) => name === "headgate_target_observation_age_seconds");
    assert.equal(age?.value, 0);
  });

  it("show the process under its usual names, and nothing that is not a number", async () => {
    const { metrics } = metricsOf({ targets: [], sources: [], registry });
    await metrics.expose();
    const shown = samplesOf((await metrics.expose()).body);
    const names = namesIn(shown);
    for (const name of [
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "nodejs_heap_size_used_bytes",
    ])
      assert.ok(names.has(name), name);
    for (const { name, value } of shown) assert.ok(Number.isFinite(value), `${name} ${value}`);
  });
});

const amount = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e300, noNaN: true }));
const maybe = (value: fc.Arbitrary<number>) => fc.option(value, { nil: undefined });
const targetName = fc.stringMatching(/^[A-Za-z0-9._~-]{1,128}$/);

const targetSnapshot: fc.Arbitrary<TargetSnapshot> = fc
  .record({
    target: targetName,
    broker: fc.string(),
    state: fc.constantFrom(...decisionStates),
    rate: fc.option(amount),
    // Beyond what the types allow a sum may have gone wrong: it must not show.
    messages: maybe(fc.oneof(amount, fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY))),
    seconds: fc.option(fc.record({ seconds: amount, method: fc.constantFrom(...lagMethods) })),
    drain: maybe(amount),
    at: maybe(fc.integer({ min: now - 1e9, max: now + 1e9 })),
    total: amount,
  })
  .map(({ target, broker, state, rate, messages, seconds, drain, at, total }) => {
    const { settings, assessment, ...view } = unseenTarget(target);
    return {
      target,
      broker,
      settings,
      circuit: view.circuit,
      decision: { ...view.decision, state, rate },
      assessment: {
        ...assessment,
        ...(at === undefined ? {} : { at }),
        ...(drain === undefined ? {} : { drain }),
        lag: {
          ...assessment.lag,
          ...(messages === undefined ? {} : { messages }),
          seconds: seconds === null ? { quality: "unknown" } : { quality: "fresh", ...seconds },
        },
      },
      sharing: view.sharing,
      counters: { ...view.counters, attempted: total, decisions: { [`${state} none`]: total } },
    };
  });

const sourceSnapshot: fc.Arbitrary<SourceSnapshot> = fc.record({
  broker: fc.string({ unit: "binary" }),
  type: fc.constantFrom("kafka", "memory"),
  targets: fc.nat(),
  reachable: fc.constantFrom(true, false, null),
  polls: fc.nat(),
  requests: fc.dictionary(fc.string(), fc.nat()),
  errors: fc.dictionary(fc.constantFrom(...failureKinds), fc.nat()),
});

const snapshots: fc.Arbitrary<MetricsSnapshot> = fc.record({
  targets: fc.uniqueArray(targetSnapshot, { maxLength: 4, selector: ({ target }) => target }),
  sources: fc.uniqueArray(sourceSnapshot, { maxLength: 3, selector: ({ broker }) => broker }),
  registry: fc.record({ leases: fc.nat(), most: fc.nat(), refused: fc.nat() }),
});

describe("metrics of any board", () => {
  const { show, samples } = metricsOf({ targets: [], sources: [], registry });

  it("are parsed, finite, told once, and of this board alone", async () => {
    await fc.assert(
      fc.asyncProperty(snapshots, async (snapshot) => {
        show(snapshot);
        const shown = await samples();
        const series = shown.map(({ name, labels }) => JSON.stringify([name, labels]));
        assert.equal(new Set(series).size, series.length);
        for (const { name, value } of shown) assert.ok(Number.isFinite(value) && value >= 0, name);

        const told = (name: string, labels: Record<string, string>) =>
          shown.find(
            (each) =>
              each.name === name &&
              Object.entries(labels).every(([label, value]) => each.labels[label] === value),
          )?.value;
        for (const { target, assessment, counters, decision } of snapshot.targets) {
          const { messages, seconds } = assessment.lag;
          const finite = Number.isFinite(messages) ? messages : undefined;
          assert.equal(told("headgate_target_lag_messages", { target }), finite);
          assert.equal(
            told("headgate_target_lag_seconds", { target }),
            seconds.quality === "unknown" ? undefined : seconds.seconds,
          );
          assert.equal(told("headgate_target_attempted_messages_total", { target }), counters.attempted);
          assert.equal(told("headgate_target_state", { target, state: decision.state }), 1);
        }
        const targets = new Set(snapshot.targets.map(({ target }) => target));
        const brokers = new Set([...snapshot.targets, ...snapshot.sources].map(({ broker }) => broker));
        for (const { labels } of shown) {
          assert.ok(labels.target === undefined || targets.has(labels.target));
          assert.ok(labels.broker === undefined || brokers.has(labels.broker));
        }
      }),
      { numRuns: 200 },
    );
  });
});
