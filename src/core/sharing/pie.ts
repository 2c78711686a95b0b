/** What a decision gives to share. In `observe` mode nobody is held to it. */
import type { Decision } from "../decision.ts";
import type { Pie } from "./share.ts";

export const pieOf = ({ mode, state, rate, shedding }: Decision): Pie => ({
  rate: mode === "observe" || rate === null ? Number.POSITIVE_INFINITY : rate,
  regime: state === "shedding" ? "shedding" : state === "failing" ? "probes" : "all",
  floorRate: shedding?.floorRate ?? 0,
  observed: mode === "observe",
});
