/** The brokers as they are watched. */
import * as z from "zod";
import { instant } from "./values.ts";

export const failureKinds = [
  "unreachable",
  "timeout",
  "unauthorized",
  "notFound",
  "notReady",
  "protocol",
  "internal",
] as const;

const count = z.number().min(0);

export const source = z.object({
  broker: z.string(),
  type: z.string(),
  targets: z.int().min(0),
  reachable: z.boolean().nullable().describe("Whether the last poll had any answer; null before the first."),
  pollMs: count.describe("How often the broker is asked."),
  lastPollAt: instant.nullable(),
  lastPollMs: count.nullable().describe("How long the last poll took."),
  lastPollRequests: count.nullable().describe("How many requests it cost the broker."),
  polls: count,
  requests: z.record(z.string(), count).describe("Requests to the broker so far, by the name of the call."),
  errors: z
    .partialRecord(z.enum(failureKinds), count)
    .describe("Answers that failed so far, counted by target, by kind."),
  lastError: z.object({ at: instant, kind: z.enum(failureKinds), message: z.string() }).nullable(),
});
export type Source = z.infer<typeof source>;

export const sources = z.object({ at: instant, sources: z.array(source) });
export type Sources = z.infer<typeof sources>;
