/** A law that others use: its rule from its published description, its gains as numbers to be fitted. */
import type { Controller, LawSetup } from "./law.ts";

export interface Gain {
  readonly low: number;
  readonly high: number;
  /** What its source gives, or what a careful person would begin with. */
  readonly published: number;
  /** Searched by its logarithm. */
  readonly log?: true;
}

export type Gains<Name extends string = string> = Readonly<Record<Name, number>>;

export interface Rival<Name extends string = string> {
  readonly name: string;
  /** One line for a table. */
  readonly rule: string;
  readonly source: string;
  readonly gains: Readonly<Record<Name, Gain>>;
  begin(setup: LawSetup, gains: Gains<Name>): Controller;
}

/** Most rivals act on a sample alone: a rule from one reading to a rate, none before the first. */
export function perReading(next: (reading: Parameters<Controller["observed"]>[0]) => number): Controller {
  let rate = Number.POSITIVE_INFINITY;
  return {
    observed(reading) {
      rate = next(reading);
    },
    pollFailed() {},
    tick() {},
    rate: () => rate,
  };
}
