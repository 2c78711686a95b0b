/**
 * The kinds of value that a configuration is made of: what may be written, and what it is read as. Numbers and
 * true/false may be written as text too, so that they can come from the environment.
 */
import { isIP, isIPv6 } from "node:net";
import * as z from "zod";
import { notAvailable, suggest } from "./problem.ts";

/** What the reference says of a kind of value. */
export interface Kind {
  readonly type: string;
  readonly allowed: string;
}

export const kinds = z.registry<Kind>();

/** What an issue carries beside its message, which goes on where the value ends: `is not a duration`. */
export interface Details {
  readonly allowed?: string;
  readonly nearest?: string;
  /** The issue is about the key; its value is not to be shown. */
  readonly hideValue?: boolean;
  /** Of an unknown key: the keys that there are. */
  readonly known?: readonly string[];
  /** Of an unknown key: those that there will be. */
  readonly later?: readonly string[];
}

type Refuse = (says: string, details?: Details) => never;

/** `read` answers the value, or what `refuse` gave it. A value that is absent or empty never reaches it. */
const kind = <T>({ type, allowed }: Kind, read: (written: unknown, refuse: Refuse) => T) => {
  const schema = z.unknown().transform((written, context): T => {
    const refuse: Refuse = (message, details) => {
      context.addIssue({ code: "custom", message, params: { allowed, ...details } });
      return z.NEVER;
    };
    if (written === undefined) return refuse(`is missing; it takes ${allowed}`);
    if (written === null) return refuse(`has no value; give it ${allowed}, or remove the key`);
    return read(written, refuse);
  });
  kinds.add(schema, { type, allowed });
  return schema;
};

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds; undefined where `text` is no duration. */
export const parseDuration = (text: string): number | undefined => {
  const [, amount, unit] = /^(\d{1,15}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return Math.round(Number(amount) * durationUnits[unit as keyof typeof durationUnits]);
};

/** In the largest unit that needs no fraction: 90000 is 90s, 60000 is 1m. */
export const formatDuration = (ms: number): string => {
  const [unit, size] = Object.entries(durationUnits).findLast(([, size]) => ms % size === 0) ?? ["ms", 1];
  return `${ms / size}${unit}`;
};

/** Read as milliseconds. `least` and `most` are durations as one writes them. */
export const duration = (least: string, most: string) =>
  kind({ type: "duration", allowed: `a duration from ${least} to ${most}` }, (written, refuse) => {
    const ms = typeof written === "string" ? parseDuration(written) : undefined;
    if (ms === undefined) return refuse("is not a duration; write it with its unit, such as 500ms, 10s, 5m");
    return ms >= (parseDuration(least) ?? 0) && ms <= (parseDuration(most) ?? 0)
      ? ms
      : refuse(`is out of bounds; from ${least} to ${most} is allowed`);
  });

const sizeUnits = { KiB: 1 << 10, MiB: 1 << 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

const parseSize = (text: string): number | undefined => {
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(KiB|MiB|GiB|TiB)$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return Math.round(Number(amount) * sizeUnits[unit as keyof typeof sizeUnits]);
};

/** Read as bytes. `least` and `most` are sizes as one writes them. */
export const size = (least: string, most: string) =>
  kind({ type: "size", allowed: `a size from ${least} to ${most}` }, (written, refuse) => {
    const bytes = typeof written === "string" ? parseSize(written) : undefined;
    if (bytes === undefined) return refuse("is not a size; write it with its unit, such as 64MiB or 1GiB");
    return bytes >= (parseSize(least) ?? 0) && bytes <= (parseSize(most) ?? 0)
      ? bytes
      : refuse(`is out of bounds; from ${least} to ${most} is allowed`);
  });

const toNumber = (written: unknown): unknown =>
  typeof written === "string" && /^-?\d+(\.\d+)?$/.test(written) ? Number(written) : written;

const isRate = (value: unknown): value is number =>
  typeof value === "number" && value > 0 && Number.isFinite(value);

const perSecond = "a number of messages per second, above 0";

export const rate = () =>
  kind({ type: "rate", allowed: perSecond }, (written, refuse) => {
    const value = toNumber(written);
    return isRate(value) ? value : refuse(`is not a rate; write ${perSecond}`);
  });

export const rateOrAuto = () =>
  kind({ type: "rate", allowed: `auto, or ${perSecond}` }, (written, refuse) => {
    const value = toNumber(written);
    if (value === "auto") return value;
    return isRate(value) ? value : refuse(`is not a rate; write auto, or ${perSecond}`);
  });

export const amount = () =>
  kind({ type: "number", allowed: "a number, 0 or above" }, (written, refuse) => {
    const value = toNumber(written);
    return typeof value === "number" && value >= 0 && Number.isFinite(value)
      ? value
      : refuse("is not a number of 0 or above");
  });

/** A share of a whole; none at all is no share. */
export const ratio = () =>
  kind({ type: "number", allowed: "a number above 0, up to 1" }, (written, refuse) => {
    const value = toNumber(written);
    return typeof value === "number" && value > 0 && value <= 1
      ? value
      : refuse("is not a ratio; write a number above 0, up to 1");
  });

export const whole = (least: number, most: number) =>
  kind({ type: "whole number", allowed: `${least} to ${most}` }, (written, refuse) => {
    const value = toNumber(written);
    return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
      ? value
      : refuse(`is not a whole number from ${least} to ${most}`);
  });

export const weight = () =>
  kind({ type: "number", allowed: "a number above 0, at most 1000" }, (written, refuse) => {
    const value = toNumber(written);
    return typeof value === "number" && value > 0 && value <= 1000
      ? value
      : refuse("is not a number above 0 and at most 1000");
  });

export const port = () =>
  kind({ type: "port", allowed: "0 to 65535; 0 takes any free port" }, (written, refuse) => {
    const value = toNumber(written);
    return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 65_535
      ? value
      : refuse("is not a port; write a whole number from 0 to 65535 (0 takes any free port)");
  });

export const flag = () =>
  kind({ type: "boolean", allowed: "true or false" }, (written, refuse) => {
    if (written === true || written === "true") return true;
    if (written === false || written === "false") return false;
    return refuse("is neither true nor false");
  });

/** One of `values`; `later` are words that mean something, but not in this version. */
export const choice = <const T extends string>(values: readonly T[], later: readonly string[] = []) =>
  kind(
    { type: "text", allowed: values.join(", ") },
    (written, refuse): T =>
      values.find((value) => value === written) ?? refuse(...choiceRefusal(written, values, later)),
  );

export const choiceRefusal = (
  written: unknown,
  values: readonly string[],
  later: readonly string[],
): [says: string, details: Details] => {
  const allowed = values.join(", ");
  if (later.some((word) => word === written)) return [`${notAvailable}; allowed: ${allowed}`, { allowed }];
  const { hint, ...details } = suggest(written, values);
  return [`is not one of ${allowed}${hint}`, { allowed, ...details }];
};

/** Text that matches `pattern`. A number is told apart, for YAML makes one of `group: 123`. */
const text = (type: string, allowed: string, matches: (text: string) => boolean) =>
  kind({ type, allowed }, (written, refuse) => {
    if (typeof written === "string") return matches(written) ? written : refuse(`is not ${allowed}`);
    return typeof written === "object"
      ? refuse(`is not ${allowed}`)
      : refuse("is not text; put it in quotes", { allowed });
  });

/** Of targets, gates and brokers. */
export const name = () =>
  text("name", "a name: 1 to 128 of A-Z, a-z, 0-9 and . _ ~ -", (value) =>
    /^[A-Za-z0-9._~-]{1,128}$/.test(value),
  );

export const anyText = () => text("text", "a non-empty text", (value) => value.trim() !== "");

export const topic = () =>
  text(
    "text",
    "a topic: 1 to 249 of A-Z, a-z, 0-9 and . _ -",
    (value) => /^[A-Za-z0-9._-]{1,249}$/.test(value) && value !== "." && value !== "..",
  );

const isHost = (value: string): boolean =>
  isIP(value) !== 0 || (value.length <= 253 && /^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(value));

export const host = () => text("host", "an IP address (IPv6 without brackets) or the name of a host", isHost);

export const address = () =>
  text("address", "host:port (an IPv6 address in brackets)", (value) => {
    const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(value) ?? [];
    const portNumber = Number(portText);
    const hostFits = bracketed === undefined ? isHost(plain ?? "") : isIPv6(bracketed);
    return hostFits && portNumber >= 1 && portNumber <= 65_535;
  });

/** Several addresses may stand in one text, with commas between them. */
export const addresses = (written: unknown): unknown =>
  typeof written === "string" ? written.split(",").map((part) => part.trim()) : written;
