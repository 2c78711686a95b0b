/**
 * The answers to producers (`/v1/throttle/{gate}`) and gateways (`/v1/check/{gate}` and below): read who asks,
 * ask the board, write what it said. Knows nothing of the web framework.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { asker, askerHeaderPrefix } from "../contract/asker.ts";
import type { ProblemCode } from "../contract/problem.ts";
import type { CheckPassed, CheckRefused, Passed, Refused } from "../contract/throttle.ts";
import type { Random } from "../core/ports.ts";
import { defaultPriority } from "../core/sharing/priorities.ts";
import { defaultTenant } from "../core/sharing/tenants.ts";
import type { Admission, Board, Bound } from "../daemon/board.ts";
import { rateLimitFields } from "./ratelimit.ts";
import {
  invalidRequest,
  malformedName,
  readHeaders,
  readQuery,
  refuseMethod,
  searchOf,
  unknownTarget,
  unwantedBody,
} from "./request.ts";
import { problemBody, send, sendJson, sendProblem } from "./respond.ts";
import { decisionBody } from "./wire.ts";

export interface AdmissionOptions {
  readonly board: Board;
  readonly random: Random;
}

type Refusal = Extract<Admission, { readonly allowed: false }>;

const throttlePath = "/v1/throttle/";
const checkPath = "/v1/check/";

/** Whoever is told to wait looks again by then: a decision may have changed long before the next cell is free. */
const longestWaitMs = 300_000;

/** Up to so much longer a wait is told, so that those who were refused together do not return together. */
const jitter = 0.25;

/** Answers what is for these two; false, and nothing done, where the request is for something else. */
export const answerAdmission =
  (options: AdmissionOptions) =>
  (request: IncomingMessage, response: ServerResponse): boolean => {
    const url = request.url ?? "";
    const end = url.indexOf("?");
    const path = end < 0 ? url : url.slice(0, end);
    if (path.startsWith(checkPath)) {
      const below = path.indexOf("/", checkPath.length);
      check(options, request, response, path.slice(checkPath.length, below < 0 ? path.length : below));
      return true;
    }
    if (path.startsWith(throttlePath) && !path.includes("/", throttlePath.length)) {
      throttle(options, request, response, path.slice(throttlePath.length));
      return true;
    }
    return false;
  };

const throttle = (
  { board, random }: AdmissionOptions,
  request: IncomingMessage,
  response: ServerResponse,
  rawGate: string,
): void => {
  if (request.method !== "GET" && request.method !== "HEAD") {
    refuseMethod(response, request.method ?? "");
    return;
  }
  const body = unwantedBody(request);
  if (body !== undefined) {
    sendProblem(response, body);
    return;
  }
  const gate = findGate(board, response, rawGate);
  if (gate === undefined) return;
  const read = readQuery(searchOf(request.url ?? ""), asker);
  if (!read.ok) {
    sendProblem(response, invalidRequest(read.errors));
    return;
  }
  const { cost = 1, tenant = defaultTenant, priority = defaultPriority } = read.values;
  const admission = board.attempt(gate, { cost, canWait: true, tenant, priority });
  const decision = decisionBody(admission.by.decision);
  const headers = limits(admission, cost);
  if (admission.allowed) {
    const delayMs = Math.ceil(admission.delayMs * 10) / 10;
    const wouldRefuse = admission.wouldRefuse === true ? { wouldRefuse: true as const } : {};
    const passed: Passed = {
      allowed: true,
      delayMs,
      retryAfterMs: 0,
      ...wouldRefuse,
      ...honoured(admission),
      decision,
    };
    sendJson(response, passed, headers);
    return;
  }
  const refused: Refused = {
    ...refusal(admission, random),
    delayMs: 0,
    ...honoured(admission),
    decision,
  };
  sendProblem(response, refused, { ...headers, ...retryAfter(refused) });
};

const passedBody = JSON.stringify({ allowed: true } satisfies CheckPassed);

const check = (
  { board, random }: AdmissionOptions,
  request: IncomingMessage,
  response: ServerResponse,
  rawGate: string,
): void => {
  const gate = findGate(board, response, rawGate);
  if (gate === undefined) return;
  const read = readHeaders(request.headers, askerHeaderPrefix, asker);
  if (!read.ok) {
    sendProblem(response, invalidRequest(read.errors));
    return;
  }
  const { cost = 1, tenant = defaultTenant, priority = defaultPriority } = read.values;
  const admission = board.attempt(gate, { cost, canWait: false, tenant, priority });
  const { decision } = admission.by;
  const headers = {
    ...limits(admission, cost),
    "headgate-state": decision.state,
    "headgate-target": decision.target,
    "headgate-priority": admission.priority,
  };
  if (admission.allowed) {
    const wouldRefuse = admission.wouldRefuse === true ? { "headgate-would-refuse": "true" } : {};
    send(response, 200, "application/json", passedBody, { ...headers, ...wouldRefuse });
    return;
  }
  const refused: CheckRefused = refusal(admission, random, 429);
  sendProblem(response, refused, { ...headers, ...retryAfter(refused) });
};

/** The gate's name where there is such a gate; otherwise the request is answered. */
const findGate = (board: Board, response: ServerResponse, raw: string): string | undefined => {
  let gate: string;
  try {
    gate = decodeURIComponent(raw);
  } catch {
    sendProblem(response, malformedName("gate", raw));
    return undefined;
  }
  if (board.has(gate)) return gate;
  sendProblem(response, unknownTarget(board, "gate", gate));
  return undefined;
};

/** What every refusal says; `status` where it is not the code's usual one. */
const refusal = ({ retryAfterMs, by }: Refusal, random: Random, status?: number) => ({
  ...problemBody(refusalCode(by), { detail: `${by.target}: ${by.decision.reason.text}.` }, status),
  allowed: false as const,
  retryAfterMs: Math.max(1, Math.ceil(Math.min(retryAfterMs, longestWaitMs) * (1 + jitter * random()))),
});

const retryAfter = ({ retryAfterMs }: { readonly retryAfterMs: number }) => ({
  "retry-after": String(Math.ceil(retryAfterMs / 1000)),
});

const honoured = ({ tenant, priority }: Admission) => ({ tenant, priority });

/** Nothing is said of limits that do not exist or that nobody is held to. */
const limits = (admission: Admission, cost: number) => {
  const { rate, by } = admission;
  if (rate === null || by.decision.mode === "observe") return {};
  const waitMs = admission.allowed ? admission.delayMs : Math.min(admission.retryAfterMs, longestWaitMs);
  return rateLimitFields(by.target, rate, admission.allowed, waitMs / 1000, cost);
};

const refusalCode = ({ decision, settings }: Bound): ProblemCode => {
  if (decision.override?.kind === "closed") return "closedByOperator";
  if (decision.state === "failing") return "failing";
  if (decision.state === "shedding") return "shedding";
  // While a blind target still has a rate, whoever exceeds it is merely early.
  if (decision.state === "blind" && settings.onBlind === "closed" && decision.rate === 0)
    return "blindClosed";
  return "busy";
};
