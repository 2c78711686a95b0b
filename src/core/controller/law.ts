/**
 * The law: what producers together may send, so that lag is held at the setpoint while they want more than
 * consumers can do.
 *
 *   R = clamp(μ − λx + (S*·μ − L̂)/Tc,  floor,  1.25·(1 + S* / Tc)·μ)
 *   floor = max(minRate, 0.05·max(μ, 0.2·μpeak))
 *
 * Regimes. Lag at the setpoint: R = μ − λx, what consumers leave. Above it: less, so that the excess is gone
 * in Tc. An empty line: up to S*·μ more per Tc, so whoever asks for no more than that is never held. The floor
 * keeps a collapsed estimate from shutting the gate for ever: a floor relative to that estimate alone would.
 *
 * Cold: μ is known only from below (capacity.ts), or a reading of lag may be off by half of what is to be held. To
 * hold a healthy rush by that would be wrong, and to leave the gate open would let in a flood before anything is
 * seen of it. So twenty times μ may come, until a sample shows lag at the setpoint, or producers want more even than
 * that: then the law holds with the μ there is, less what may be noise, and each interval may raise it.
 */
import type { Assessment } from "../assessment.ts";
import { clamp, type Instant, type Rate } from "../units.ts";
import type { Delays } from "./delays.ts";
import { predictLag, type Rates } from "./rates.ts";

export interface Law {
  /** null: nothing limits. */
  readonly rate: Rate | null;
  /** Lag as it is predicted for this instant. */
  readonly lagMessages: number;
  /** μ, as it was used; 0 where unknown. */
  readonly capacity: Rate;
  /** μ is known only from below: lag over μ is no time. */
  readonly cold: boolean;
  /** The rate is a ceiling that nobody is meant to reach. */
  readonly isCeiling: boolean;
}

const coldFactor = 20;
/** Of less than this nothing is to be multiplied, per second. */
const leastRate = 1;

/**
 * `isHeldBack`: whether producers want more than a rate. `usefulShare`: of what is completed, what does not fail.
 * Work that fails is not drain: it comes again, by another way. So μ counts by that share in what may be let in,
 * and whole in how lag moves.
 */
export function lawRate(
  rates: Rates,
  at: Instant,
  admittedTotal: number | undefined,
  delays: Delays,
  minRate: Rate,
  isHeldBack: (rate: Rate) => boolean,
  usefulShare = 1,
): Law {
  const lagMessages = predictLag(rates, at, admittedTotal);
  const capacity = capacityOf(rates);
  const { setpointSeconds, correctSeconds } = delays;
  const noise = rates.lagNoise;
  const most = delays.mostMessages ?? Number.POSITIVE_INFINITY;
  const useful = usefulShare * capacity;
  const held = Math.min(setpointSeconds * useful, most);
  const isLost = capacity >= leastRate && noise > held / 2;
  const cold = rates.capacity === undefined || rates.capacity.fromBelow || isLost;
  const law = { lagMessages, capacity, cold, isCeiling: false };
  const floor = floorRate(rates, minRate);
  if (isUnknown(rates, cold)) return { ...law, rate: lagMessages > most ? floor : null };
  if (cold) {
    const ceiling = Math.max(floor, coldFactor * capacity);
    const isBehind = rates.sample.lagMessages > Math.max(held, Math.min(noise, most)) || lagMessages > most;
    if (!isBehind && !isHeldBack(ceiling)) return { ...law, rate: ceiling, isCeiling: true };
  }
  // What may be noise holds nobody back before it is known what consumers can do.
  const lag = cold ? Math.max(0, lagMessages - noise) : lagMessages;
  const exogenous = cold ? 0 : Math.max(0, rates.exogenous?.v ?? 0);
  const wanted = useful - exogenous + (held - lag) / correctSeconds;
  return { ...law, rate: clamp(wanted, floor, Math.max(floor, usefulShare * ceilingRate(rates, delays))) };
}

/** Nothing was seen yet that tells what consumers can do. */
const isUnknown = (rates: Rates, cold: boolean): boolean =>
  rates.intervals === 0 || rates.capacity === undefined || (cold && capacityOf(rates) < leastRate);

/** The last known drain; undefined where consumers never had enough to do to show one. */
export const knownDrain = (
  rates: Rates | undefined,
  { capacity, drain }: Pick<Assessment, "capacity" | "drain">,
): Rate | undefined =>
  rates === undefined || isUnknown(rates, rates.capacity?.fromBelow ?? true)
    ? undefined
    : (capacity ?? drain);

const capacityOf = (rates: Rates): Rate => Math.max(0, rates.capacity?.filter.v ?? 0);

/** The least that always flows. */
export const floorRate = (rates: Rates, minRate: Rate): Rate =>
  Math.max(minRate, 0.05 * Math.max(capacityOf(rates), 0.2 * (rates.capacity?.peak ?? 0)));

/** The most that is ever let in: enough to fill an empty line to the setpoint in Tc. */
export const ceilingRate = (rates: Rates, { setpointSeconds, correctSeconds }: Delays): Rate =>
  1.25 * (1 + setpointSeconds / correctSeconds) * capacityOf(rates);
