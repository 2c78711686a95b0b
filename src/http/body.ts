/** Reading a JSON body: bounded, and each trouble with it told as field, value and what is allowed. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Body, type BodyValue, readBodyValue } from "../contract/body.ts";
import { excerpt, excerptOf } from "../contract/excerpt.ts";
import type { Problem } from "../contract/problem.ts";
import { invalidRequest, mostErrors } from "./request.ts";
import { problemBody } from "./respond.ts";

/** Bytes. */
const mostBody = 65_536;

export type ReadBody<B extends Body> =
  | { readonly ok: true; readonly value: BodyValue<B> }
  | { readonly ok: false; readonly problem: Problem };

/** `most`: bytes that the body may have. */
export const readBody = async <B extends Body>(
  request: IncomingMessage,
  response: ServerResponse,
  body: B,
  most = mostBody,
): Promise<ReadBody<B>> => {
  const refuse = (problem: Problem): ReadBody<B> => {
    // What is left of the body is not read: the connection cannot be used for another request.
    response.setHeader("connection", "close");
    return { ok: false, problem };
  };
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") return refuse(wrongType(type));
  if (Number(request.headers["content-length"] ?? 0) > most) return refuse(tooLarge(most));
  if (request.headers.expect !== undefined) response.writeContinue();

  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > most) return refuse(tooLarge(most));
      pieces.push(piece);
    }
  } catch {
    // Whoever sent it has gone, or is sent away as the daemon stops: there is nobody to tell, and no fault of ours.
    return refuse(brokenOff());
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(pieces).toString("utf8"));
  } catch {
    return { ok: false, problem: notJson() };
  }
  const read = readBodyValue(value, body);
  if (read.ok) return read;
  const errors = read.troubles.slice(0, mostErrors).map(({ field, value: found, allowed }) => ({
    field: excerpt(field),
    value: found === undefined ? null : excerptOf(found),
    allowed,
  }));
  return { ok: false, problem: invalidRequest(errors) };
};

const wrongType = (type: string) =>
  problemBody("invalidRequest", {
    detail: "This call takes a body of JSON.",
    errors: [{ field: "content-type", value: excerpt(type), allowed: "application/json" }],
  });

const tooLarge = (most: number) =>
  problemBody("bodyTooLarge", {
    detail: `This call takes a body of at most ${most} bytes.`,
    errors: [{ field: "body", value: null, allowed: `at most ${most} bytes` }],
  });

const brokenOff = () =>
  problemBody("malformedRequest", {
    detail: "The body broke off.",
    errors: [{ field: "body", value: null, allowed: "as many bytes as were announced" }],
  });

const notJson = () =>
  problemBody("malformedRequest", {
    detail: "The body is not JSON.",
    errors: [{ field: "body", value: null, allowed: "JSON" }],
  });
