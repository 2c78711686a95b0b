/** A configuration that has been checked, with all defaults filled in. Durations are in milliseconds. */
import type { Watch } from "../core/ports.ts";
import type { Policy, TargetSettings } from "../core/settings.ts";
import type { TenantConfig, TenantTerms } from "../core/sharing/tenants.ts";
import type { FileContent } from "./schema.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

interface Paced {
  readonly pollMs: number;
  /** How long one poll may take. */
  readonly timeoutMs: number;
}

export type BrokerConfig = Paced &
  (
    | {
        readonly type: "kafka";
        /** `host:port`, an IPv6 address in brackets. */
        readonly bootstrap: readonly string[];
      }
    | { readonly type: "memory" }
  );

export interface TargetConfig {
  /** A key of `brokers`. */
  readonly broker: string;
  readonly watch: Watch;
  readonly settings: TargetSettings;
}

export interface Config {
  readonly server: { readonly host: string; readonly port: number; readonly insecure: boolean };
  readonly ops: { readonly host: string; readonly port: number } | null;
  /** null: all is in memory. */
  readonly store: { readonly path: string; readonly keepMs: number; readonly maxBytes: number } | null;
  readonly brokers: Readonly<Record<string, BrokerConfig>>;
  readonly targets: ReadonlyMap<string, TargetConfig>;
  /** Those that the file lists; every target is a gate of its own name beside them. */
  readonly gates: ReadonlyMap<string, readonly string[]>;
  readonly tenants: TenantConfig;
  readonly log: { readonly level: LogLevel };
}

/** `content` has passed the schema and the rules. */
export const toConfig = (content: FileContent): Config => {
  const { server, ops, store, brokers, targets, gates, tenants, log } = content;
  const brokerConfigs = Object.fromEntries(
    Object.entries(brokers).map(([name, broker]) => [name, toBroker(broker)]),
  );
  const toTarget = ([name, written]: [string, WrittenTarget]): [string, TargetConfig] => {
    const { broker, group, topics, queue } = written;
    const pollMs = brokerConfigs[broker]?.pollMs;
    if (pollMs === undefined) throw new Error(`target ${name} has passed the rules without a broker`);
    const watch = {
      target: name,
      ...(group === undefined ? {} : { group }),
      ...(topics === undefined ? {} : { topics }),
      ...(queue === undefined ? {} : { queue }),
    };
    return [name, { broker, watch, settings: toSettings(written, pollMs) }];
  };
  return {
    server,
    ops: ops ?? null,
    store: store === undefined ? null : { path: store.path, keepMs: store.keep, maxBytes: store.maxSize },
    brokers: brokerConfigs,
    targets: new Map(Object.entries(targets).map(toTarget)),
    gates: new Map(Object.entries(gates)),
    tenants: new Map(Object.entries(tenants).map(([name, written]) => [name, toTerms(written)])),
    log,
  };
};

type WrittenTarget = FileContent["targets"][string];

const toBroker = (broker: FileContent["brokers"][string]): BrokerConfig => {
  const pace = { pollMs: broker.poll, timeoutMs: broker.timeout };
  return broker.type === "kafka"
    ? { type: "kafka", bootstrap: broker.bootstrap, ...pace }
    : { type: "memory", ...pace };
};

const toSettings = (written: WrittenTarget, pollMs: number): TargetSettings => ({
  policy: toPolicy(written),
  signal: written.signal,
  pollMs,
  minRate: written.minRate,
  maxRate: written.maxRate ?? null,
  safeRate: written.safeRate,
  onBlind: written.onBlind,
  mode: written.mode,
  circuit: toCircuit(written.circuit),
  maxInFlight: written.maxInFlight ?? null,
  leaseTtlMs: written.lease.ttl,
  refreshMs: written.lease.refresh,
});

const toCircuit = ({ enabled, failureRatio, minimum, noProgress }: WrittenTarget["circuit"]) =>
  enabled ? { failureRatio, minimum, noProgressMs: noProgress } : null;

const toTerms = (written: FileContent["tenants"][string]): TenantTerms => ({
  weight: written.weight,
  minRate: written.minRate ?? 0,
  maxRate: written.maxRate ?? Number.POSITIVE_INFINITY,
  maxInFlight: written.maxInFlight ?? Number.POSITIVE_INFINITY,
  maxPriority: written.maxPriority,
});

const toPolicy = ({ thresholds, setpoint, max }: WrittenTarget): Policy => {
  for (const unit of ["messages", "seconds"] as const) {
    const steps = thresholds?.[unit];
    if (steps !== undefined) return { kind: "thresholds", unit, steps };
  }
  return { kind: "setpoint", setpointSeconds: setpoint / 1000, maxSeconds: (max ?? 6 * setpoint) / 1000 };
};
