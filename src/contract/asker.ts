/** Who asks, and for how many messages: the query of a throttle request, the headers of a gateway's check. */
import * as z from "zod";

export const priorities = ["critical", "high", "normal", "bulk"] as const;

export const maxCost = 1_000_000;

/** Names of targets, gates, tenants and producers. A schema's message is what a problem document says is allowed. */
const allowedName = "1 to 128 of the characters A-Z, a-z, 0-9, '.', '_', '~' and '-'";
export const name = z.string(allowedName).regex(/^[A-Za-z0-9._~-]{1,128}$/, allowedName);

const allowedCost = `a whole number of messages from 1 to ${maxCost}`;

export const priority = z
  .enum(priorities, `one of ${priorities.join(", ")}`)
  .optional()
  .describe("Which class the traffic is in; `normal` where it is absent.");

/** From the strings that a request carries. */
export const asker = z.object({
  producer: name.optional().describe("Who asks: a name of the producer's own choice."),
  tenant: name.optional().describe("Whom the producer works for."),
  priority,
  cost: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, allowedCost)
    .transform(Number)
    .pipe(z.int().min(1, allowedCost).max(maxCost, allowedCost))
    .optional()
    .describe("Messages to be sent; 1 where it is absent."),
});

/** What precedes each of the asker's fields in a header. */
export const askerHeaderPrefix = "headgate-";
