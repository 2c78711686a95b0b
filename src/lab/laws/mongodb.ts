/**
 * MongoDB's flow control, where a replica's apply rate is the drain and the commit point's lag the wait:
 *
 *   lag < threshold:  rate ← multiplier·(rate + adder)
 *   else:             rate ← fudge · decay^((lag − threshold)/threshold) · applied,   applied: messages completed per
 *                     second since the last sample; unknown: half of what was used
 *
 * threshold = share · target (0.5 · 10 s by default). The original runs every second on what it knows by then, which
 * is no newer; here it runs once a sample, and the upper line as often as seconds have passed.
 */
import { perReading, type Rival } from "../rival.ts";
import { waitMeter } from "./wait.ts";

/** As good as no limit, in nominal capacities: the original has 10⁹ tickets. */
const most = 1e6;

export const mongodb: Rival<"share" | "decay" | "fudge" | "multiplier" | "adder"> = {
  name: "mongodb",
  rule: "above a threshold the drain × fudge × decay^(excess), else (+ adder) × multiplier",
  source: "MongoDB server, src/mongo/db/storage/flow_control.cpp and its parameters, 4.2 and later",
  gains: {
    share: { low: 0.2, high: 1.2, published: 0.5 },
    decay: { low: 0.05, high: 1, published: 0.5 },
    fudge: { low: 0.7, high: 1.3, published: 0.95 },
    multiplier: { low: 1, high: 1.2, published: 1.05 },
    // 1,000 tickets against a primary of some 10,000 operations per second.
    adder: { low: 0.001, high: 0.5, published: 0.1, log: true },
  },
  begin({ nominalCapacity, setpointSeconds }, { share, decay, fudge, multiplier, adder }) {
    const wait = waitMeter(nominalCapacity);
    const threshold = share * setpointSeconds;
    let rate = nominalCapacity;
    let before:
      | { readonly at: number; readonly admitted: number; readonly consumed: number | undefined }
      | undefined;
    return perReading((reading) => {
      const { at, admitted, consumed } = reading;
      const lagSeconds = wait(reading);
      const h = before === undefined ? 1 : at - before.at;
      const used = before === undefined ? rate : (admitted - before.admitted) / h;
      const applied =
        consumed === undefined || before?.consumed === undefined
          ? undefined
          : (consumed - before.consumed) / h;
      before = { at, admitted, consumed };
      if (lagSeconds < threshold)
        for (let second = 0; second < h; second += 1)
          rate = Math.min(most * nominalCapacity, multiplier * (rate + adder * nominalCapacity));
      else if (applied === undefined) rate = used / 2;
      else rate = fudge * decay ** ((lagSeconds - threshold) / threshold) * applied;
      rate = Math.max(rate, 0.01 * nominalCapacity);
      return rate;
    });
  },
};
