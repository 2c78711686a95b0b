/** A target: what was observed of it, what that adds up to, and the decision. */
import * as z from "zod";
import { decision, lagMethods, modes, trends } from "./decision.ts";
import { leases } from "./lease.ts";
import { override } from "./override.ts";
import { instant, rate } from "./values.ts";

export const qualities = ["fresh", "approximate", "stale", "unknown"] as const;
export const statuses = ["unknown", "idle", "keepingUp", "behind", "stalled"] as const;
export const bases = ["counters", "arrivals", "lag", "nothing"] as const;
export const groupStates = ["stable", "rebalancing", "empty", "dead", "unknown"] as const;
export const partFlags = [
  "noCommit",
  "messagesLost",
  "recreated",
  "markersOnly",
  "leaderless",
  "compacted",
  "held",
] as const;

const count = z.number().min(0);
const knownCount = count.nullable().describe("Null where unknown, which is not zero.");

export const part = z.object({
  part: z.string(),
  lag: knownCount,
  held: knownCount,
  lost: count.describe("Messages deleted unread since this was watched."),
  quality: z.enum(qualities),
  flags: z.array(z.enum(partFlags)),
  drain: rate
    .nullable()
    .describe("What its consumers complete per second; null unless the target's `signal` is `worstPart`."),
  seconds: z.number().min(0).nullable().describe("How far it is behind in time; null likewise."),
});
export type Part = z.infer<typeof part>;

export const assessment = z.object({
  at: instant.nullable().describe("The instant of the sample this rests on; null before the first."),
  status: z.enum(statuses),
  lag: z.object({
    messages: knownCount,
    quality: z.enum(qualities).describe("Of the messages."),
    seconds: z.number().min(0).nullable(),
    secondsQuality: z.enum(qualities),
    method: z.enum(lagMethods).nullable(),
    trend: z.enum(trends),
    covers: z
      .object({ fresh: z.int().min(0), of: z.int().min(0) })
      .describe("How many parts the sum covers, of how many there are."),
  }),
  held: knownCount,
  delayed: knownCount,
  lost: count.describe("Messages deleted unread since this was watched."),
  inflow: rate.nullable().describe("Messages per second that arrive."),
  exogenousInflow: rate.nullable().describe("Of it, what comes from producers that do not ask here."),
  basis: z
    .enum(bases)
    .nullable()
    .describe(
      "What drain and capacity are told from: `counters` of the broker; `arrivals` and lag; `lag` and admissions alone, which leaves out what others send; or nothing. Null before the first sample.",
    ),
  drain: rate.nullable().describe("Messages per second that consumers complete."),
  capacity: rate.nullable().describe("The drain while consumers are busy; null until they were seen busy."),
  timeToDrainMs: z.number().min(0).nullable().describe("Null where the backlog does not shrink."),
  timeToLossMs: z
    .number()
    .min(0)
    .nullable()
    .describe("Until the first message is deleted unread, at the present rates; null where none will be."),
  retention: z
    .object({ ms: z.number().nullable(), messages: z.number().nullable() })
    .describe(
      "What the broker keeps before it deletes the oldest; null where it sets no such limit, or none is known.",
    ),
  worstPart: z
    .object({ part: z.string(), seconds: z.number().min(0) })
    .nullable()
    .describe("The part that is furthest behind in time; null unless the target's `signal` is `worstPart`."),
  consumers: knownCount,
  groupState: z.enum(groupStates),
});
export type Assessment = z.infer<typeof assessment>;

export const target = z.object({
  target: z.string(),
  broker: z.string(),
  mode: z.enum(modes),
  override: override.nullable(),
  decision,
  assessment,
  parts: z.array(part),
  leases,
});
export type Target = z.infer<typeof target>;

export const targets = z.object({ at: instant, targets: z.array(target) });
export type Targets = z.infer<typeof targets>;

/** A page that looks every two seconds has no use for ten thousand partitions. */
export const targetsQuery = z.object({
  parts: z
    .enum(["all", "none"], "all or none")
    .optional()
    .describe("`none` leaves each target's parts empty; `all` where it is absent."),
});
