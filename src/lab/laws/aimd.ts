/**
 * Additive increase, multiplicative decrease, once a sample:
 *
 *   lag > threshold:  rate ← decrease·rate
 *   else:             rate ← rate + increase·nominal,   while what is allowed is used (RFC 7661)
 */
import { perReading, type Rival } from "../rival.ts";

/** Less than this share of the rate used says nothing of whether more could be. */
const usedShare = 0.85;

export const aimd: Rival<"threshold" | "increase" | "decrease"> = {
  name: "aimd",
  rule: "above a threshold × decrease, else + increase",
  source: "Chiu and Jain, Analysis of the increase and decrease algorithms, 1989",
  gains: {
    threshold: { low: 0.05, high: 1.5, published: 1 },
    increase: { low: 0.002, high: 1, published: 0.05, log: true },
    decrease: { low: 0.3, high: 0.99, published: 0.5 },
  },
  begin({ nominalCapacity, setpointSeconds }, { threshold, increase, decrease }) {
    let rate = nominalCapacity;
    let before = { at: 0, admitted: 0 };
    return perReading(({ at, lag, admitted }) => {
      const used = (admitted - before.admitted) / Math.max(1e-9, at - before.at);
      before = { at, admitted };
      if (lag > threshold * setpointSeconds * nominalCapacity) rate *= decrease;
      else if (used > usedShare * rate) rate += increase * nominalCapacity;
      rate = Math.max(rate, 0.01 * nominalCapacity);
      return rate;
    });
  },
};
