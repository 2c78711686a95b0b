/**
 * A rate over time, in messages per second:
 *
 *   f(t) = piece(t) · (1 + Σ share·sin(2π·t/period)) · (1 + w(t)),  never below 0
 *
 * w is an Ornstein-Uhlenbeck process of standard deviation `share` and time constant τ, in its exact
 * discretisation: w ← w·e^(−h/τ) + share·√(1 − e^(−2h/τ))·N(0,1).
 */
import { gaussian } from "./random.ts";

export interface Piece {
  /** Seconds from the start; the value holds until the next piece. */
  readonly from: number;
  readonly value: number;
}

export interface Signal {
  readonly pieces: readonly Piece[];
  readonly sine?: { readonly share: number; readonly periodSeconds: number };
  readonly wander?: { readonly share: number; readonly tauSeconds: number };
}

/** One value for each step. */
export function sampleSignal(
  { pieces, sine, wander }: Signal,
  steps: number,
  stepSeconds: number,
  random: () => number,
): Float64Array {
  const values = new Float64Array(steps);
  const normal = gaussian(random);
  const keep = wander === undefined ? 0 : Math.exp(-stepSeconds / wander.tauSeconds);
  let w = wander === undefined ? 0 : wander.share * normal();
  let piece = 0;
  for (let index = 0; index < steps; index += 1) {
    const t = index * stepSeconds;
    while ((pieces[piece + 1]?.from ?? Number.POSITIVE_INFINITY) <= t) piece += 1;
    const swing = sine === undefined ? 0 : sine.share * Math.sin((2 * Math.PI * t) / sine.periodSeconds);
    if (wander !== undefined) w = keep * w + wander.share * Math.sqrt(1 - keep * keep) * normal();
    values[index] = Math.max(0, (pieces[piece]?.value ?? 0) * (1 + swing) * (1 + w));
  }
  return values;
}
