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
 * Never seen busy (cold), μ is known only from below and would hold a healthy rush: the gate is open until lag
 * is forecast to reach the setpoint before the next sample can tell more.
 */
import { clamp, type Instant, type Rate, secondsBetween } from "../units.ts";
import type { Delays } from "./delays.ts";
import { predictLag, type Rates, tellRates } from "./rates.ts";

export interface Law {
  /** null: nothing limits. */
  readonly rate: Rate | null;
  /** Lag as it is predicted for this instant. */
  readonly lagMessages: number;
  /** μ, as it was used; 0 where unknown. */
  readonly capacity: Rate;
}

export function lawRate(
  rates: Rates,
  at: Instant,
  admittedTotal: number | undefined,
  delays: Delays,
  minRate: Rate,
): Law {
  const told = tellRates(rates);
  const lagMessages = predictLag(rates, at, admittedTotal);
  const capacity = rates.capacity === undefined ? 0 : Math.max(0, rates.capacity.v);
  const { setpointSeconds, correctSeconds } = delays;
  if (rates.intervals === 0 || rates.capacity === undefined) return { rate: null, lagMessages, capacity };

  if (rates.busyIntervals === 0) {
    const untilNext = Math.max(0, delays.sampleSeconds - secondsBetween(rates.sample.at, at));
    const growth = Math.max(0, (told.inflow ?? 0) - capacity);
    const forecast = lagMessages + growth * (untilNext + delays.sampleSeconds);
    if (forecast < setpointSeconds * capacity || lagMessages < 1)
      return { rate: null, lagMessages, capacity };
  }
  const floor = floorRate(rates, minRate);
  const wanted =
    capacity - (told.exogenousInflow ?? 0) + (setpointSeconds * capacity - lagMessages) / correctSeconds;
  return { rate: clamp(wanted, floor, Math.max(floor, ceilingRate(rates, delays))), lagMessages, capacity };
}

/** The least that always flows. */
export const floorRate = (rates: Rates, minRate: Rate): Rate =>
  Math.max(minRate, 0.05 * Math.max(rates.capacity?.v ?? 0, 0.2 * rates.peakCapacity));

/** The most that is ever let in: enough to fill an empty line to the setpoint in Tc. */
export const ceilingRate = (rates: Rates, { setpointSeconds, correctSeconds }: Delays): Rate =>
  1.25 * (1 + setpointSeconds / correctSeconds) * Math.max(0, rates.capacity?.v ?? 0);
