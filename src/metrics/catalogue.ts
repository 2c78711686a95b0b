/**
 * Every metric of Headgate's own, as data: the registry and docs/metrics.md are made from it. A name ends in
 * its unit, a counter's in `_total` after that. What is unknown has no sample: missing is never zero.
 */
import { lagMethods } from "../core/assessment.ts";
import { circuitPhases } from "../core/controller/circuit.ts";
import { decisionStates, overrideKinds, reasonSignals } from "../core/decision.ts";
import { failureKinds, storeFailures } from "../core/ports.ts";
import { modes } from "../core/settings.ts";
import { priorities } from "../core/sharing/priorities.ts";
import { mostUnlisted, otherTenant } from "../core/sharing/tenants.ts";

/** What each label stands for. None has unbounded values. */
export const labelMeanings = {
  api: "Name of a call to the broker.",
  broker: "Name of a broker in the configuration.",
  circuit: `Where the circuit of a target stands: ${circuitPhases.join(", ")}.`,
  from: "Where the circuit stood before.",
  failure: `Why the store could not be used: ${storeFailures.join(", ")}.`,
  kind: `Why there was no observation: ${failureKinds.join(", ")}.`,
  method: `How lag in seconds was told: ${lagMethods.join(", ")}.`,
  mode: `Whether decisions are acted on: ${modes.join(", ")}.`,
  node: "Version of Node.js.",
  override: `Kind of an operator's own decision: ${overrideKinds.join(", ")}.`,
  outcome: "What became of a message: acked, failed, deadLettered.",
  priority: `Class of traffic: ${priorities.join(", ")}.`,
  path: "File of the store.",
  reason: `Signal that a decision rests on: ${reasonSignals.join(", ")}.`,
  result: "What came of a changed configuration: taken, refused.",
  state: `State of a decision: ${decisionStates.join(", ")}.`,
  target: "Name of the target.",
  to: "Where the circuit stands since.",
  tenant: `Name of the tenant: those of the configuration, and at most ${mostUnlisted} others; all beyond them are \`${otherTenant}\`. There are series of those that claimed something lately.`,
  type: "Type of the broker.",
  version: "Version of Headgate.",
} as const;

type LabelName = keyof typeof labelMeanings;

interface MetricSpec {
  readonly kind: "gauge" | "counter" | "histogram";
  /** In words; `flag` is 0 or 1. */
  readonly unit: string;
  readonly labels: readonly LabelName[];
  readonly help: string;
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
}

