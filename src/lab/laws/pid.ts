/**
 * PID on lag, told the nominal capacity as its bias; h is the time between samples:
 *
 *   e = (S*·nominal − lag) / (S*·nominal)
 *   u = 1 + K·(e + ∫e/Ti + Td·de/dt),   rate = nominal·clamp(u, 0.02, 4)
 *
 * The integral stops while the output is at a bound, or is not used by the producers (anti-windup); the
 * derivative is of lag alone and filtered over Td/4 or one sample, whichever is longer.
 */
import { clamp } from "../../core/units.ts";
import { perReading, type Rival } from "../rival.ts";

const [least, most] = [0.02, 4];
const usedShare = 0.85;

export const pid: Rival<"gain" | "integralSeconds" | "derivativeSeconds"> = {
  name: "pid",
  rule: "proportional, integral and derivative of the error in messages, about the nominal capacity",
  source: "Åström and Hägglund, PID Controllers, 1995, chapter 3",
  gains: {
    gain: { low: 0.05, high: 8, published: 1, log: true },
    integralSeconds: { low: 3, high: 1000, published: 30, log: true },
    derivativeSeconds: { low: 0, high: 15, published: 0 },
  },
  begin({ nominalCapacity, setpointSeconds }, { gain, integralSeconds, derivativeSeconds }) {
    const unit = setpointSeconds * nominalCapacity;
    let integral = 0;
    let slope = 0;
    let output = 1;
    let before: { readonly at: number; readonly error: number; readonly admitted: number } | undefined;
    return perReading(({ at, lag, admitted }) => {
      const error = 1 - lag / unit;
      if (before !== undefined) {
        const h = at - before.at;
        const used = (admitted - before.admitted) / h / nominalCapacity;
        const smoothing = h / (h + Math.max(h, derivativeSeconds / 4));
        slope += smoothing * ((error - before.error) / h - slope);
        const step = (error * h) / integralSeconds;
        const isFree =
          (output > least || step > 0) && ((output < most && used > usedShare * output) || step < 0);
        if (isFree) integral += step;
      }
      before = { at, error, admitted };
      output = clamp(1 + gain * (error + integral + derivativeSeconds * slope), least, most);
      return output * nominalCapacity;
    });
  },
};
