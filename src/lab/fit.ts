/**
 * Fits a rival's gains at one poll: its published ones, those of the polls before and random ones, then a pattern
 * search from the best few. Deterministic. Its aim, over the shaping scenarios and seeds, the mean of
 *
 *   |lag − S*| / S*  +  variation of the rate  +  20 · share of capacity lost  (+ 0.2 where it never settles)
 *
 * so that holding the setpoint, standing still and keeping consumers busy all count, the last the most.
 */
import { clamp } from "../core/units.ts";
import type { Law } from "./law.ts";
import { seeded } from "./random.ts";
import type { Gain, Gains, Rival } from "./rival.ts";
import type { Scenario } from "./scenario.ts";
import { runSeries } from "./series.ts";

export const withGains = (rival: Rival, gains: Gains): Law => ({
  name: rival.name,
  begin: (setup) => rival.begin(setup, gains),
});

export interface Shaping {
  readonly scenarios: readonly Scenario[];
  readonly seeds: readonly number[];
}

export interface Fitted {
  readonly gains: Gains;
  readonly cost: number;
}

export function costOf(law: Law, pollSeconds: number, { scenarios, seeds }: Shaping): number {
  let [sum, count] = [0, 0];
  for (const scenario of scenarios) {
    for (const runs of Object.values(runSeries(scenario, law, pollSeconds, seeds))) {
      for (const { strayPercent, variationPercent, utilisationPercent, settlesSeconds } of runs) {
        const lost = 1 - utilisationPercent / 100;
        sum +=
          strayPercent / 100 +
          variationPercent / 100 +
          20 * lost +
          (Number.isFinite(settlesSeconds) ? 0 : 0.2);
        count += 1;
      }
    }
  }
  return sum / count;
}

const randomPoints = 120;
const descents = 3;
const rounds = 10;

/** `near`: gains to begin from beside the published ones, such as those of a neighbouring poll. */
export function fit(rival: Rival, pollSeconds: number, shaping: Shaping, near: readonly Gains[]): Fitted {
  const random = seeded(1, pollSeconds);
  const names = Object.keys(rival.gains);
  const gainOf = (name: string): Gain => rival.gains[name] ?? { low: 0, high: 1, published: 0 };
  const toGains = (point: readonly number[]): Gains =>
    Object.fromEntries(names.map((name, index) => [name, at(gainOf(name), point[index] ?? 0)]));
  const tried = (point: readonly number[]) => {
    const cost = costOf(withGains(rival, toGains(point)), pollSeconds, shaping);
    return { point, cost: Number.isFinite(cost) ? cost : Number.MAX_VALUE };
  };

  const begun = [
    names.map((name) => place(gainOf(name), gainOf(name).published)),
    ...near.map((gains) => names.map((name) => place(gainOf(name), gains[name] ?? gainOf(name).published))),
    ...Array.from({ length: randomPoints }, () => names.map(() => random())),
  ].map(tried);
  const best = begun
    .sort((a, b) => a.cost - b.cost)
    .slice(0, descents)
    .map((start) => {
      let here = start;
      let reach = 0.15;
      for (let round = 0; round < rounds; round += 1) {
        const before = here;
        for (let index = 0; index < names.length; index += 1) {
          for (const step of [reach, -reach]) {
            const next = tried(
              here.point.map((value, i) => (i === index ? clamp(value + step, 0, 1) : value)),
            );
            if (next.cost < here.cost) here = next;
          }
        }
        if (here === before) reach /= 2;
      }
      return here;
    })
    .reduce((a, b) => (b.cost < a.cost ? b : a));
  return { gains: toGains(best.point), cost: best.cost };
}

/** From a place in [0, 1] to the gain, to four digits, and back. */
const at = ({ low, high, log }: Gain, place01: number): number =>
  Number((log ? low * (high / low) ** place01 : low + (high - low) * place01).toPrecision(4));
const place = ({ low, high, log }: Gain, value: number): number =>
  log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
