/** Writing an answer: plain Node.js, so that it works with and without the web framework. */
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import {
  type Problem,
  type ProblemCode,
  type ProblemError,
  problems,
  problemType,
} from "../contract/problem.ts";

/** Writes the whole answer. Node.js leaves the body out where the method is HEAD. Nothing here may be cached. */
export const send = (
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
  headers: OutgoingHttpHeaders = {},
): void => {
  response.writeHead(status, {
    "cache-control": "no-store",
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(body);
};

export const sendJson = (response: ServerResponse, body: unknown, headers?: OutgoingHttpHeaders): void =>
  send(response, 200, "application/json", JSON.stringify(body), headers);

export interface Trouble {
  /** One sentence on this occurrence. */
  readonly detail: string;
  readonly errors?: readonly ProblemError[];
}

/** A problem document; `status` where it is not the code's usual one. */
export const problemBody = (code: ProblemCode, { detail, errors }: Trouble, status?: number): Problem => {
  const known = problems.find((one) => one.code === code);
  if (known === undefined) throw new Error(`no problem has the code ${code}`);
  return {
    type: problemType(code),
    title: known.title,
    status: status ?? known.status,
    detail,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  };
};

/** `body` is a problem document, perhaps with more members. */
export const sendProblem = (response: ServerResponse, body: Problem, headers?: OutgoingHttpHeaders): void =>
  send(response, body.status, "application/problem+json", JSON.stringify(body), headers);