export const catalogue = {
  headgate_build_info: {
    kind: "gauge",
    unit: "flag",
    labels: ["version", "node"],
    help: "Always 1; the labels tell what is running.",
  },

  headgate_target_info: {
    kind: "gauge",
    unit: "flag",
    labels: ["target", "broker", "mode"],
    help: "Always 1; the labels tell the target's broker and mode.",
  },
  headgate_target_lag_messages: {
    kind: "gauge",
    unit: "messages",
    labels: ["target"],
    help: "Messages that consumers may read and have not completed, as last known.",
  },
  headgate_target_lag_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: ["target", "method"],
    help: "How far consumers are behind in time, by the method that told it; absent while unknown.",
  },
  headgate_target_held_messages: {
    kind: "gauge",
    unit: "messages",
    labels: ["target"],
    help: "Messages behind an open transaction, which nobody may read yet; not part of lag.",
  },
  headgate_target_delayed_messages: {
    kind: "gauge",
    unit: "messages",
    labels: ["target"],
    help: "Messages that are not due yet; not part of lag.",
  },
  headgate_target_lost_messages_total: {
    kind: "counter",
    unit: "messages",
    labels: ["target"],
    help: "Messages that the broker deleted before consumers read them.",
  },
  headgate_target_inflow_messages_per_second: {
    kind: "gauge",
    unit: "messages per second",
    labels: ["target"],
    help: "Rate at which messages arrive, from all producers together.",
  },
  headgate_target_exogenous_inflow_messages_per_second: {
    kind: "gauge",
    unit: "messages per second",
    labels: ["target"],
    help: "Rate at which messages arrive from producers that do not ask Headgate.",
  },
  headgate_target_drain_messages_per_second: {
    kind: "gauge",
    unit: "messages per second",
    labels: ["target"],
    help: "Rate at which consumers complete messages.",
  },
  headgate_target_capacity_messages_per_second: {
    kind: "gauge",
    unit: "messages per second",
    labels: ["target"],
    help: "Drain while consumers are busy; absent until they were seen busy.",
  },
  headgate_target_worst_part_lag_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: ["target"],
    help: "How far the slowest part is behind in time; absent unless the slowest part counts.",
  },
  headgate_target_time_to_loss_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: ["target"],
    help: "Time until the first message is deleted unread, at the present rates; absent where none will be.",
  },
  headgate_target_retention_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: ["target"],
    help: "How long the broker keeps a message; absent where that is not limited or not known.",
  },
  headgate_target_consumers: {
    kind: "gauge",
    unit: "consumers",
    labels: ["target"],
    help: "Consumers at work on the target.",
  },
  headgate_target_parts: {
    kind: "gauge",
    unit: "parts",
    labels: ["target"],
    help: "Parts of the target: Kafka's topic-partitions, or 1.",
  },
  headgate_target_fresh_parts: {
    kind: "gauge",
    unit: "parts",
    labels: ["target"],
    help: "Parts whose lag is fresh, of all that the target has.",
  },
  headgate_target_observation_age_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: ["target"],
    help: "Age of the sample that lag was told from; absent where there never was one.",
  },
  headgate_target_setpoint_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: ["target"],
    help: "Lag that is held while producers want more than consumers can do; absent under plain thresholds.",
  },
  headgate_target_limited: {
    kind: "gauge",
    unit: "flag",
    labels: ["target"],
    help: "1 where a rate limits producers, 0 where nothing does.",
  },
  headgate_target_rate_messages_per_second: {
    kind: "gauge",
    unit: "messages per second",
    labels: ["target"],
    help: "What all producers together may send; 0 where closed, absent where nothing limits.",
  },
  headgate_target_state: {
    kind: "gauge",
    unit: "flag",
    labels: ["target", "state"],
    help: "1 for the state that the target's decision is in, 0 for all others.",
  },
  headgate_target_decisions_total: {
    kind: "counter",
    unit: "decisions",
    labels: ["target", "state", "reason"],
    help: "Decisions published, by state and reason.",
  },
  headgate_target_circuit: {
    kind: "gauge",
    unit: "flag",
    labels: ["target", "circuit"],
    help: "1 for where the target's circuit stands, 0 elsewhere; open and halfOpen are failing, closing is recovering.",
  },
  headgate_target_circuit_transitions_total: {
    kind: "counter",
    unit: "transitions",
    labels: ["target", "from", "to", "reason"],
    help: "Changes of the circuit, by the signal that it opened by.",
  },
  headgate_target_outcomes_total: {
    kind: "counter",
    unit: "outcomes",
    labels: ["target", "outcome"],
    help: "What consumers reported of their work.",
  },
  headgate_target_duplicate_outcomes_total: {
    kind: "counter",
    unit: "outcomes",
    labels: ["target"],
    help: "Outcomes that were reported before, and not counted again.",
  },
  headgate_target_attempted_messages_total: {
    kind: "counter",
    unit: "messages",
    labels: ["target"],
    help: "Messages that producers asked to send.",
  },
  headgate_target_admitted_messages_total: {
    kind: "counter",
    unit: "messages",
    labels: ["target"],
    help: "Messages that were let in, at once or after a delay.",
  },
  headgate_target_admitted_delayed_messages_total: {
    kind: "counter",
    unit: "messages",
    labels: ["target"],
    help: "Messages that were let in after a delay.",
  },
  headgate_target_refused_messages_total: {
    kind: "counter",
    unit: "messages",
    labels: ["target"],
    help: "Messages that were told to come back later.",
  },
  headgate_target_would_refuse_messages_total: {
    kind: "counter",
    unit: "messages",
    labels: ["target"],
    help: "Messages that were let in although the decision, were it enforced, would have refused them: the target only observes.",
  },
  headgate_target_override: {
    kind: "gauge",
    unit: "flag",
    labels: ["target", "override"],
    help: "1 for the kind of override that an operator has put in force; absent where there is none.",
  },
  headgate_target_blind_seconds_total: {
    kind: "counter",
    unit: "seconds",
    labels: ["target"],
    help: "Time without anything fresh to decide from.",
  },
  headgate_target_observations_total: {
    kind: "counter",
    unit: "observations",
    labels: ["target"],
    help: "Polls that gave an observation of the target.",
  },
  headgate_target_poll_failures_total: {
    kind: "counter",
    unit: "failures",
    labels: ["target", "kind"],
    help: "Polls that gave no observation of the target, by kind of failure.",
  },

  headgate_tenant_attempted_messages_total: {
    kind: "counter",
    unit: "messages",
    labels: ["target", "tenant", "priority"],
    help: "Messages that the tenant's producers asked to send, or told of through leases.",
  },
  headgate_tenant_admitted_messages_total: {
    kind: "counter",
    unit: "messages",
    labels: ["target", "tenant", "priority"],
    help: "Of those, what was let in; of leases, what they told that they sent.",
  },
  headgate_tenant_admitted_delayed_messages_total: {
    kind: "counter",
    unit: "messages",
    labels: ["target", "tenant", "priority"],
    help: "Messages of those who ask that were let in after a delay.",
  },
  headgate_tenant_refused_messages_total: {
    kind: "counter",
    unit: "messages",
    labels: ["target", "tenant", "priority"],
    help: "Messages of those who ask that were told to come back later.",
  },
  headgate_tenant_leases: {
    kind: "gauge",
    unit: "leases",
    labels: ["target", "tenant", "priority"],
    help: "Leases that the tenant's producers hold.",
  },
  headgate_tenant_leased_messages_per_second: {
    kind: "gauge",
    unit: "messages per second",
    labels: ["target", "tenant", "priority"],
    help: "What those leases may send together; absent where nothing limits them.",
  },
  headgate_tenant_asked_messages_per_second: {
    kind: "gauge",
    unit: "messages per second",
    labels: ["target", "tenant", "priority"],
    help: "What all who ask may send together; absent where nobody asks or nothing limits them.",
  },

  headgate_leases: {
    kind: "gauge",
    unit: "leases",
    labels: [],
    help: "Leases held on all targets; one on a gate counts on each of its targets.",
  },
  headgate_most_leases: {
    kind: "gauge",
    unit: "leases",
    labels: [],
    help: "How many leases may be held.",
  },
  headgate_refused_leases_total: {
    kind: "counter",
    unit: "leases",
    labels: [],
    help: "Leases that were not kept, since as many as may be were held already.",
  },

  headgate_configuration_reloads_total: {
    kind: "counter",
    unit: "reloads",
    labels: ["result"],
    help: "Times that the daemon was told to take a changed configuration, by what came of it.",
  },

  headgate_store_up: {
    kind: "gauge",
    unit: "flag",
    labels: ["path"],
    help: "1 where what outlives a restart can be saved, 0 where it cannot; absent where no store is configured.",
  },
  headgate_store_saves_total: {
    kind: "counter",
    unit: "saves",
    labels: ["path"],
    help: "Times that the store was written.",
  },
  headgate_store_failures_total: {
    kind: "counter",
    unit: "failures",
    labels: ["path", "failure"],
    help: "Times that the store could not be used.",
  },
  headgate_store_broken_files_total: {
    kind: "counter",
    unit: "files",
    labels: ["path"],
    help: "Files of the store that were broken and moved aside.",
  },
  headgate_store_waiting_values: {
    kind: "gauge",
    unit: "values",
    labels: ["path"],
    help: "Values that are not saved yet.",
  },

  headgate_broker_info: {
    kind: "gauge",
    unit: "flag",
    labels: ["broker", "type"],
    help: "Always 1; the labels tell the broker's type.",
  },
  headgate_broker_up: {
    kind: "gauge",
    unit: "flag",
    labels: ["broker"],
    help: "1 where the broker answered the last poll, 0 where it did not; absent before the first.",
  },
  headgate_broker_targets: {
    kind: "gauge",
    unit: "targets",
    labels: ["broker"],
    help: "Targets that are observed on the broker.",
  },
  headgate_broker_polls_total: {
    kind: "counter",
    unit: "polls",
    labels: ["broker"],
    help: "Polls of the broker, each for all its targets.",
  },
  headgate_broker_requests_total: {
    kind: "counter",
    unit: "requests",
    labels: ["broker", "api"],
    help: "Requests sent to the broker, by call.",
  },
  headgate_broker_errors_total: {
    kind: "counter",
    unit: "errors",
    labels: ["broker", "kind"],
    help: "Answers that the broker owed a target and failed to give, by kind of failure.",
  },
  headgate_broker_poll_duration_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: ["broker"],
    help: "How long a poll of the broker took, failed ones too.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
} as const satisfies Readonly<Record<`headgate_${string}`, MetricSpec>>;

type Catalogue = typeof catalogue;
type MetricName = keyof Catalogue;

/** The catalogue as rows, for whoever goes through all of it. */
export const metricSpecs: readonly (MetricSpec & { readonly name: MetricName })[] = (
  Object.keys(catalogue) as MetricName[]
).map((name) => ({ name, ...catalogue[name] }));

/** Metrics that are set from a snapshot at each scrape; the others are observed as things happen. */
export type PulledName = {
  [N in MetricName]: Catalogue[N]["kind"] extends "histogram" ? never : N;
}[MetricName];

/** Exactly the labels that a metric has. */
export type LabelsOf<N extends MetricName> = Readonly<Record<Catalogue[N]["labels"][number], string>>;
