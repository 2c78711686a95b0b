/**
 * What the law is told of completions, by the first of these that there is:
 *
 *   counters   the broker counts what was completed
 *   arrivals   it counts what arrived: completed = arrived − lag
 *   lag        it counts neither: completed = let in − lag, which is short of it by what others send. Then μ is only
 *              what consumers do beside that, μ − λx, and lag settles off the setpoint by as large a share
 *   nothing    not even what was let in is counted
 *
 * A counter that is missing for a moment is no change of basis: only one that stays away for six polls.
 */
import { type Basis, bases } from "../assessment.ts";
import type { Instant } from "../units.ts";

interface Counts {
  readonly lagMessages: number;
  readonly producedTotal: number | undefined;
  readonly consumedTotal: number | undefined;
  readonly admittedTotal: number | undefined;
}

const patiencePolls = 6;

/** `before`: the last sample, and when completions were told last. */
export function basisOf(
  counts: Counts,
  at: Instant,
  before: { readonly sample: { readonly basis: Basis }; readonly toldAt: Instant } | undefined,
  pollMs: number,
): Basis {
  const basis: Basis =
    counts.consumedTotal !== undefined
      ? "counters"
      : counts.producedTotal !== undefined
        ? "arrivals"
        : counts.admittedTotal !== undefined
          ? "lag"
          : "nothing";
  if (before === undefined || bases.indexOf(basis) <= bases.indexOf(before.sample.basis)) return basis;
  return at - before.toldAt > patiencePolls * pollMs ? basis : before.sample.basis;
}

/** The total of completions on a basis; undefined where the sample does not tell it. */
export function completionsOf(basis: Basis, counts: Counts): number | undefined {
  const { lagMessages, producedTotal, consumedTotal, admittedTotal } = counts;
  switch (basis) {
    case "counters":
      return consumedTotal;
    case "arrivals":
      return producedTotal === undefined ? undefined : producedTotal - lagMessages;
    case "lag":
      return admittedTotal === undefined ? undefined : admittedTotal - lagMessages;
    case "nothing":
      return undefined;
  }
}
