/** The board: what the daemon has decided last, for whoever serves it. Readers only read. */
import type { Assessment } from "../core/assessment.ts";
import type { Phase } from "../core/controller/circuit.ts";
import type { TargetEvent } from "../core/controller/events.ts";
import type { TargetState } from "../core/controller/step.ts";
import type { Decision, Override } from "../core/decision.ts";
import type { FailureKind, StoreView } from "../core/ports.ts";
import type { TargetSettings } from "../core/settings.ts";
import type { Priority } from "../core/sharing/priorities.ts";
import type { Grant, Request } from "../core/sharing/registry.ts";
import type { Instant, Rate } from "../core/units.ts";

/** What became of one message, as its consumer reports it. */
export interface ReportedOutcome {
  readonly id: string;
  readonly part?: string;
  /** In digits. */
  readonly offset?: string;
  readonly outcome: "acked" | "failed" | "deadLettered";
  /** How often it has been delivered by now. */
  readonly deliveries?: number;
  /** What it failed by. */
  readonly errorClass?: string;
}

/** Messages; duplicates are not among the others. */
export interface OutcomeCounts {
  readonly acked: number;
  readonly failed: number;
  readonly deadLettered: number;
  readonly duplicates: number;
}

/** A decision as it stands on the board. `version` never repeats, over restarts too. */
export type PublishedDecision = Decision & { readonly version: string };

/** Totals since the daemon started. Messages, not requests. */
export interface TargetCounters {
  readonly attempted: number;
  readonly admitted: number;
  /** Of the admitted: told to wait before sending. */
  readonly delayed: number;
  readonly refused: number;
  /** Of the admitted: a target that only observes would have refused them. */
  readonly wouldRefuse: number;
  /** Seconds without anything fresh to decide from. */
  readonly blindSeconds: number;
  readonly observations: number;
  readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
  /** Decisions published, by `state` and the reason's `signal`, joined by a blank. */
  readonly decisions: Readonly<Record<string, number>>;
  /** Changes of the circuit: from, to, and the signal that it opened by, joined by blanks. */
  readonly transitions: Readonly<Record<string, number>>;
  /** What consumers reported. */
  readonly outcomes: OutcomeCounts;
}

export interface TargetView {
  readonly target: string;
  readonly broker: string;
  readonly settings: TargetSettings;
  readonly decision: PublishedDecision;
  readonly assessment: Assessment;
  readonly counters: TargetCounters;
  /** Whether its consumers count as failing. */
  readonly circuit: Phase["kind"];
  readonly sharing: SharingView;
}

/** How a target's rate is shared. Of rates, null is no limit. */
export interface SharingView {
  readonly leases: number;
  /** What they may send together. */
  readonly leasedRate: Rate | null;
  readonly inFlightMax: number;
  /** One of each tenant and class that has claimed anything lately. */
  readonly claims: readonly ClaimView[];
}

export interface ClaimView {
  readonly tenant: string;
  readonly priority: Priority;
  readonly leases: number;
  readonly leasedRate: Rate | null;
  /** What those may send who ask; null too where nobody does. */
  readonly askedRate: Rate | null;
  /** Messages, of leases and of those who ask; delayed and refused only of the latter. */
  readonly attempted: number;
  readonly admitted: number;
  readonly delayed: number;
  readonly refused: number;
}

export interface LeaseView {
  readonly producer: string;
  /** What it was asked for: a gate, or the target itself. */
  readonly gate: string;
  readonly tenant: string;
  readonly priority: Priority;
  readonly members: number;
  readonly rate: Rate | null;
  readonly inFlight: number;
  readonly expiresAt: Instant;
}

export interface SourceView {
  readonly broker: string;
  /** kafka, memory. */
  readonly type: string;
  readonly targets: number;
  /** Whether the last poll had an answer for any target; null before the first. */
  readonly reachable: boolean | null;
  readonly pollMs: number;
  readonly lastPollAt: Instant | null;
  readonly lastPollMs: number | null;
  readonly lastPollRequests: number | null;
  readonly polls: number;
  /** Requests to the broker so far, by the name of the call. */
  readonly requests: Readonly<Record<string, number>>;
  /** Targets' failed answers so far, by kind. */
  readonly errors: Readonly<Partial<Record<FailureKind, number>>>;
  readonly lastError: { readonly at: Instant; readonly kind: FailureKind; readonly message: string } | null;
}

/** The target that bound an answer. */
export type Bound = Pick<TargetView, "target" | "settings" | "decision">;

/** What became of one attempt on a gate. */
export type Admission = {
  readonly by: Bound;
  /** What all who ask for this tenant in this class may send together; null: nothing limits. */
  readonly rate: Rate | null;
  /** As they were honoured. */
  readonly tenant: string;
  readonly priority: Priority;
} & (
  | {
      readonly allowed: true;
      readonly delayMs: number;
      /** A target of the gate that only observes would have refused it. */
      readonly wouldRefuse?: boolean;
    }
  | { readonly allowed: false; readonly retryAfterMs: number }
);

export interface Attempt {
  /** Messages; 1 to 10^6. */
  readonly cost: number;
  /** Whether whoever asks can wait up to a second before it sends. A gateway cannot. */
  readonly canWait: boolean;
  readonly tenant: string;
  readonly priority: Priority;
}

/** A lease as it was granted, and the target that bound it. */
export type LeaseGrant = Omit<Grant, "by"> & { readonly by: Bound };

export interface RegistryView {
  readonly leases: number;
  /** As many fit. */
  readonly most: number;
  /** So far, for want of room. */
  readonly refused: number;
}

/** Where a target stands while somebody follows its events from here on. */
export interface Following {
  /** The instant of the last event that went into the state. */
  readonly at: Instant;
  readonly state: TargetState;
  stop(): void;
}

export interface Board {
  now(): Instant;
  startedAt: Instant;
  targets(): readonly TargetView[];
  target(name: string): TargetView | undefined;
  /** Names of gates that the configuration lists, beside the targets themselves, with their targets. */
  gates(): ReadonlyMap<string, readonly string[]>;
  /** Whether `name` is a gate or a target. */
  has(name: string): boolean;
  /** Charges the attempt to all of the gate's targets or to none. `name` must be one that `has` knows. */
  attempt(name: string, attempt: Attempt): Admission;
  /** Takes what consumers report of a target; each outcome counts once. Undefined where there is no such target. */
  report(
    target: string,
    outcomes: readonly ReportedOutcome[],
  ): { readonly accepted: number; readonly duplicates: number } | undefined;
  /** Grants or renews a lease. Its gate must be one that `has` knows. */
  renew(request: Request): LeaseGrant;
  /** A producer goes, with all its leases. */
  release(producer: string): void;
  /** Those with the highest rates, at most so many; undefined where there is no such target. */
  leases(target: string, most: number): readonly LeaseView[] | undefined;
  registry(): RegistryView;
  sources(): readonly SourceView[];
  /** null where nothing outlives a restart. */
  store(): StoreView | null;
  /** Puts an operator's decision in force, or ends it; the view afterwards, undefined where there is no such target. */
  override(target: string, override: Override | null): TargetView | undefined;
  /**
   * Calls `onEvent` after each event of the target, until stopped, and `onEnd` where the target goes. Undefined
   * where there is no such target.
   */
  follow(target: string, onEvent: (event: TargetEvent) => void, onEnd: () => void): Following | undefined;
}
