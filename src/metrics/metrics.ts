/**
 * The registry. All but the durations of polls is set anew from the board at each scrape, so that whatever
 * left the board leaves no series behind.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Clock } from "../core/ports.ts";
import { catalogue, metricSpecs } from "./catalogue.ts";
import { type MetricsSnapshot, type Put, putSnapshot } from "./samples.ts";

export interface Metrics {
  /** What `GET /metrics` answers: the text format of Prometheus. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** To be called when a poll of `broker` ends, failed or not. */
  pollFinished(broker: string, durationSeconds: number): void;
}

/** Gauges of prom-client that are named like counters; others beside them tell the same. */
const misnamed = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/**
 * What prom-client reads from a timer that, by its default, wakes the process a hundred times a second: more
 * than half a percent of a CPU. Once an hour it costs nothing and tells nothing.
 */
const monitored = ["min", "max", "mean", "stddev", "p50", "p90", "p99"].map(
  (of) => `nodejs_eventloop_lag_${of}_seconds`,
);

/** Metrics of the process under prom-client's own names, which dashboards expect. */
const addProcessMetrics = (registry: Registry): void => {
  const hourMs = 3_600_000;
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: hourMs });
  for (const name of [...misnamed, ...monitored]) registry.removeSingleMetric(name);
};

/** `snapshot` is called at each scrape; `version` is Headgate's own. */
export const createMetrics = (options: {
  readonly snapshot: () => MetricsSnapshot;
  readonly clock: Clock;
  readonly version: string;
}): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  const gauges = new Map<string, Gauge>();
  const counters = new Map<string, Counter>();
  for (const { name, kind, labels, help } of metricSpecs) {
    const config = { name, help, labelNames: labels, registers };
    if (kind === "gauge") gauges.set(name, new Gauge(config));
    if (kind === "counter") counters.set(name, new Counter(config));
  }
  const durationName = "headgate_broker_poll_duration_seconds";
  const { help, labels, buckets } = catalogue[durationName];
  const durations = new Histogram({
    name: durationName,
    help,
    labelNames: labels,
    buckets: [...buckets],
    registers,
  });
  const timedBrokers = new Set<string>();
  addProcessMetrics(registry);

  const put: Put = (name, labels, value) => {
    if (value === undefined || !Number.isFinite(value)) return;
    gauges.get(name)?.set(labels, value);
    counters.get(name)?.inc(labels, value);
  };

  const refill = (): void => {
    const snapshot = options.snapshot();
    for (const metric of [...gauges.values(), ...counters.values()]) metric.reset();
    put("headgate_build_info", { version: options.version, node: process.versions.node }, 1);
    putSnapshot(put, snapshot, options.clock());
    const brokers = new Set(snapshot.sources.map(({ broker }) => broker));
    for (const broker of timedBrokers) {
      if (brokers.has(broker)) continue;
      durations.remove({ broker });
      timedBrokers.delete(broker);
    }
  };

  return {
    async expose() {
      refill();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
    pollFinished(broker, durationSeconds) {
      timedBrokers.add(broker);
      durations.observe({ broker }, durationSeconds);
    },
  };
};
