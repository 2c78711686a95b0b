/**
 * Breakwater's credit pool, with a sample for its round trip and the wait in the line for its queueing delay:
 *
 *   wait < target:  credits ← credits + α·nominal
 *   else:           credits ← credits · max(1 − β·(wait − target)/target, 0.5)
 *
 * Credits are issued per second here. As there, they rise only while clients use them.
 */
import { perReading, type Rival } from "../rival.ts";
import { waitMeter } from "./wait.ts";

const usedShare = 0.85;

export const breakwater: Rival<"target" | "alpha" | "beta"> = {
  name: "breakwater",
  rule: "below a target wait + α, above × (1 − β·excess), at least × 0.5",
  source: "Cho et al., Overload control for µs-scale RPCs with Breakwater, OSDI 2020, section 3.2",
  gains: {
    target: { low: 0.05, high: 1.5, published: 1 },
    alpha: { low: 0.0005, high: 0.5, published: 0.001, log: true },
    beta: { low: 0.001, high: 2, published: 0.02, log: true },
  },
  begin({ nominalCapacity, setpointSeconds }, { target, alpha, beta }) {
    const wait = waitMeter(nominalCapacity);
    const targetSeconds = target * setpointSeconds;
    let rate = nominalCapacity;
    let before = { at: 0, admitted: 0 };
    return perReading((reading) => {
      const excess = wait(reading) / targetSeconds - 1;
      const used = (reading.admitted - before.admitted) / Math.max(1e-9, reading.at - before.at);
      before = { at: reading.at, admitted: reading.admitted };
      if (excess > 0) rate *= Math.max(1 - beta * excess, 0.5);
      else if (used > usedShare * rate) rate += alpha * nominalCapacity;
      rate = Math.max(rate, 0.01 * nominalCapacity);
      return rate;
    });
  },
};
