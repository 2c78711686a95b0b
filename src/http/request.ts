/** Reading what callers send: each trouble with it is told as field, value and what is allowed. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { excerpt } from "../contract/excerpt.ts";
import { type Fields, type FieldValues, readFields } from "../contract/fields.ts";
import type { ProblemError } from "../contract/problem.ts";
import { nearest } from "../core/nearest.ts";
import type { Board } from "../daemon/board.ts";
import { problemBody, sendProblem } from "./respond.ts";

/** A request with more troubles than this is told the first ones. */
export const mostErrors = 10;

export type Read<F extends Fields> =
  | { readonly ok: true; readonly values: FieldValues<F> }
  | { readonly ok: false; readonly errors: readonly ProblemError[] };

/** The part of a request's address after `?`; empty where there is none. */
export const searchOf = (url: string): string => {
  const mark = url.indexOf("?");
  return mark < 0 ? "" : url.slice(mark + 1);
};

/** A query by its fields. A key that is unknown or stands there twice is refused. */
export const readQuery = <F extends Fields>(search: string, fields: F): Read<F> => {
  const known = Object.keys(fields.shape);
  const values: Record<string, string> = {};
  const errors: ProblemError[] = [];
  for (const [key, value] of new URLSearchParams(search)) {
    if (errors.length === mostErrors) break;
    if (!known.includes(key)) errors.push(unknownKey(key, value, known));
    else if (Object.hasOwn(values, key))
      errors.push({
        field: key,
        value: excerpt(value),
        allowed: "one value only",
      });
    else values[key] = value;
  }
  return readValues(values, fields, errors, "");
};

/** The fields from headers with a prefix. An empty header is one that the gateway had no value for. */
export const readHeaders = <F extends Fields>(
  headers: IncomingMessage["headers"],
  prefix: string,
  fields: F,
): Read<F> => {
  const values: Record<string, string> = {};
  for (const field of Object.keys(fields.shape)) {
    const value = headers[`${prefix}${field}`];
    if (typeof value === "string" && value !== "") values[field] = value;
  }
  return readValues(values, fields, [], prefix);
};

const unknownKey = (key: string, value: string, known: readonly string[]): ProblemError => {
  const near = nearest(key, known);
  return {
    field: excerpt(key),
    value: excerpt(value),
    allowed: known.length === 0 ? "no query key" : `one of the query keys ${known.join(", ")}`,
    ...(near.length === 0 ? {} : { nearest: [...near] }),
  };
};

const readValues = <F extends Fields>(
  values: Readonly<Record<string, string>>,
  fields: F,
  found: readonly ProblemError[],
  prefix: string,
): Read<F> => {
  const read = readFields(values, fields);
  if (read.ok && found.length === 0) return read;
  const troubles = read.ok ? [] : read.troubles;
  const errors = troubles.map(({ field, allowed }) => ({
    field: `${prefix}${field}`,
    value: excerpt(values[field] ?? ""),
    allowed,
  }));
  return { ok: false, errors: [...found, ...errors] };
};

/** What of a request does not fit, in a sentence and in the list. */
export const invalidRequest = (errors: readonly ProblemError[]) =>
  problemBody("invalidRequest", {
    detail:
      errors.length === 1
        ? `${errors[0]?.field}: allowed is ${errors[0]?.allowed}.`
        : `${errors.map(({ field }) => field).join(", ")} do not fit.`,
    errors,
  });

/** `what` the name was to be: a gate (which a target is too) or a target. */
export const unknownTarget = (board: Board, what: "gate" | "target", name: string, field: string = what) => {
  const targets = board.targets().map(({ target }) => target);
  const near = nearest(name, what === "gate" ? [...targets, ...board.gates().keys()] : targets);
  return problemBody("unknownTarget", {
    detail: `There is no ${what === "gate" ? "gate or target" : "target"} ${JSON.stringify(excerpt(name))}${
      near.length === 0 ? "." : `; did you mean ${near.join(" or ")}?`
    }`,
    errors: [
      {
        field,
        value: excerpt(name),
        allowed: what === "gate" ? "a name that GET /v1/throttle lists" : "a name that GET /v1/targets lists",
        ...(near.length === 0 ? {} : { nearest: [...near] }),
      },
    ],
  });
};

export const malformedName = (what: string, raw: string) =>
  problemBody("malformedRequest", {
    detail: `The name of the ${what} is not percent-encoded UTF-8.`,
    errors: [{ field: what, value: excerpt(raw), allowed: "percent-encoded UTF-8" }],
  });

/** Answers a method that a call does not take. */
export const refuseMethod = (response: ServerResponse, method: string, allowed = "GET, HEAD"): void => {
  const problem = problemBody("methodNotAllowed", {
    detail: `This call does not take ${excerpt(method)}.`,
    errors: [{ field: "method", value: excerpt(method), allowed }],
  });
  sendProblem(response, problem, { allow: allowed });
};

/** The problem with the body of a request that may not have one; it is never read. Undefined where there is none. */
export const unwantedBody = ({ headers }: IncomingMessage) => {
  const length = headers["content-length"];
  const chunked = headers["transfer-encoding"] !== undefined;
  if (!chunked && (length === undefined || Number(length) === 0)) return undefined;
  return problemBody("bodyTooLarge", {
    detail: "This call takes no body; what it needs stands in path and query.",
    errors: [
      {
        field: "body",
        value: chunked ? "a chunked body" : `${excerpt(String(length))} bytes`,
        allowed: "no body",
      },
    ],
  });
};
