/** From the text of a line to what happened, or to all that is wrong with the line. */
import type * as z from "zod";
import { formatPath } from "../../config/problem.ts";
import { type EventName, events, observation } from "../../contract/event.ts";
import { excerptOf } from "../../contract/excerpt.ts";
import type { TargetEvent } from "../../core/controller/events.ts";
import type { TargetState } from "../../core/controller/step.ts";
import { nearest } from "../../core/nearest.ts";
import type { TargetSettings } from "../../core/settings.ts";
import type { Instant } from "../../core/units.ts";
import { kindAndRate } from "../../http/override.ts";

/** What a line says. Of a `reconfigured` line only the settings that changed need be there. */
export type Told =
  | Exclude<TargetEvent, { readonly event: "reconfigured" }>
  | {
      readonly event: "reconfigured";
      readonly at: Instant;
      readonly settings: Readonly<Partial<TargetSettings>>;
    }
  | {
      readonly event: "state";
      readonly at: Instant;
      readonly ticks: boolean;
      /** Not checked: what a recording of this version begins with. */
      readonly state: TargetState;
    };

export type Read = { readonly ok: true; readonly told: Told } | { readonly ok: false; readonly says: string };

const refuse = (says: string): Read => ({ ok: false, says });

const names = Object.keys(events) as EventName[];

export function readLine(text: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The message quotes the line, which may be anything: nothing of it is to move the cursor of whoever reads this.
    const why = String(error instanceof Error ? error.message : error).replaceAll(/\p{Cc}/gu, "\u{fffd}");
    return refuse(`is not JSON: ${why}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse("is not a JSON object");
  const { event } = value as { event?: unknown };
  if (event === undefined) return readObservation(withoutUnknown(value));
  const name = names.find((one) => one === event);
  if (name === undefined) {
    const allowed = `${names.join(", ")}, or no event at all for an observation`;
    const near = typeof event === "string" ? nearest(event, names, 1) : [];
    return refuse(
      `event: ${excerptOf(event)}; allowed is ${allowed}${near.length === 0 ? "" : `; did you mean ${near[0]}?`}`,
    );
  }
  return readEvent(name, value);
}

function readObservation(value: unknown): Read {
  const result = observation.safeParse(value);
  if (!result.success) return refuse(troubles(result.error, value, Object.keys(observation.shape)));
  const { at, receivedAt = at, ...rest } = result.data;
  return {
    ok: true,
    told: { event: "observed", at: receivedAt, observation: { at, receivedAt, ...rest } },
  };
}

function readEvent(name: EventName, value: unknown): Read {
  const result = events[name].safeParse(value);
  if (!result.success) return refuse(troubles(result.error, value, Object.keys(events[name].shape)));
  const { data } = result;
  switch (data.event) {
    case "pollFailed":
      return { ok: true, told: { event: data.event, at: data.at, failure: data.error } };
    case "state":
      return {
        ok: true,
        told: { ...data, ticks: data.ticks ?? false, state: data.state as unknown as TargetState },
      };
    case "override": {
      const { event, at, override, ttlMs, note = null, author = null } = data;
      if (override === null || typeof override === "object")
        return ttlMs === undefined
          ? { ok: true, told: { event, at, override } }
          : refuse("ttlMs: means nothing here: the override says until when it holds");
      if (ttlMs === undefined)
        return refuse("ttlMs is missing; allowed is for how long it holds, in milliseconds");
      const until = at + ttlMs;
      const given = { ...kindAndRate(override), note, author, until };
      return { ok: true, told: { event, at, override: given } };
    }
    case "reconfigured":
      // JSON has no undefined: what stands there has a value.
      return { ok: true, told: { ...data, settings: data.settings as Partial<TargetSettings> } };
    default:
      return { ok: true, told: data };
  }
}

/** An observation, its parts, one of them, a value of it, its quality. */
const deepest = 5;

/** Of an observation: null, and the quality `unknown`, are other ways to say what an absent value says. */
const withoutUnknown = (value: unknown, depth = 0): unknown => {
  if (depth === deepest || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => withoutUnknown(inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && (inner as { quality?: unknown }).quality !== "unknown")
      .map(([key, inner]) => [key, withoutUnknown(inner, depth + 1)]),
  );
};

/** More than this of one line is not told. */
const mostTroubles = 5;

/** `known`: the keys of the line itself. */
const troubles = (error: z.ZodError, value: unknown, known: readonly string[]): string => {
  const told = error.issues.flatMap((issue) => {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => {
        const near = path.length > 0 ? [] : nearest(key, known, 1);
        return `${formatPath([...path, key])} is not known${near.length === 0 ? "" : `; did you mean ${near[0]}?`}`;
      });
    const found = path.reduce<unknown>(
      (inner, step) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, step) : undefined),
      value,
    );
    return [
      found === undefined
        ? `${formatPath(path)} is missing; allowed is ${issue.message}`
        : `${formatPath(path)}: ${excerptOf(found)}; allowed is ${issue.message}`,
    ];
  });
  const more = told.length - mostTroubles;
  return told.slice(0, mostTroubles).join("; ") + (more > 0 ? `; and ${more} more` : "");
};
