/** From a snapshot of the board to samples of the catalogue. */
import type { Assessment } from "../core/assessment.ts";
import { circuitPhases, type Phase } from "../core/controller/circuit.ts";
import { type Decision, decisionStates } from "../core/decision.ts";
import { type FailureKind, failureKinds, type StoreView, storeFailures } from "../core/ports.ts";
import type { Policy } from "../core/settings.ts";
import { type Instant, secondsBetween } from "../core/units.ts";
import type { LabelsOf, PulledName } from "./catalogue.ts";

const outcomes = ["acked", "failed", "deadLettered"] as const;

type Counts<Key extends string = string> = Readonly<Partial<Record<Key, number>>>;

/** One target as metrics see it. Counters are totals since the daemon started. */
export interface TargetSnapshot {
  readonly target: string;
  readonly broker: string;
  readonly settings: { readonly policy: Policy };
  readonly decision: Pick<Decision, "state" | "mode" | "override" | "rate">;
  readonly assessment: Pick<
    Assessment,
    | "at"
    | "lag"
    | "held"
    | "delayed"
    | "lost"
    | "inflow"
    | "exogenousInflow"
    | "drain"
    | "capacity"
    | "timeToLossSeconds"
    | "retention"
    | "worstPart"
    | "consumers"
  >;
  readonly circuit: Phase["kind"];
  readonly counters: {
    readonly attempted: number;
    readonly admitted: number;
    readonly delayed: number;
    readonly refused: number;
    readonly wouldRefuse: number;
    readonly blindSeconds: number;
    readonly observations: number;
    readonly failures: Counts<FailureKind>;
    /** By state and reason, joined by a blank. */
    readonly decisions: Counts;
    /** By from, to and reason, joined by blanks. */
    readonly transitions: Counts;
    readonly outcomes: Readonly<Record<(typeof outcomes)[number] | "duplicates", number>>;
  };
  readonly sharing: { readonly claims: readonly Claim[] };
}

interface Claim {
  readonly tenant: string;
  readonly priority: string;
  readonly leases: number;
  /** Null: no limit. */
  readonly leasedRate: number | null;
  /** Null too where nobody asks. */
  readonly askedRate: number | null;
  readonly attempted: number;
  readonly admitted: number;
  readonly delayed: number;
  readonly refused: number;
}

/** One broker as metrics see it. */
export interface SourceSnapshot {
  readonly broker: string;
  readonly type: string;
  readonly targets: number;
  readonly reachable: boolean | null;
  readonly polls: number;
  readonly requests: Counts;
  readonly errors: Counts<FailureKind>;
}

export interface MetricsSnapshot {
  readonly targets: readonly TargetSnapshot[];
  readonly sources: readonly SourceSnapshot[];
  readonly registry: { readonly leases: number; readonly most: number; readonly refused: number };
  /** Times that a changed configuration was taken or refused; absent or null where there is no file. */
  readonly reloads?: { readonly taken: number; readonly refused: number } | null;
  /** Absent or null where there is none. */
  readonly store?: StoreView | null;
}

/** Takes one sample. A value that is not known makes none. */
export type Put = <N extends PulledName>(name: N, labels: LabelsOf<N>, value: number | undefined) => void;

const flag = (holds: boolean): number => (holds ? 1 : 0);

const putAssessment = (put: Put, view: TargetSnapshot, now: Instant): void => {
  const { at, lag, ...assessment } = view.assessment;
  const labels = { target: view.target };
  put("headgate_target_lag_messages", labels, lag.messages);
  if (lag.seconds.quality !== "unknown") {
    const { method, seconds } = lag.seconds;
    put("headgate_target_lag_seconds", { target: view.target, method }, seconds);
  }
  put("headgate_target_held_messages", labels, assessment.held);
  put("headgate_target_delayed_messages", labels, assessment.delayed);
  put("headgate_target_lost_messages_total", labels, assessment.lost);
  put("headgate_target_inflow_messages_per_second", labels, assessment.inflow);
  put("headgate_target_exogenous_inflow_messages_per_second", labels, assessment.exogenousInflow);
  put("headgate_target_drain_messages_per_second", labels, assessment.drain);
  put("headgate_target_capacity_messages_per_second", labels, assessment.capacity);
  put("headgate_target_worst_part_lag_seconds", labels, assessment.worstPart?.seconds);
  put("headgate_target_time_to_loss_seconds", labels, assessment.timeToLossSeconds);
  put("headgate_target_retention_seconds", labels, assessment.retention?.seconds);
  put("headgate_target_consumers", labels, assessment.consumers);
  if (at === undefined) return;
  put("headgate_target_parts", labels, lag.covers.of);
  put("headgate_target_fresh_parts", labels, lag.covers.fresh);
  // A broker's clock may run ahead of ours.
  put("headgate_target_observation_age_seconds", labels, Math.max(0, secondsBetween(at, now)));
};

