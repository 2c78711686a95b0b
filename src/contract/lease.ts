/** Leases: what a producer that paces itself tells and asks for, and what it is granted. */
import * as z from "zod";
import { name, priorities, priority } from "./asker.ts";
import { decisionStates, reason } from "./decision.ts";
import { instant, rate } from "./values.ts";

export const mostLeasesARequest = 256;
export const mostMembers = 100_000;

const total = "a whole number of messages, 0 or above";
const count = z.int(total).min(0, total);

const aRate = "messages per second, 0 or above; or null";
const rateOrNull = z.number(aRate).min(0, aRate).nullable();

const members = `a whole number of producers from 1 to ${mostMembers}`;
const epoch = "a text of 1 to 64 characters";

const leaseAsked = z.strictObject({
  target: name.describe("A gate or a target."),
  tenant: name.optional().describe("Whom the producer works for; `default` where it is absent."),
  priority,
  wants: rateOrNull
    .optional()
    .describe("The most that it can use, messages per second; null or absent: it cannot say."),
  has: rateOrNull
    .optional()
    .describe(
      "The rate that it was granted last and still goes by; null where that is no limit; absent where it has none.",
    ),
  attempted: count.describe("Messages that it was to send, since `epoch`."),
  admitted: count.describe("Messages that it sent, since `epoch`."),
  inFlight: count.optional().describe("Messages sent and not yet confirmed to it; 0 where it is absent."),
});

export const leaseRequest = z.strictObject(
  {
    producer: name.describe("A name of the producer's own choice, the same at each call."),
    epoch: z
      .string(epoch)
      .min(1, epoch)
      .max(64, epoch)
      .describe("The producer's start, in any form: with another one its counters begin at 0."),
    members: z
      .int(members)
      .min(1, members)
      .max(mostMembers, members)
      .optional()
      .describe("How many producers a sidecar asks for; 1 where it is absent."),
    leases: z
      .array(leaseAsked, `a list of 1 to ${mostLeasesARequest} leases`)
      .min(1, `a list of 1 to ${mostLeasesARequest} leases`)
      .max(mostLeasesARequest, `a list of 1 to ${mostLeasesARequest} leases`),
  },
  "an object",
);
export type LeaseRequest = z.infer<typeof leaseRequest>;

export const leaseGranted = z.object({
  target: z.string().describe("The gate or target that was asked for."),
  tenant: z
    .string()
    .describe("As it was honoured: `other` where it shares a name with tenants that are not listed."),
  priority: z.enum(priorities).describe("As it was honoured: lowered to the tenant's highest."),
  granted: z
    .boolean()
    .describe(
      "False where there is no room for another lease: it is not kept, and its rate is its part of the safe rate.",
    ),
  rate: rate.nullable().describe("What it may send, messages per second; null where nothing limits."),
  burst: z.number().min(0).nullable().describe("How many messages of it at once; null where nothing limits."),
  inFlightMax: z
    .int()
    .min(0)
    .nullable()
    .describe("How many it may have unconfirmed; null where nothing limits."),
  ttlMs: z.number().min(1).describe("How long it may go by this."),
  refreshMs: z.number().min(1).describe("When to ask again."),
  safeRate: rate
    .nullable()
    .describe("What to go on at after that, if nobody answers; null while none is known."),
  state: z.enum(decisionStates).describe("Of the decision of `by`."),
  reason,
  by: z.string().describe("The target that bound it."),
});

export const leasesGranted = z.object({
  at: instant,
  producer: z.string(),
  leases: z.array(leaseGranted).describe("In the order of the request."),
});
export type LeasesGranted = z.infer<typeof leasesGranted>;

const leaseHeld = z.object({
  producer: z.string(),
  gate: z.string().describe("What it was asked for: a gate, or the target itself."),
  tenant: z.string(),
  priority: z.enum(priorities),
  members: z.int().min(1),
  rate: rate.nullable().describe("Null where nothing limits."),
  inFlight: z.int().min(0).describe("As it told last."),
  expiresAt: instant,
});

export const mostLeasesShown = 100;

/** The leases on a target. */
export const leases = z.object({
  count: z.int().min(0).describe("All of them."),
  rate: rate.nullable().describe("What they may send together; null where nothing limits."),
  inFlightMax: z.int().min(0).describe("What they may have in flight together, as far as that is limited."),
  shown: z
    .array(leaseHeld)
    .max(mostLeasesShown)
    .describe(`The ${mostLeasesShown} with the highest rates; none in the list of all targets.`),
});
