/**
 * The fields RateLimit-Policy and RateLimit of draft-ietf-httpapi-ratelimit-headers-10, for clients that know
 * them already. The policy is named after its target; `q` messages fit into `w` whole seconds at what all may
 * send together who ask for this tenant in this class; `r` more fit into the next `t` whole seconds.
 */
import type { Rate } from "../core/units.ts";

/** A quota below this would round the rate away. */
const leastQuota = 10;

/** No window is longer: whoever spent a whole day's quota at once would be no slower for it. */
const longestWindowSeconds = 1000;

/** No wait is told that is longer: the rate may have changed long before. */
const longestResetSeconds = 300;

/** Rounding must not lose a whole message to binary fractions. */
const wholeBelow = (value: number): number => Math.floor(value + 1e-9);

export interface RateLimitFields {
  readonly "ratelimit-policy": string;
  readonly ratelimit: string;
}

/**
 * `waitSeconds`: until whoever asked may send, or may ask again. Then its `cost` passes, and the next message
 * after that.
 */
export const rateLimitFields = (
  target: string,
  rate: Rate,
  allowed: boolean,
  waitSeconds: number,
  cost: number,
): RateLimitFields => {
  let window = 1;
  while (rate > 0 && rate * window < leastQuota && window < longestWindowSeconds) window *= 10;
  const ahead = allowed ? waitSeconds + cost / rate : waitSeconds;
  const [remaining, reset] =
    allowed && ahead < 1
      ? [wholeBelow(rate * (1 - ahead)), 1]
      : [0, Math.ceil(Math.min(Math.max(ahead, 1), longestResetSeconds))];
  return {
    "ratelimit-policy": `"${target}";q=${wholeBelow(rate * window)};w=${window}`,
    ratelimit: `"${target}";r=${remaining};t=${reset}`,
  };
};
