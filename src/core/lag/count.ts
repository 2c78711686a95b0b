/** Observed values as counts: what cannot be one (negative, not finite, beyond 2^53) is unknown, not zero. */
import { known, type Quality, type Reading, read, unknown, type Value } from "../observation.ts";

/** The count, however old or rough; undefined where unknown. */
export const countOf = (value: Value | undefined): number | undefined => {
  const count = known(value);
  return count !== undefined && count >= 0 && count <= Number.MAX_SAFE_INTEGER ? count : undefined;
};

/** The count as this poll saw it; undefined where it is unknown or kept from an earlier one. */
export const currentCountOf = (value: Value | undefined): number | undefined =>
  qualityOf(value) === "stale" ? undefined : countOf(value);

export const countReading = (value: Value | undefined): Reading =>
  countOf(value) === undefined ? unknown : read(value);

export const qualityOf = (value: Value | undefined): Quality =>
  value === undefined ? "unknown" : typeof value === "number" ? "fresh" : value.quality;
