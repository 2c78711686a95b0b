/** What consumers report of their work, in batches. */
import * as z from "zod";

export const mostOutcomes = 1000;

const text = (most: number) => {
  const allowed = `a text of 1 to ${most} characters`;
  return z.string(allowed).min(1, allowed).max(most, allowed);
};

const offset = "a whole number of 0 or above, as a number or in digits";
const deliveries = "a whole number from 1 to 1000000";

export const outcomes = ["acked", "failed", "deadLettered"] as const;

const outcome = z.strictObject(
  {
    id: text(256).describe("The message, by any name that it keeps when it is delivered again."),
    part: z
      .exactOptional(text(300))
      .describe("Where it is: a topic-partition, a queue. With it, `id` need be unique only there."),
    offset: z
      .exactOptional(
        z
          .union([z.int(offset).min(0, offset), z.string(offset).regex(/^\d{1,19}$/, offset)], offset)
          .transform(String),
      )
      .describe("Its place in the part."),
    outcome: z.enum(outcomes, `one of ${outcomes.join(", ")}`),
    deliveries: z
      .exactOptional(z.int(deliveries).min(1, deliveries).max(1_000_000, deliveries))
      .describe(
        "How often it has been delivered by now. Without it, a message that fails again and again is counted once.",
      ),
    errorClass: z
      .exactOptional(text(200))
      .describe("What it failed by; told in the log when the circuit opens."),
  },
  'an object such as {"id":"4711","outcome":"acked"}',
);

const batch = `a list of 1 to ${mostOutcomes} outcomes`;
export const outcomeBatch = z.array(outcome, batch).min(1, batch).max(mostOutcomes, batch);

const count = z.int().min(0);
export const outcomesCounted = z.object({
  accepted: count.describe("Outcomes that are new."),
  duplicates: count.describe("Those that were reported before: they are not counted again."),
});
export type OutcomesCounted = z.infer<typeof outcomesCounted>;
