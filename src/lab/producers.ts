/**
 * The governed producers. Each asks at its own instants and sends what it was told until it asks again; some obey
 * late, some never. A lease that cannot be renewed is kept to its end, then its safe rate holds. Whoever has no
 * lease goes on as it was told last. Where there are leases, a law that has none to give has its rates handed out as
 * such, so that all laws are on the same terms while they are away.
 */
import type { Random } from "../core/ports.ts";
import type { Controller } from "./law.ts";
import type { Population } from "./population.ts";
import type { Scenario } from "./scenario.ts";
import type { Shares } from "./shares.ts";

const never = Number.POSITIVE_INFINITY;
const unlimited = Number.POSITIVE_INFINITY;

export interface Producers {
  /** By producer: what it may send, and when it asks next. */
  readonly held: Float64Array;
  readonly refreshAt: Float64Array;
  /** What all send in this step, in messages per second. `desk`: whom they ask; undefined: nobody is there. */
  send(index: number, t: number, desk: Controller | undefined): number;
}

export function createProducers(
  { count, kinds, wants }: Population,
  { late, deaf }: Scenario["producers"],
  refreshSeconds: number,
  stepSeconds: number,
  random: Random,
  /** What a rate of a law without leases is good for; undefined: for ever. */
  plainLease: { readonly ttlSeconds: number; readonly safeRate: number } | undefined,
  /** Filled in with what each wants and sends. */
  shares: Shares | undefined,
): Producers {
  const all = (value: number) => new Float64Array(count).fill(value);
  const [held, told, obeysAt, expiresAt, safe] = [
    all(unlimited),
    all(unlimited),
    all(never),
    all(never),
    all(0),
  ];
  const [attempted, admitted] = [all(0), all(0)];
  const refreshAt = Float64Array.from({ length: count }, () => random() * refreshSeconds);

  const ask = (i: number, t: number, desk: Controller): void => {
    let pace = refreshSeconds;
    let rate: number;
    if (desk.renew === undefined) {
      rate = desk.grant?.(t, i) ?? desk.rate() / count;
      if (plainLease !== undefined) {
        expiresAt[i] = t + plainLease.ttlSeconds;
        safe[i] = plainLease.safeRate / count;
      }
    } else {
      const grant = desk.renew({
        at: t,
        producer: i,
        attempted: attempted[i] ?? 0,
        admitted: admitted[i] ?? 0,
        has: expiresAt[i] === never ? undefined : held[i],
        wants: wants[kinds[i] ?? 0]?.[Math.round(t / stepSeconds)] ?? 0,
      });
      rate = grant.rate;
      pace = grant.refreshSeconds;
      expiresAt[i] = t + grant.ttlSeconds;
      safe[i] = grant.safeRate;
    }
    refreshAt[i] = t + pace * (0.9 + 0.1 * random());
    if (i >= deaf + late.count) {
      held[i] = rate;
    } else if (i >= deaf) {
      told[i] = rate;
      if (obeysAt[i] === never) obeysAt[i] = t + late.seconds;
    }
  };

  return {
    held,
    refreshAt,
    send(index, t, desk) {
      const interval = shares === undefined ? 0 : Math.floor(t / shares.intervalSeconds);
      let sum = 0;
      for (let i = 0; i < count; i += 1) {
        if (t >= (refreshAt[i] ?? 0)) {
          if (desk === undefined) refreshAt[i] = t + refreshSeconds * (0.9 + 0.1 * random());
          else ask(i, t, desk);
        }
        if (t >= (expiresAt[i] ?? never)) {
          expiresAt[i] = never;
          if (i >= deaf) held[i] = safe[i] ?? 0;
        }
        if (t >= (obeysAt[i] ?? never)) {
          held[i] = told[i] ?? 0;
          obeysAt[i] = never;
        }
        const wanted = wants[kinds[i] ?? 0]?.[index] ?? 0;
        const sends = Math.min(wanted, held[i] ?? 0);
        sum += sends;
        if (desk?.renew === undefined && shares === undefined) continue;
        attempted[i] = (attempted[i] ?? 0) + wanted * stepSeconds;
        admitted[i] = (admitted[i] ?? 0) + sends * stepSeconds;
        addTo(shares?.wanted[i], interval, wanted * stepSeconds);
        addTo(shares?.admitted[i], interval, sends * stepSeconds);
      }
      return sum;
    },
  };
}

const addTo = (values: Float64Array | undefined, at: number, amount: number): void => {
  if (values !== undefined) values[at] = (values[at] ?? 0) + amount;
};
