/** A scenario: what happens to a modelled queue, which stretches of it are measured, and what they must show. */
import type { Priority } from "../core/sharing/priorities.ts";
import type { Signal } from "./signal.ts";

export const counters = ["produced", "consumed"] as const;
export const statistics = ["median", "worst"] as const;

export const figureNames = [
  "peakSeconds", // the highest lag, in seconds of the capacity there is
  "overshootPercent", // of it, what is above the setpoint, as a share of the setpoint
  "peakOverSeconds", // of it, what is above the lag at the window's start: that much is unavoidable
  "peakOverDelay", // the same, as a multiple of what delay costs at worst
  "settlesSeconds", // the last instant outside ± 25 % of the setpoint; never: in the last tenth still
  "strayPercent", // the mean distance of lag from the setpoint, as a share of it
  "biasPercent", // mean lag over the last 40 % against the setpoint
  "variationPercent", // standard deviation over mean of the admitted rate, over the last 40 %
  "growth", // how far lag strays in the last third, against the middle one; both at least a quarter of the setpoint
  "utilisationPercent", // completed over capacity while producers want more than that
  "idleSeconds", // seconds of capacity that were lost then
  "heldBackPercent", // what was wanted and not admitted
  "mostAdmitted", // the highest rate that was let in, in messages per second
  "jain", // how even the shares are, each over what it should have been of all that was admitted
  "fairRefreshes", // after so many refreshes that was at least 0.98 over the last one
  "topHeldBackPercent", // what the highest class wanted and was not admitted
  "lostMessages", // deleted unread
  "failedMessages", // completed, and in vain
  "failingSeconds", // how long the circuit was open
  "opensPolls", // when it opened, in polls from the window's start; never: not in it
] as const;
export type FigureName = (typeof figureNames)[number];

export interface Window {
  readonly name: string;
  /** Seconds from the start. */
  readonly from: number;
  readonly to: number;
}

/** One figure over all seeds, against a bound: of its own, or a multiple of what the oracle shows. */
export interface Requirement {
  readonly window: string;
  readonly figure: FigureName;
  readonly statistic: (typeof statistics)[number];
  readonly atMost?: number;
  readonly atLeast?: number;
  /** At most this many times the oracle's, in the same statistic over the same seeds. */
  readonly atMostOracle?: number;
  /** Only over the seeds in which the oracle attains it: nobody can where it cannot. */
  readonly unlessOracle?: true;
  /** Only at these polls, in seconds; absent: at all. */
  readonly polls?: readonly number[];
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** So many tenants that are alike, each with one producer. */
export interface TenantGroup {
  readonly name: string;
  readonly count: number;
  readonly weight: number;
  readonly priority: Priority;
  /** What one of them wants. */
  readonly demand: Signal;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly seconds: number;
  readonly setpointSeconds: number;
  readonly capacity: Signal;
  readonly demand: Signal;
  readonly exogenous: Signal;
  /** Standard deviation of each count, as a share of one poll's messages. */
  readonly noise: number;
  readonly jitter: number;
  /** How old a sample is when it arrives: a share of the poll, and seconds beside. */
  readonly sampleAge: { readonly polls: number; readonly seconds: number };
  /** The share of polls that get no answer. */
  readonly lostPolls: number;
  readonly counters: readonly (typeof counters)[number][];
  /** Completions and lag are seen as of the last commit; 0: at once. */
  readonly commitEverySeconds: number;
  /** Consumers stop for so long. */
  readonly rebalances: readonly Span[];
  /** The share of what consumers complete that fails, at unchanged drain; they report it every second. */
  readonly failures: Signal;
  /** What is older, or beyond so many, is deleted. `setpoints`: seconds, as a multiple of the setpoint. */
  readonly retention: { readonly seconds?: number; readonly setpoints?: number; readonly messages?: number };
  readonly producers: {
    readonly count: number;
    /** Some take up what they are told only seconds later, some never. */
    readonly late: { readonly count: number; readonly seconds: number };
    readonly deaf: number;
  };
  /** Producers of several tenants, one of each, in place of `producers` and `demand`. */
  readonly tenants: readonly TenantGroup[];
  /** Producers hold leases, where a law gives any; else they ask again and again. */
  readonly leases: boolean;
  /** When the daemon does not run, does not reach the broker, or is not reached by producers. */
  readonly away: {
    readonly killed: readonly Span[];
    readonly cutOff: readonly Span[];
    readonly apart: readonly Span[];
  };
  readonly windows: readonly Window[];
  readonly must: readonly Requirement[];
}
