/** `POST /v1/leases` and `DELETE /v1/leases/{producer}`: producers that pace themselves. */
import type { Express, Response } from "express";
import { name } from "../contract/asker.ts";
import { excerpt } from "../contract/excerpt.ts";
import { noFields } from "../contract/fields.ts";
import { type LeaseRequest, type LeasesGranted, leaseRequest } from "../contract/lease.ts";
import { defaultPriority } from "../core/sharing/priorities.ts";
import { defaultTenant } from "../core/sharing/tenants.ts";
import type { Board, LeaseGrant } from "../daemon/board.ts";
import { readBody } from "./body.ts";
import { invalidRequest, readQuery, refuseMethod, searchOf, unknownTarget, unwantedBody } from "./request.ts";
import { sendJson, sendProblem } from "./respond.ts";
import { isoInstant, reasonBody, roundedOrNull } from "./wire.ts";

type Asked = LeaseRequest["leases"][number];

/** Bytes: a full request of the longest names fits. */
const mostBody = 262_144;

export const addLeases = (app: Express, board: Board): void => {
  app
    .route("/v1/leases")
    .all((request, response, next) => {
      const query = readQuery(searchOf(request.url), noFields);
      if (request.method !== "POST") refuseMethod(response, request.method, "POST");
      else if (!query.ok) sendProblem(response, invalidRequest(query.errors));
      else next();
    })
    .post(async (request, response) => {
      const read = await readBody(request, response, leaseRequest, mostBody);
      if (read.ok) answerLeases(board, response, read.value);
      else sendProblem(response, read.problem);
    });
  app.route("/v1/leases/:producer").all((request, response) => {
    const query = readQuery(searchOf(request.url), noFields);
    const body = unwantedBody(request);
    if (request.method !== "DELETE") refuseMethod(response, request.method, "DELETE");
    else if (!query.ok) sendProblem(response, invalidRequest(query.errors));
    else if (body !== undefined) sendProblem(response, body);
    else answerRelease(board, response, String(request.params.producer));
  });
};

function answerLeases(board: Board, response: Response, request: LeaseRequest): void {
  const { producer, epoch, members = 1, leases } = request;
  const problem = troubleWith(board, leases);
  if (problem !== undefined) {
    sendProblem(response, problem);
    return;
  }
  sendJson(response, {
    at: isoInstant(board.now()),
    producer,
    leases: leases.map((asked) => {
      const { target, tenant = defaultTenant, priority = defaultPriority, inFlight = 0 } = asked;
      const { attempted, admitted, wants, has } = asked;
      return grantBody(
        target,
        board.renew({
          producer,
          gate: target,
          tenant,
          priority,
          wants: wants ?? Number.POSITIVE_INFINITY,
          has: has === null ? Number.POSITIVE_INFINITY : has,
          told: { epoch, attempted, admitted },
          inFlight,
          members,
        }),
      );
    }),
  } satisfies LeasesGranted);
}

/** What no schema can tell: a gate that there is not, a lease that stands there twice. */
function troubleWith(board: Board, leases: readonly Asked[]) {
  const seen = new Set<string>();
  for (const [index, { target, tenant = defaultTenant, priority = defaultPriority }] of leases.entries()) {
    if (!board.has(target)) return unknownTarget(board, "gate", target, `leases[${index}].target`);
    const key = `${target} ${tenant} ${priority}`;
    if (seen.has(key))
      return invalidRequest([
        { field: `leases[${index}]`, value: excerpt(key), allowed: "each target, tenant and priority once" },
      ]);
    seen.add(key);
  }
  return undefined;
}

const grantBody = (target: string, grant: LeaseGrant): LeasesGranted["leases"][number] => {
  const { decision } = grant.by;
  return {
    target,
    tenant: grant.tenant,
    priority: grant.priority,
    granted: grant.granted,
    rate: finiteOrNull(grant.rate),
    burst: finiteOrNull(grant.burst),
    inFlightMax: finiteOrNull(grant.inFlightMax),
    ttlMs: grant.ttlMs,
    refreshMs: grant.refreshMs,
    safeRate: roundedOrNull(grant.safeRate),
    state: decision.state,
    reason: reasonBody(decision.reason),
    by: decision.target,
  };
};

const finiteOrNull = (value: number): number | null =>
  value === Number.POSITIVE_INFINITY ? null : roundedOrNull(value);

function answerRelease(board: Board, response: Response, producer: string): void {
  const read = name.safeParse(producer);
  if (!read.success) {
    const allowed = read.error.issues[0]?.message ?? "a name";
    sendProblem(response, invalidRequest([{ field: "producer", value: excerpt(producer), allowed }]));
    return;
  }
  board.release(read.data);
  response.writeHead(204, { "cache-control": "no-store" }).end();
}
