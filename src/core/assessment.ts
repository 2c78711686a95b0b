/** What the observations of a target add up to. */
import type { GroupState, Quality } from "./observation.ts";
import type { Instant, Rate } from "./units.ts";

export const lagMethods = ["exact", "interpolated", "rate"] as const;
export type LagMethod = (typeof lagMethods)[number];

/** Lag in seconds always names its method; where no method gives sense it is unknown. */
export type LagSeconds =
  | { readonly quality: "unknown" }
  | { readonly quality: "fresh" | "approximate"; readonly seconds: number; readonly method: LagMethod };

/**
 * What completions are told from: their own counter; arrivals and lag; lag and what was let in, which leaves out
 * what others send; or nothing.
 */
export const bases = ["counters", "arrivals", "lag", "nothing"] as const;
export type Basis = (typeof bases)[number];

export const trends = ["rising", "falling", "steady", "unknown"] as const;
export type Trend = (typeof trends)[number];

export const statuses = [
  "unknown", // nothing fresh to say it from
  "idle", // nothing to do
  "keepingUp", // consumers have time to spare
  "behind", // consumers are busy with a backlog
  "stalled", // a backlog, and nothing was completed over three polls
] as const;
export type Status = (typeof statuses)[number];

/** What is worth telling about a part, by rule (see lag/part.ts). */
export const partFlags = [
  "noCommit",
  "messagesLost",
  "recreated",
  "markersOnly",
  "leaderless",
  "compacted",
  "held",
] as const;
export type PartFlag = (typeof partFlags)[number];

export interface PartAssessment {
  readonly part: string;
  /** Messages the group may read and has not completed; absent where unknown. */
  readonly lag?: number;
  /** Messages behind an open transaction. */
  readonly held?: number;
  /** Messages that were deleted before the group read them, over all time that was watched. */
  readonly lost: number;
  readonly quality: Quality;
  readonly flags: readonly PartFlag[];
  /** What its consumers complete per second, and how far it is behind in time; absent unless the slowest part counts. */
  readonly drain?: Rate;
  readonly seconds?: number;
}

export interface Assessment {
  /** The instant of the sample that this rests on; absent where there never was one. */
  readonly at?: Instant;
  readonly status: Status;
  readonly lag: {
    readonly quality: Quality;
    /** Absent where unknown. */
    readonly messages?: number;
    readonly seconds: LagSeconds;
    readonly trend: Trend;
    /** How many parts the sum covers, of how many there are. */
    readonly covers: { readonly fresh: number; readonly of: number };
  };
  readonly held?: number;
  readonly delayed?: number;
  /** Messages deleted unread since this was watched. */
  readonly lost: number;
  /** Messages per second that arrive, all producers together; absent where unknown. */
  readonly inflow?: Rate;
  /** Of it, what comes from producers that do not ask here. */
  readonly exogenousInflow?: Rate;
  /** What the rates of consumers are told from; absent before the first sample. */
  readonly basis?: Basis;
  /** Messages per second that consumers complete. */
  readonly drain?: Rate;
  /** Drain while consumers are busy: what they can do. Absent until they were seen busy. */
  readonly capacity?: Rate;
  /** Seconds until the backlog is gone at the present rates; absent where it does not shrink. */
  readonly timeToDrainSeconds?: number;
  /** Seconds until the first message is deleted unread, at the present rates; absent where none will be. */
  readonly timeToLossSeconds?: number;
  /** What the broker keeps, as far as that is limited and known. */
  readonly retention?: { readonly seconds?: number; readonly messages?: number };
  readonly consumers?: number;
  /** The part that is furthest behind in time; absent unless the slowest part counts. */
  readonly worstPart?: { readonly part: string; readonly seconds: number };
  readonly groupState: GroupState;
  readonly parts: readonly PartAssessment[];
}
