/** What a target is decided by: its configuration with all defaults filled in. */
import type { Rate } from "./units.ts";

export const modes = ["enforce", "observe"] as const;
export type Mode = (typeof modes)[number];

/** What counts as a target's lag: that of all parts together, or in time that of the slowest. */
export const signals = ["total", "worstPart"] as const;
export type Signal = (typeof signals)[number];

export const blindPolicies = ["safe", "open", "closed"] as const;
export type BlindPolicy = (typeof blindPolicies)[number];

/** In force from lag above `above` until it is below `below`. */
export interface ThresholdStep {
  readonly above: number;
  readonly below: number;
  readonly rate: Rate;
}

/** Hold lag at a setpoint, or follow plain steps. */
export type Policy =
  | { readonly kind: "setpoint"; readonly setpointSeconds: number; readonly maxSeconds: number }
  | {
      readonly kind: "thresholds";
      readonly unit: "messages" | "seconds";
      /** Ascending by `above`; the last one in force holds. */
      readonly steps: readonly ThresholdStep[];
    };

/** When consumers count as failing. */
export interface CircuitSettings {
  /** Of all outcomes, those that failed. */
  readonly failureRatio: number;
  /** Fewer outcomes than this, or fewer messages that wait, prove nothing. */
  readonly minimum: number;
  /** How long consumers may complete nothing with work before them. */
  readonly noProgressMs: number;
}

export interface TargetSettings {
  readonly policy: Policy;
  readonly signal: Signal;
  /** How often the broker is asked. */
  readonly pollMs: number;
  readonly minRate: Rate;
  readonly maxRate: Rate | null;
  /** `auto` is half the last known drain. */
  readonly safeRate: Rate | "auto";
  readonly onBlind: BlindPolicy;
  readonly mode: Mode;
  /** null: failing consumers are not told from busy ones. */
  readonly circuit: CircuitSettings | null;
  /** Sent through leases and not yet confirmed, all producers together; null: no limit. */
  readonly maxInFlight: number | null;
  /** How long a decision may be acted on. */
  readonly leaseTtlMs: number;
  /** How soon a change of the rate reaches whoever holds it. */
  readonly refreshMs: number;
}
