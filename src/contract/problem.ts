/** What an error says: RFC 9457, with a `type` from the one list of codes. */
import * as z from "zod";

/**
 * All of them. A code keeps its meaning for ever; its status is the usual one (a gateway's check refuses by 429
 * whatever the code). The `type` on the wire is `urn:headgate:problem:` and the code.
 */
export const problems = [
  { code: "busy", status: 429, title: "Wait: the consumers are busy" },
  { code: "shedding", status: 429, title: "Wait: lag is above its maximum" },
  { code: "closedByOperator", status: 429, title: "Wait: an operator closed the target" },
  { code: "failing", status: 503, title: "Wait: the consumers are failing" },
  {
    code: "blindClosed",
    status: 503,
    title: "Wait: nothing is known of the target, which is closed when blind",
  },
  { code: "unknownTarget", status: 404, title: "No such gate or target" },
  { code: "unknownRoute", status: 404, title: "No such call" },
  { code: "methodNotAllowed", status: 405, title: "The call does not take this method" },
  { code: "invalidRequest", status: 400, title: "The request does not fit the call" },
  { code: "malformedRequest", status: 400, title: "The request cannot be read" },
  { code: "bodyTooLarge", status: 413, title: "The body is larger than the call takes" },
  { code: "headersTooLarge", status: 431, title: "Address and headers are too long" },
  { code: "requestTimeout", status: 408, title: "The request did not arrive in time" },
  { code: "invalidConfiguration", status: 400, title: "The configuration is not taken" },
  { code: "notReloadable", status: 409, title: "There is no file to take a configuration from" },
  { code: "tooManyReaders", status: 503, title: "Too many readers at a time" },
  { code: "internalError", status: 500, title: "A fault inside Headgate" },
] as const;
export type ProblemCode = (typeof problems)[number]["code"];

export const problemType = <Code extends ProblemCode>(code: Code) => `urn:headgate:problem:${code}` as const;

export const problemError = z.object({
  field: z.string().describe("The query key, header, member of the body or key of the configuration."),
  value: z
    .string()
    .nullable()
    .describe("As it was sent, at most 100 characters of it; null where it has none."),
  allowed: z.string().describe("What may stand there, in words."),
  message: z.string().optional().describe("What is wrong, in a sentence."),
  nearest: z.array(z.string()).optional().describe("Known names that may have been meant, best first."),
});
export type ProblemError = z.infer<typeof problemError>;

export const problem = z.object({
  type: z.enum(problems.map(({ code }) => problemType(code))),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  errors: z.array(problemError).optional(),
});
export type Problem = z.infer<typeof problem>;
