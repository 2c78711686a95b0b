/** OpenAPI 3.1 out of the schemas that the daemon itself answers and validates by. */
import * as z from "zod";
import { asker, askerHeaderPrefix } from "./asker.ts";
import { decision } from "./decision.ts";
import { health, readiness } from "./health.ts";
import { leaseGranted, leaseRequest, leasesGranted, mostLeasesARequest } from "./lease.ts";
import { mostOutcomes, outcomeBatch, outcomesCounted } from "./outcome.ts";
import { overrideRequest } from "./override.ts";
import { problem } from "./problem.ts";
import { reloaded } from "./reload.ts";
import { source, sources } from "./source.ts";
import { assessment, part, target, targets, targetsQuery } from "./target.ts";
import { checkPassed, checkRefused, decisions, passed, refused } from "./throttle.ts";

/** The schemas that the document names. */
export const components = {
  Assessment: assessment,
  CheckPassed: checkPassed,
  CheckRefused: checkRefused,
  Decision: decision,
  Decisions: decisions,
  Health: health,
  OutcomeBatch: outcomeBatch,
  OutcomesCounted: outcomesCounted,
  OverrideRequest: overrideRequest,
  LeaseGranted: leaseGranted,
  LeaseRequest: leaseRequest,
  LeasesGranted: leasesGranted,
  Part: part,
  Passed: passed,
  Problem: problem,
  Readiness: readiness,
  Reloaded: reloaded,
  Refused: refused,
  Source: source,
  Sources: sources,
  Target: target,
  Targets: targets,
};
type Component = keyof typeof components;

type Json = Record<string, unknown>;

const schemaRef = (name: Component): Json => ({ $ref: `#/components/schemas/${name}` });

const content = (type: string, schema: Json): Json => ({ content: { [type]: { schema } } });
const json = (description: string, name: Component, headers: Json = {}): Json => ({
  description,
  headers: { ...noStore, ...headers },
  ...content("application/json", schemaRef(name)),
});
const anError = (description: string, name: Component = "Problem", headers: Json = {}): Json => ({
  description,
  headers: { ...noStore, ...headers },
  ...content("application/problem+json", schemaRef(name)),
});
const plain = (description: string, type: string): Json => ({
  description,
  ...content(type, { type: "string" }),
});

const header = (description: string, type = "string"): Json => ({ description, schema: { type } });
const noStore = { "Cache-Control": header("`no-store`: an answer is true now only.") };
const rateLimit = {
  "RateLimit-Policy": header(
    "draft-ietf-httpapi-ratelimit-headers-10: what all may send together who ask for this tenant in this class. Absent where nothing limits or nothing is enforced.",
  ),
  RateLimit: header("The same draft: how many more messages fit into the next `t` seconds."),
};
const retryAfter = { "Retry-After": header("`retryAfterMs` in whole seconds, rounded up.", "integer") };
const gateway = {
  "headgate-state": header("The state of the decision: tells failing from busy."),
  "headgate-would-refuse": header(
    "`true` where a target only observes, and its decision, were it enforced, would have refused this.",
  ),
  "headgate-target": header("The target that bound the answer."),
  "headgate-priority": header("The priority as it was honoured: lowered to the tenant's highest."),
};

/** Parameters out of the fields of a schema. */
const parameters = (place: "query" | "header", schema: z.ZodObject, prefix = ""): Json[] => {
  const { properties = {} } = z.toJSONSchema(schema);
  return Object.entries(properties).map(([key, property]) => {
    const { description, ...rest } = typeof property === "object" ? property : {};
    return { name: `${prefix}${key}`, in: place, required: false, description, schema: rest };
  });
};

const pathParameter = (name: string, description: string): Json => ({
  name,
  in: "path",
  required: true,
  description,
  schema: { type: "string" },
});
const gateParameter = pathParameter("gate", "The name of a gate or a target.");

const targetParameter = pathParameter("target", "The name of a target.");

const badBody = anError("The body does not fit; all that is wrong with it is listed.");
const badRequest = anError("A query key, a value or a header does not fit; all of them are listed.");
const unknownTarget = anError("No such gate or target; the nearest names are listed.");
const tooLarge = anError("The request has a body, and the call takes none.");

const get = (operationId: string, summary: string, responses: Json, of: Json[] = []): Json => ({
  get: { operationId, summary, parameters: of, responses },
});

const bodyOf = (name: Component): Json => ({
  required: true,
  ...content("application/json", schemaRef(name)),
});

const checkMethods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

