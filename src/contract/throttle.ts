/** The answers to producers and gateways that ask before they send. */
import * as z from "zod";
import { priorities } from "./asker.ts";
import { decision } from "./decision.ts";
import { problem } from "./problem.ts";
import { instant } from "./values.ts";

const honoured = {
  tenant: z
    .string()
    .describe("As it was honoured: `other` where it shares a name with tenants that are not listed."),
  priority: z.enum(priorities).describe("As it was honoured: lowered to the tenant's highest."),
};

export const passed = z.object({
  allowed: z.literal(true),
  delayMs: z.number().min(0).max(1000).describe("Wait so long before sending."),
  retryAfterMs: z.literal(0),
  wouldRefuse: z
    .literal(true)
    .optional()
    .describe("The target only observes; enforced, its decision would have refused this."),
  ...honoured,
  decision,
});
export type Passed = z.infer<typeof passed>;

const retryAfterMs = z.int().min(1).describe("Ask again after so long. Up to a quarter of it is chance.");

export const refused = problem.extend({
  allowed: z.literal(false),
  delayMs: z.literal(0),
  retryAfterMs,
  ...honoured,
  decision,
});
export type Refused = z.infer<typeof refused>;

export const checkPassed = z.object({ allowed: z.literal(true) });
export type CheckPassed = z.infer<typeof checkPassed>;

export const checkRefused = problem.extend({ allowed: z.literal(false), retryAfterMs });
export type CheckRefused = z.infer<typeof checkRefused>;

export const decisions = z.object({
  at: instant,
  decisions: z.array(decision),
  gates: z
    .record(z.string(), z.array(z.string()))
    .describe(
      "The configured gates and the targets that govern each. A target is a gate of its own name too.",
    ),
});
export type Decisions = z.infer<typeof decisions>;
