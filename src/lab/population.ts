/** Who sends: the governed producers, in kinds that want alike, and whom each works for. */
import type { Priority } from "../core/sharing/priorities.ts";
import { seeded } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { sampleSignal } from "./signal.ts";

/** Whom one producer works for. */
export interface Claim {
  readonly tenant: string;
  readonly weight: number;
  readonly priority: Priority;
}

export interface Population {
  readonly count: number;
  /** By producer. */
  readonly kinds: Uint16Array;
  readonly claims: readonly Claim[];
  /** By kind and step: what one producer of it wants, in messages per second. */
  readonly wants: readonly Float64Array[];
  /** What all of them want together, by step. */
  readonly demand: Float64Array;
}

const plainClaim: Claim = { tenant: "default", weight: 1, priority: "normal" };

export function populate(scenario: Scenario, steps: number, stepSeconds: number, seed: number): Population {
  const groups =
    scenario.tenants.length === 0
      ? [{ count: scenario.producers.count, demand: scenario.demand, share: scenario.producers.count }]
      : scenario.tenants.map(({ count, demand }) => ({ count, demand, share: 1 }));
  const wants = groups.map(({ demand, share }, index) =>
    sampleSignal(demand, steps, stepSeconds, seeded(seed, 5 + 100 * index)).map((rate) => rate / share),
  );
  const demand = new Float64Array(steps);
  groups.forEach(({ count }, kind) => {
    wants[kind]?.forEach((rate, step) => {
      demand[step] = (demand[step] ?? 0) + count * rate;
    });
  });
  const kinds = Uint16Array.from(groups.flatMap(({ count }, kind) => new Array<number>(count).fill(kind)));
  const claims = [...kinds].map((kind, index): Claim => {
    const tenant = scenario.tenants[kind];
    return tenant === undefined ? plainClaim : { ...tenant, tenant: `${tenant.name}-${index}` };
  });
  return { count: kinds.length, kinds, claims, wants, demand };
}
