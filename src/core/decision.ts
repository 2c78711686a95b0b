/** What producers as a whole may do on a target now, and why. */
import type { LagMethod, Trend } from "./assessment.ts";
import type { Mode } from "./settings.ts";
import type { Instant, Rate } from "./units.ts";

/** The first of these that holds. */
export const decisionStates = ["failing", "blind", "shedding", "recovering", "throttled", "open"] as const;
export type DecisionState = (typeof decisionStates)[number];

export const reasonSignals = [
  "lagSeconds",
  "lagMessages",
  "retention", // lag, held lower than asked for, since the broker deletes what waits too long
  "failures", // of the outcomes that consumers report
  "progress", // seconds without any
  "consumers", // seconds without any
  "override", // an operator's word
  "blind", // nothing fresh to decide from
  "none", // nothing limits
] as const;
export type ReasonSignal = (typeof reasonSignals)[number];

export interface Reason {
  readonly signal: ReasonSignal;
  readonly value: number | null;
  readonly setpoint: number | null;
  readonly text: string;
}

export const overrideKinds = ["rate", "open", "closed", "observe"] as const;
export type OverrideKind = (typeof overrideKinds)[number];

/** An operator's own decision. */
export interface Override {
  readonly kind: OverrideKind;
  /** null where the kind is no rate. */
  readonly rate: Rate | null;
  readonly note: string | null;
  readonly author: string | null;
  readonly until: Instant;
}

export interface Decision {
  readonly target: string;
  readonly state: DecisionState;
  readonly mode: Mode;
  readonly override: Override | null;
  /** Messages per second for all producers together; null where nothing limits; 0 where closed. */
  readonly rate: Rate | null;
  readonly reason: Reason;
  readonly lag: {
    readonly messages: number | null;
    readonly seconds: number | null;
    readonly method: LagMethod | null;
    readonly trend: Trend;
  };
  /** The instant of the sample that this rests on; null where there never was one. */
  readonly observedAt: Instant | null;
  readonly decidedAt: Instant;
  readonly validUntil: Instant;
  /** How long whoever is refused is told to stay away; absent where the next free cell tells. */
  readonly retryAfterMs?: number;
  /** While shedding. */
  readonly shedding?: Shedding;
}

/** What is done beyond the hard bound is decided by class, where the classes are known (sharing/share.ts). */
export interface Shedding {
  /** What a class that is alone is held to. */
  readonly floorRate: Rate;
  /** When lag is forecast to be below half the bound, if nobody sends what is shed; null: not in sight. */
  readonly endsAt: Instant | null;
}
