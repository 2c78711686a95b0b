/** Alive, and serving. */
import * as z from "zod";
import { instant } from "./values.ts";

export const health = z.object({ alive: z.literal(true), version: z.string(), startedAt: instant });
export type Health = z.infer<typeof health>;

export const readiness = z.object({
  ready: z.literal(true).describe("Decisions are served, blind ones too."),
  degraded: z
    .array(z.object({ kind: z.enum(["source", "target", "store"]), name: z.string(), text: z.string() }))
    .describe("Brokers that do not answer, targets that are decided on blind, a store that cannot be used."),
});
export type Readiness = z.infer<typeof readiness>;
