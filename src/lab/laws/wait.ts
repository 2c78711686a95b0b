/** How long the oldest message waits, read from the history of arrivals as a replica's lag is from its log. */
import type { Reading } from "../law.ts";

const longestHistory = 512;

/** A meter: the seconds since the oldest message in the line arrived, by interpolation over past samples. */
export function waitMeter(nominalCapacity: number): (reading: Reading) => number {
  const history: { readonly at: number; readonly arrived: number }[] = [];
  return ({ at, lag, produced, consumed }) => {
    if (produced === undefined && consumed === undefined) return lag / nominalCapacity;
    const arrived = produced ?? (consumed ?? 0) + lag;
    history.push({ at, arrived });
    if (history.length > longestHistory) history.shift();
    const position = arrived - lag;
    for (let index = history.length - 1; index > 0; index -= 1) {
      const [older, newer] = [history[index - 1], history[index]];
      if (older === undefined || newer === undefined || older.arrived > position) continue;
      const part = (position - older.arrived) / Math.max(1e-9, newer.arrived - older.arrived);
      return at - (older.at + Math.min(1, part) * (newer.at - older.at));
    }
    return lag / nominalCapacity;
  };
}
