/** An operator's own decision on a target, with an expiry. */
import * as z from "zod";
import { instant, rate } from "./values.ts";

export const overrideKinds = ["rate", "open", "closed", "observe"] as const;

export const override = z.object({
  kind: z
    .enum(overrideKinds)
    .describe("A rate; nothing limits; nothing passes; or decide and report, and hold nobody back."),
  rate: rate.nullable().describe("Messages per second; null where the kind is none."),
  note: z.string().nullable().describe("Why."),
  author: z.string().nullable().describe("Who, by their own word."),
  until: instant.describe("When it ends by itself."),
});
export type Override = z.infer<typeof override>;

const words = overrideKinds.filter((kind) => kind !== "rate");
const mostRate = 1e12;
const allowedOverride = `a rate in messages per second, above 0 and up to ${mostRate}, or one of ${words.join(", ")}`;
const longestMs = 7 * 86_400_000;
const allowedTtl = `milliseconds, from 1000 to ${longestMs} (7 days)`;
const line = (most: number) => {
  const allowed = `a line of at most ${most} characters`;
  return z
    .string(allowed)
    .max(most, allowed)
    .regex(/^\P{Cc}*$/u, allowed);
};

/** What `PUT /v1/targets/{target}/override` takes. */
export const overrideRequest = z.strictObject(
  {
    override: z
      .union(
        [z.number().positive(allowedOverride).max(mostRate, allowedOverride), z.enum(words)],
        allowedOverride,
      )
      .describe(allowedOverride),
    ttlMs: z
      .int(allowedTtl)
      .min(1000, allowedTtl)
      .max(longestMs, allowedTtl)
      .describe("For how long it holds."),
    note: line(500).optional().describe("Why; it stands in the reason of each decision."),
    author: line(128).optional().describe("Who; nobody checks it in this version."),
  },
  'an object such as {"override": 100, "ttlMs": 600000, "note": "..."}',
);
export type OverrideRequest = z.infer<typeof overrideRequest>;
