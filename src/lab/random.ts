/** Seeded randomness: the same seed gives the same run on every machine. */
import type { Random } from "../core/ports.ts";

/** Mulberry32. `stream` sets apart what must not disturb one another, so that every law meets the same noise. */
export function seeded(seed: number, stream = 0): Random {
  let state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Standard normal numbers out of uniform ones (Box and Muller). */
export const gaussian =
  (random: Random): (() => number) =>
  () =>
    Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
