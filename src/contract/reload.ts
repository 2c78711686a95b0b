/** A changed configuration that was taken. */
import * as z from "zod";

const names = z.array(z.string());

export const reloaded = z.object({
  targets: z.object({
    added: names,
    removed: names,
    changed: names.describe("Decided by other settings, with all that was known of them."),
    unchanged: z.int().min(0),
  }),
  warnings: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type Reloaded = z.infer<typeof reloaded>;