const paths = (): Json => ({
  "/v1/throttle/{gate}": get(
    "throttle",
    "May a producer send now? Each call is an attempt of `cost` messages.",
    {
      200: json("Go, after `delayMs`.", "Passed", rateLimit),
      400: badRequest,
      404: unknownTarget,
      413: tooLarge,
      429: anError("Wait: busy or shedding.", "Refused", { ...rateLimit, ...retryAfter }),
      503: anError(
        "Wait: the consumers are failing; or nothing is known and the target is then closed.",
        "Refused",
        {
          ...rateLimit,
          ...retryAfter,
        },
      ),
    },
    [gateParameter, ...parameters("query", asker)],
  ),
  "/v1/throttle": get("decisions", "All decisions at a glance. Nothing is charged.", {
    200: json("All decisions, and the gates.", "Decisions"),
    400: badRequest,
    413: tooLarge,
  }),
  "/v1/check/{gate}": Object.fromEntries(
    checkMethods.map((method) => [
      method,
      {
        operationId: `check-${method}`,
        summary:
          "For gateways: may this request pass? Any path below is the same call; query and body are ignored.",
        parameters: [gateParameter, ...parameters("header", asker, askerHeaderPrefix)],
        responses: {
          200: json("Let it pass.", "CheckPassed", { ...rateLimit, ...gateway }),
          400: anError("The gateway sets a header that does not fit."),
          404: unknownTarget,
          429: anError("Hold it back, whatever the reason.", "CheckRefused", {
            ...rateLimit,
            ...retryAfter,
            ...gateway,
          }),
        },
      },
    ]),
  ),
  "/v1/targets": get(
    "targets",
    "All targets.",
    { 200: json("All targets.", "Targets"), 400: badRequest, 413: tooLarge },
    parameters("query", targetsQuery),
  ),
  "/v1/targets/{target}": get(
    "target",
    "One target.",
    { 200: json("The target.", "Target"), 400: badRequest, 404: unknownTarget, 413: tooLarge },
    [targetParameter],
  ),
  "/v1/targets/{target}/override": {
    put: {
      operationId: "override",
      summary: "An operator's own decision, in place of the controller's until it ends by itself.",
      parameters: [targetParameter],
      requestBody: bodyOf("OverrideRequest"),
      responses: {
        200: json("The target as it is now.", "Target"),
        400: badBody,
        404: unknownTarget,
        413: anError("The body is too large."),
      },
    },
    delete: {
      operationId: "endOverride",
      summary: "Ends the override, if there is one.",
      parameters: [targetParameter],
      responses: {
        204: { description: "There is none now." },
        400: badRequest,
        404: unknownTarget,
        413: tooLarge,
      },
    },
  },
  "/v1/targets/{target}/outcomes": {
    post: {
      operationId: "outcomes",
      summary: `What consumers report of their work, at most ${mostOutcomes} at once. Each outcome counts once.`,
      parameters: [targetParameter],
      requestBody: bodyOf("OutcomeBatch"),
      responses: {
        200: json("How many of them were new.", "OutcomesCounted"),
        400: badBody,
        404: unknownTarget,
        413: anError("The body is too large."),
      },
    },
  },
  "/v1/targets/{target}/events": get(
    "events",
    "What happens to a target, as it happens: JSON lines, its state first. What `headgate replay` reads.",
    {
      200: plain("Lines without end; docs/replay.md tells what stands in them.", "application/jsonl"),
      400: badRequest,
      404: unknownTarget,
      413: tooLarge,
      503: anError("As many as there may be read events already."),
    },
    [targetParameter],
  ),
  "/v1/leases": {
    post: {
      operationId: "lease",
      summary: `What a producer that paces itself may send until it asks again; at most ${mostLeasesARequest} leases a request.`,
      requestBody: { required: true, ...content("application/json", schemaRef("LeaseRequest")) },
      responses: {
        200: json("Granted or renewed.", "LeasesGranted"),
        400: anError("A member or the body does not fit; up to ten are listed."),
        404: unknownTarget,
        413: anError("The body is too large."),
      },
    },
  },
  "/v1/leases/{producer}": {
    delete: {
      operationId: "release",
      summary: "A producer goes: what it was granted is free at once.",
      parameters: [pathParameter("producer", "The producer's name.")],
      responses: {
        204: { description: "It holds nothing, whether it did or not.", headers: noStore },
        400: badRequest,
        413: tooLarge,
      },
    },
  },
  "/v1/sources": get("sources", "The brokers as they are watched.", {
    200: json("All sources.", "Sources"),
    400: badRequest,
    413: tooLarge,
  }),
  "/v1/reload": {
    post: {
      operationId: "reload",
      summary: "Takes the changed configuration from its file, as SIGHUP does; a bad one is refused whole.",
      responses: {
        200: json("It is in force.", "Reloaded"),
        400: anError("It is not taken; all that is wrong with it is listed, and the old one stays."),
        409: anError("The daemon was started without a file."),
        413: tooLarge,
      },
    },
  },
  "/healthz": get("health", "Alive.", { 200: json("Alive.", "Health") }),
  "/readyz": get("readiness", "Serving decisions; what is degraded stands in the body.", {
    200: json("Serving.", "Readiness"),
  }),
  "/metrics": get("metrics", "Metrics for Prometheus.", { 200: plain("The text format.", "text/plain") }),
  "/openapi.json": get("openapi", "This document.", {
    200: { description: "OpenAPI 3.1.", ...content("application/json", { type: "object" }) },
  }),
  "/": get("page", "A page of the targets, for people.", { 200: plain("The page.", "text/html") }),
});

const schemas = (): Json => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(components)) registry.add(schema, { id });
  // As input the objects stay open: a reader must not choke on a member that is added later.
  const made = z.toJSONSchema(registry, { io: "input", uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
  );
};

/** The document; `version` is the daemon's own. */
export const openapi = (version: string): Json => ({
  openapi: "3.1.0",
  info: {
    title: "Headgate",
    version,
    description:
      "How far consumers are behind, and how fast producers may go. Rates are messages per second, instants ISO 8601 in UTC, durations milliseconds with the suffix `Ms`; lag alone is in seconds. Members and codes may be added: ignore what you do not know.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  servers: [{ url: "/" }],
  paths: paths(),
  components: { schemas: schemas() },
});
