/**
 * Values out of JSON, each read by a reader that reports what is wrong with it: its field, the value and what is
 * allowed. Every problem is reported; what was read is used only where there was none.
 */
import { nearest } from "../core/nearest.ts";

export type Report = (field: string, problem: string) => void;
type Fields = Readonly<Record<string, unknown>>;
/** Reads one value at a path, reporting what is wrong with it; then the result is not used. */
export type Reader<T> = (value: unknown, field: string, report: Report) => T;

export const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

export const number =
  (low: number, high: number): Reader<number> =>
  (value, field, report) => {
    if (typeof value === "number" && value >= low && value <= high) return value;
    report(field, `${show(value)} is not allowed: a number from ${low} to ${high}`);
    return low;
  };

export const count =
  (low: number, high: number): Reader<number> =>
  (value, field, report) => {
    if (Number.isInteger(value)) return number(low, high)(value, field, report);
    report(field, `${show(value)} is not allowed: a whole number from ${low} to ${high}`);
    return low;
  };

export const text: Reader<string> = (value, field, report) => {
  if (typeof value === "string" && value.length > 0 && value.length <= 500) return value;
  report(field, `${show(value)} is not allowed: a text of 1 to 500 characters`);
  return "";
};

export const oneOf =
  <T extends string>(allowed: readonly T[]): Reader<T> =>
  (value, field, report) => {
    const found = allowed.find((one) => one === value);
    if (found !== undefined) return found;
    report(field, `${show(value)} is not allowed: one of ${allowed.join(", ")}`);
    return allowed[0] as T;
  };

export const yes: Reader<true> = (value, field, report) => {
  if (value !== true) report(field, `${show(value)} is not allowed: true, or leave it out`);
  return true;
};

export const list =
  <T>(item: Reader<T>, least: number, most: number): Reader<readonly T[]> =>
  (value, field, report) => {
    if (Array.isArray(value) && value.length >= least && value.length <= most)
      return value.map((one, index) => item(one, `${field}[${index}]`, report));
    report(field, `${show(value)} is not allowed: a list of ${least} to ${most}`);
    return [];
  };

/** `get` reads a field that must be there, or falls back where it is absent. */
type Get = <T>(name: string, reader: Reader<T>, fallback?: T) => T;
type GetOptional = <T>(name: string, reader: Reader<T>) => T | undefined;

export const record =
  <T>(known: readonly string[], build: (get: Get, optional: GetOptional) => T): Reader<T> =>
  (value, field, report) => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isObject) report(field, `${show(value)} is not allowed: an object with ${known.join(", ")}`);
    const fields: Fields = isObject ? (value as Fields) : {};
    const path = (name: string) => (field === "" ? name : `${field}.${name}`);
    for (const name of Object.keys(fields)) {
      if (known.includes(name)) continue;
      const near = nearest(name, known);
      report(path(name), `is not known${near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`}`);
    }
    const get: Get = (name, reader, fallback) => {
      const given = fields[name];
      if (given !== undefined) return reader(given, path(name), report);
      if (fallback === undefined && isObject) report(path(name), "is missing");
      return fallback ?? reader(undefined, path(name), () => {});
    };
    const optional: GetOptional = (name, reader) => {
      const given = fields[name];
      return given === undefined ? undefined : reader(given, path(name), report);
    };
    return build(get, optional);
  };

export const flag: Reader<boolean> = (value, field, report) => {
  if (typeof value !== "boolean") report(field, `${show(value)} is not allowed: true or false`);
  return value === true;
};
