/**
 * The lines that `headgate record` writes and `headgate replay` reads, one JSON object each: what happened to a
 * target. A line without `event` is an observation. A schema's message is what is told to be allowed.
 */
import * as z from "zod";
import { modes } from "./decision.ts";
import { overrideKinds, overrideRequest } from "./override.ts";
import { failureKinds } from "./source.ts";
import { groupStates } from "./target.ts";

/** Read as milliseconds since the Unix epoch. */
const anInstant = "an instant in ISO 8601, such as 2026-11-23T19:20:00.000Z, or milliseconds since 1970";
const instant = z.union(
  [
    z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
    z.number().min(0, anInstant).max(8.64e15, anInstant),
  ],
  anInstant,
);

const count = z.number("a number of 0 or above").min(0, "a number of 0 or above");

const reading = (bare: z.ZodNumber, allowed: string) =>
  z.union(
    [bare, z.strictObject({ value: bare, quality: z.enum(["fresh", "approximate", "stale"]) })],
    `${allowed}, or {"value", "quality"} with the quality fresh, approximate or stale`,
  );
const value = reading(count, "a number of 0 or above");

const anOffset = "an offset, -1 where there is no commit";
const offset = z.number(anOffset).min(-1, anOffset);

const text = z.string("a text of 1 to 1000 characters").min(1).max(1000, "a text of 1 to 1000 characters");

const part = z.strictObject(
  {
    part: text,
    logStart: z.exactOptional(value),
    end: z.exactOptional(value),
    highWatermark: z.exactOptional(value),
    committed: z.exactOptional(reading(offset, anOffset)),
    topicId: z.exactOptional(text),
    lastRecord: z.exactOptional(value),
    compacted: z.exactOptional(z.boolean("true or false")),
  },
  'an object such as {"part":"orders/0","end":250000,"committed":249400}',
);

const outcomeTotals = z.strictObject(
  {
    acked: z.exactOptional(count),
    failed: z.exactOptional(count),
    deadLettered: z.exactOptional(count),
  },
  "totals by acked, failed, deadLettered",
);

export const observation = z
  .strictObject(
    {
      at: instant,
      receivedAt: z.exactOptional(instant),
      ready: z.exactOptional(value),
      unacked: z.exactOptional(value),
      delayed: z.exactOptional(value),
      produced: z.exactOptional(value),
      consumed: z.exactOptional(value),
      admitted: z.exactOptional(count),
      attempted: z.exactOptional(count),
      oldestAgeMs: z.exactOptional(value),
      retentionMs: z.exactOptional(count),
      retentionBytes: z.exactOptional(count),
      retentionMessages: z.exactOptional(count),
      consumers: z.exactOptional(value),
      groupState: z.exactOptional(z.enum(groupStates, `one of ${groupStates.join(", ")}`)),
      outcomes: z.exactOptional(outcomeTotals),
      parts: z.exactOptional(z.array(part, "a list of parts")),
    },
    "an object",
  )
  .refine(({ at, receivedAt = at }) => receivedAt >= at, {
    path: ["receivedAt"],
    message: "an instant not before `at`",
  });

/** Why there was no observation; a text alone is an `internal` failure. */
const failure = z.union(
  [
    text.transform((message) => ({ kind: "internal" as const, message })),
    z.strictObject({ kind: z.enum(failureKinds), message: text }),
  ],
  `a text, or {"kind", "message"} with the kind ${failureKinds.join(", ")}`,
);

const rate = z.number("a rate above 0").positive("a rate above 0");
const steps = z.array(z.strictObject({ above: count, below: count, rate }), "a list of steps");

const signals = ["total", "worstPart"] as const;

/** What a target is decided by; in a line those that changed will do. */
export const settings = z.strictObject(
  {
    policy: z.discriminatedUnion(
      "kind",
      [
        z.strictObject({ kind: z.literal("setpoint"), setpointSeconds: rate, maxSeconds: rate }),
        z.strictObject({ kind: z.literal("thresholds"), unit: z.enum(["messages", "seconds"]), steps }),
      ],
      'a policy with the kind "setpoint" or "thresholds"',
    ),
    signal: z.enum(signals, `one of ${signals.join(", ")}`),
    pollMs: rate,
    minRate: rate,
    maxRate: rate.nullable(),
    safeRate: z.union([rate, z.literal("auto")], "a rate above 0, or auto"),
    onBlind: z.enum(["safe", "open", "closed"], "one of safe, open, closed"),
    maxInFlight: rate.nullable(),
    mode: z.enum(modes, `one of ${modes.join(", ")}`),
    circuit: z
      .strictObject(
        { failureRatio: rate.max(1, "a ratio above 0, up to 1"), minimum: rate, noProgressMs: rate },
        "failureRatio, minimum and noProgressMs; null switches it off",
      )
      .nullable(),
    leaseTtlMs: rate,
    refreshMs: rate,
  },
  "a target's settings by name",
);

/** By the name of the event. */
export const events = {
  pollFailed: z.strictObject({ event: z.literal("pollFailed"), at: instant, error: failure }),
  tick: z.strictObject({
    event: z.literal("tick"),
    at: instant,
    admitted: z.exactOptional(count),
    attempted: z.exactOptional(count),
  }),
  outcomes: z.strictObject({
    event: z.literal("outcomes"),
    at: instant,
    acked: count,
    failed: count,
    deadLettered: count,
    failedIds: z.exactOptional(z.array(text, "a list of a few of the messages that failed").max(1000)),
  }),
  override: z.strictObject({
    event: z.literal("override"),
    at: instant,
    override: z
      .union(
        [
          z.strictObject({
            kind: z.enum(overrideKinds, `one of ${overrideKinds.join(", ")}`),
            rate: rate.nullable(),
            note: text.nullable(),
            author: text.nullable(),
            until: instant,
          }),
          overrideRequest.shape.override,
        ],
        "an override as decisions have it, a rate above 0, open, closed or observe, or null where it ends",
      )
      .nullable(),
    /** The rest of what `PUT /v1/targets/{target}/override` takes; only beside a rate or a word. */
    ttlMs: z.exactOptional(overrideRequest.shape.ttlMs),
    note: z.exactOptional(text),
    author: z.exactOptional(text),
  }),
  reconfigured: z.strictObject({
    event: z.literal("reconfigured"),
    at: instant,
    settings: settings.partial(),
  }),
  state: z.strictObject({
    event: z.literal("state"),
    at: instant,
    /** The ticks of the daemon are among the lines that follow. */
    ticks: z.exactOptional(z.boolean("true or false")),
    state: z.record(z.string(), z.unknown(), "the state of a target, as a recording begins with it"),
  }),
};
export type EventName = keyof typeof events;