const putDecision = (
  put: Put,
  { target, broker, settings, decision, circuit: stands }: TargetSnapshot,
): void => {
  const labels = { target };
  put("headgate_target_info", { target, broker, mode: decision.mode }, 1);
  if (settings.policy.kind === "setpoint")
    put("headgate_target_setpoint_seconds", labels, settings.policy.setpointSeconds);
  if (decision.override !== null)
    put("headgate_target_override", { target, override: decision.override.kind }, 1);
  put("headgate_target_limited", labels, flag(decision.rate !== null));
  put("headgate_target_rate_messages_per_second", labels, decision.rate ?? undefined);
  for (const state of decisionStates)
    put("headgate_target_state", { target, state }, flag(state === decision.state));
  for (const circuit of circuitPhases)
    put("headgate_target_circuit", { target, circuit }, flag(circuit === stands));
};

const putCounters = (put: Put, { target, counters }: TargetSnapshot): void => {
  const labels = { target };
  for (const [key, count] of Object.entries(counters.decisions)) {
    const [state = "", reason = ""] = key.split(" ");
    put("headgate_target_decisions_total", { target, state, reason }, count);
  }
  for (const [key, count] of Object.entries(counters.transitions)) {
    const [from = "", to = "", reason = ""] = key.split(" ");
    put("headgate_target_circuit_transitions_total", { target, from, to, reason }, count);
  }
  for (const outcome of outcomes)
    put("headgate_target_outcomes_total", { target, outcome }, counters.outcomes[outcome]);
  put("headgate_target_duplicate_outcomes_total", labels, counters.outcomes.duplicates);
  put("headgate_target_attempted_messages_total", labels, counters.attempted);
  put("headgate_target_admitted_messages_total", labels, counters.admitted);
  put("headgate_target_admitted_delayed_messages_total", labels, counters.delayed);
  put("headgate_target_refused_messages_total", labels, counters.refused);
  put("headgate_target_would_refuse_messages_total", labels, counters.wouldRefuse);
  put("headgate_target_blind_seconds_total", labels, counters.blindSeconds);
  put("headgate_target_observations_total", labels, counters.observations);
  // All kinds from the start: a rate over a series that begins at 1 misses the first failure.
  for (const kind of failureKinds)
    put("headgate_target_poll_failures_total", { target, kind }, counters.failures[kind] ?? 0);
};

const putClaim = (put: Put, target: string, claim: Claim): void => {
  const labels = { target, tenant: claim.tenant, priority: claim.priority };
  put("headgate_tenant_attempted_messages_total", labels, claim.attempted);
  put("headgate_tenant_admitted_messages_total", labels, claim.admitted);
  put("headgate_tenant_admitted_delayed_messages_total", labels, claim.delayed);
  put("headgate_tenant_refused_messages_total", labels, claim.refused);
  put("headgate_tenant_leases", labels, claim.leases);
  put("headgate_tenant_leased_messages_per_second", labels, claim.leasedRate ?? undefined);
  put("headgate_tenant_asked_messages_per_second", labels, claim.askedRate ?? undefined);
};

const putSource = (put: Put, source: SourceSnapshot): void => {
  const { broker, type, reachable } = source;
  const labels = { broker };
  put("headgate_broker_info", { broker, type }, 1);
  put("headgate_broker_up", labels, reachable === null ? undefined : flag(reachable));
  put("headgate_broker_targets", labels, source.targets);
  put("headgate_broker_polls_total", labels, source.polls);
  for (const [api, count] of Object.entries(source.requests))
    put("headgate_broker_requests_total", { broker, api }, count);
  for (const kind of failureKinds)
    put("headgate_broker_errors_total", { broker, kind }, source.errors[kind] ?? 0);
};

const putStore = (put: Put, { path, failing, failures, saves, movedAside, waiting }: StoreView): void => {
  const labels = { path };
  put("headgate_store_up", labels, flag(failing === null));
  put("headgate_store_saves_total", labels, saves);
  for (const failure of storeFailures)
    put("headgate_store_failures_total", { path, failure }, failures[failure] ?? 0);
  put("headgate_store_broken_files_total", labels, movedAside);
  put("headgate_store_waiting_values", labels, waiting);
};

/** Puts all samples of a snapshot, each target and each broker in one pass. */
export const putSnapshot = (put: Put, snapshot: MetricsSnapshot, now: Instant): void => {
  for (const view of snapshot.targets) {
    putAssessment(put, view, now);
    putDecision(put, view);
    putCounters(put, view);
    for (const claim of view.sharing.claims) putClaim(put, view.target, claim);
  }
  put("headgate_leases", {}, snapshot.registry.leases);
  put("headgate_most_leases", {}, snapshot.registry.most);
  put("headgate_refused_leases_total", {}, snapshot.registry.refused);
  for (const source of snapshot.sources) putSource(put, source);
  for (const [result, count] of Object.entries(snapshot.reloads ?? {}))
    put("headgate_configuration_reloads_total", { result }, count);
  if (snapshot.store) putStore(put, snapshot.store);
};
