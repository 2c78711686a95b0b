/**
 * What a broker said of a target at one instant. Missing is never zero: an absent value is unknown.
 * The same shape, with ISO instants, is a line of `headgate replay`.
 */
import type { Instant } from "./units.ts";

export const qualities = ["fresh", "approximate", "stale", "unknown"] as const;
export type Quality = (typeof qualities)[number];
export type KnownQuality = Exclude<Quality, "unknown">;

/** A value as it was observed: a bare number is fresh, an absent one is unknown. */
export type Value = number | { readonly value: number; readonly quality: KnownQuality };

/** A value with its quality. What is unknown has no value. */
export type Reading =
  | { readonly quality: "unknown" }
  | { readonly quality: KnownQuality; readonly value: number };

export const unknown: Reading = { quality: "unknown" };

/** Negative numbers and NaN are refused by the caller where they cannot be; here a value only gets its quality. */
export const read = (value: Value | undefined): Reading =>
  value === undefined
    ? unknown
    : typeof value === "number"
      ? { quality: "fresh", value }
      : { quality: value.quality, value: value.value };

/** What is known of a value, however old or rough. */
export const known = (value: Value | undefined): number | undefined =>
  value === undefined ? undefined : typeof value === "number" ? value : value.value;

/** The lesser of two qualities: what a sum of both may claim. */
export const worse = (a: Quality, b: Quality): Quality =>
  qualities.indexOf(a) > qualities.indexOf(b) ? a : b;

export const groupStates = ["stable", "rebalancing", "empty", "dead", "unknown"] as const;
export type GroupState = (typeof groupStates)[number];

/** One Kafka topic-partition as its group sees it. Offsets are counts of messages since the log began. */
export interface PartObservation {
  /** `topic/partition`. */
  readonly part: string;
  /** First offset that still exists. */
  readonly logStart?: Value;
  /** Last stable offset: up to here a consumer may read. */
  readonly end?: Value;
  /** One past the last record written, committed transaction or not. */
  readonly highWatermark?: Value;
  /** Offset of the next message the group will take; -1 where it never committed. */
  readonly committed?: Value;
  /** Changes when the topic is recreated. */
  readonly topicId?: string;
  /** Offset of the last record that is a message, not a transaction marker, where the adapter looked. */
  readonly lastRecord?: Value;
  /** The topic is compacted: offsets over-count messages. */
  readonly compacted?: boolean;
}

/** Totals since any fixed origin. One that falls was reset. */
export interface Outcomes {
  readonly acked?: number;
  readonly failed?: number;
  readonly deadLettered?: number;
}

export interface Observation {
  /** When the sample was true. */
  readonly at: Instant;
  /** When it was known here. */
  readonly receivedAt: Instant;
  /** Messages nobody has taken yet. */
  readonly ready?: Value;
  /** Messages taken and not completed; part of lag. */
  readonly unacked?: Value;
  /** Messages not due yet; never part of lag. */
  readonly delayed?: Value;
  /** Total of messages that ever arrived. */
  readonly produced?: Value;
  /** Total of messages that were ever completed. */
  readonly consumed?: Value;
  /** Total of messages that were let in by Headgate. */
  readonly admitted?: number;
  /** Total of messages that asked to be let in. */
  readonly attempted?: number;
  readonly oldestAgeMs?: Value;
  /** How long, how many bytes of one part, and how many messages the broker keeps before it deletes the oldest. */
  readonly retentionMs?: number;
  readonly retentionBytes?: number;
  readonly retentionMessages?: number;
  readonly consumers?: Value;
  readonly groupState?: GroupState;
  readonly outcomes?: Outcomes;
  /** Given parts, lag comes from them; given none, from `ready` and `unacked`. */
  readonly parts?: readonly PartObservation[];
}
