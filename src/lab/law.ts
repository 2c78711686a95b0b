/** What a law is to the laboratory: it hears of samples and says what each producer may send. */

import type { Claim } from "./population.ts";

/** One poll as it arrives: what a broker tells, noisy and late. Absent: the broker has no such counter. */
export interface Reading {
  /** Seconds from the start: when it was true, and when it was known. */
  readonly at: number;
  readonly receivedAt: number;
  readonly lag: number;
  readonly produced: number | undefined;
  readonly consumed: number | undefined;
  /** Totals of the governed producers when the sample was taken. */
  readonly admitted: number;
  readonly attempted: number;
  readonly rebalancing: boolean;
}

/** One producer that comes for its share. */
export interface Ask {
  readonly at: number;
  readonly producer: number;
  /** Its own totals. */
  readonly attempted: number;
  readonly admitted: number;
  /** What it may still send; undefined where its lease has expired, or it never had one. */
  readonly has: number | undefined;
  /** Messages per second that it wants now. */
  readonly wants: number;
}

/** A lease. After `ttlSeconds` without another the producer goes on at its safe rate. */
export interface Grant {
  readonly rate: number;
  readonly refreshSeconds: number;
  readonly ttlSeconds: number;
  readonly safeRate: number;
}

/** What is known of the loop before it begins. */
export interface LawSetup {
  /** Seconds from the start: later than 0 where it begins again. */
  readonly begunAt: number;
  /** What the one before it kept; undefined where there was none, or it keeps nothing. */
  readonly kept: unknown;
  readonly pollSeconds: number;
  readonly refreshSeconds: number;
  /** S*: the setpoint that is to be held, and the one that was configured. */
  readonly setpointSeconds: number;
  readonly configuredSetpointSeconds: number;
  /** What consumers can do at the start: what a person would have measured and written into a configuration. */
  readonly nominalCapacity: number;
  /** By producer: whom it works for. */
  readonly claims: readonly Claim[];
  /** Producers hold leases, where the law has any to give. */
  readonly leased: boolean;
  readonly retentionSeconds: number | undefined;
  readonly retentionMessages: number | undefined;
  readonly truth: Truth;
}

/** The plant itself, for the oracle alone. Arrays hold one value a step. */
export interface Truth {
  readonly stepSeconds: number;
  readonly capacity: Float64Array;
  readonly demand: Float64Array;
  readonly exogenous: Float64Array;
  readonly lag: Float64Array;
  /** Total of arrivals from the start, governed and not. */
  readonly arrived: Float64Array;
  /** By producer: what it may send now, and when it asks again. */
  readonly held: Float64Array;
  readonly refreshAt: Float64Array;
}

/** A law at work. Instants are seconds from the start. */
export interface Controller {
  observed(reading: Reading): void;
  pollFailed(at: number): void;
  /** Every 250 ms: totals of what was admitted and attempted by then. */
  tick(at: number, admitted: number, attempted: number): void;
  /** Consumers report how many they completed and how many of them failed, since the last report. */
  outcomes?(at: number, acked: number, failed: number): void;
  /** What all producers together may send; Infinity where nothing limits. */
  rate(): number;
  /** What one producer is told that asks at `at`; absent: its even part of the rate. */
  grant?(at: number, producer: number): number;
  /** Instead of both: a lease, for what the producer tells. */
  renew?(ask: Ask): Grant;
  /** What it counts as admitted and attempted by then; absent: it is told, exactly. */
  counted?(at: number): { readonly admitted: number; readonly attempted: number };
  /** What is stored, once a second, for whoever begins again. */
  keep?(): unknown;
  /** Whether it takes consumers for failing; absent where a law cannot tell. */
  isFailing?(): boolean;
}

export interface Law {
  readonly name: string;
  begin(setup: LawSetup): Controller;
}
