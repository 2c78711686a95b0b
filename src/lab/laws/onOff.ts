/**
 * On and off with hysteresis, as a broker's high and low watermarks (RabbitMQ's memory alarm, a Node.js stream):
 *
 *   lag > high: a trickle, until lag < low: open
 *
 * in messages, as shares of the setpoint at the nominal capacity.
 */
import { perReading, type Rival } from "../rival.ts";

export const onOff: Rival<"high" | "low" | "trickle"> = {
  name: "on-off",
  rule: "above a high mark a trickle, below a low mark open",
  source: "Åström and Murray, Feedback Systems, 2008, section 1.4",
  gains: {
    high: { low: 0.1, high: 2, published: 1 },
    low: { low: 0.05, high: 1, published: 0.5 },
    trickle: { low: 0, high: 0.9, published: 0 },
  },
  begin({ nominalCapacity, setpointSeconds }, { high, low, trickle }) {
    const unit = setpointSeconds * nominalCapacity;
    let open = true;
    return perReading(({ lag }) => {
      if (lag > high * unit) open = false;
      else if (lag < Math.min(low, high) * unit) open = true;
      return open ? Number.POSITIVE_INFINITY : trickle * nominalCapacity;
    });
  },
};
