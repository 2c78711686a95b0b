/** A decision as every reader sees it. */
import * as z from "zod";
import { override } from "./override.ts";
import { instant, rate } from "./values.ts";

export const decisionStates = ["failing", "blind", "shedding", "recovering", "throttled", "open"] as const;
export const modes = ["enforce", "observe"] as const;
export const reasonSignals = [
  "lagSeconds",
  "lagMessages",
  "retention",
  "failures",
  "progress",
  "consumers",
  "override",
  "blind",
  "none",
] as const;
export const lagMethods = ["exact", "interpolated", "rate"] as const;
export const trends = ["rising", "falling", "steady", "unknown"] as const;

export const reason = z.object({
  signal: z.enum(reasonSignals),
  value: z.number().nullable(),
  setpoint: z.number().nullable(),
  text: z.string(),
});

export const decision = z.object({
  target: z.string(),
  state: z.enum(decisionStates).describe("The first of these that holds."),
  mode: z.enum(modes).describe("`observe` decides and reports, and holds nobody back."),
  override: override.nullable().describe("An operator's own decision; null while there is none."),
  rate: rate
    .nullable()
    .describe("Messages per second for all producers together; null where nothing limits, 0 where closed."),
  reason,
  lag: z.object({
    messages: z.number().min(0).nullable().describe("Null where unknown, which is not zero."),
    seconds: z.number().min(0).nullable(),
    method: z.enum(lagMethods).nullable().describe("How the seconds were found."),
    trend: z.enum(trends),
  }),
  observedAt: instant.nullable().describe("The instant of the sample this rests on; null before the first."),
  validUntil: instant.describe("Until when it may be acted on."),
  version: z.string().describe("Never repeats, over restarts too."),
});
export type Decision = z.infer<typeof decision>;
