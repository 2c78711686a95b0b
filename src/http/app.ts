/** The routes. Producers and gateways are answered by admission.ts; all else goes through Express. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from "express";
import { excerpt } from "../contract/excerpt.ts";
import { type Fields, type FieldValues, noFields } from "../contract/fields.ts";
import type { Health } from "../contract/health.ts";
import { mostLeasesShown } from "../contract/lease.ts";
import { openapi } from "../contract/openapi.ts";
import type { Sources } from "../contract/source.ts";
import { type Targets, targetsQuery } from "../contract/target.ts";
import type { Decisions } from "../contract/throttle.ts";
import type { Log, Random } from "../core/ports.ts";
import type { Board } from "../daemon/board.ts";
import { answerAdmission } from "./admission.ts";
import { answerEvents } from "./events.ts";
import { addLeases } from "./leases.ts";
import { addOutcomes } from "./outcomes.ts";
import { addOverride } from "./override.ts";
import { pageHandlers } from "./page.ts";
import { addReload, type Reload } from "./reload.ts";
import { invalidRequest, readQuery, refuseMethod, searchOf, unknownTarget, unwantedBody } from "./request.ts";
import { problemBody, send, sendJson, sendProblem } from "./respond.ts";
import { decisionBody, isoInstant, readinessBody, sourceBody, targetBody } from "./wire.ts";

export interface OpsOptions {
  readonly board: Board;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly log: Log;
  /** Headgate's own. */
  readonly version: string;
}

export interface AppOptions extends OpsOptions {
  readonly random: Random;
  /** Absent where there is no file to take a configuration from. */
  readonly reload?: Reload;
}

/** The whole API and the page. */
export const createApp = (options: AppOptions): Express => {
  const { board, version } = options;
  const app = bareApp();
  const admission = answerAdmission(options);
  app.use((request, response, next) => {
    if (!admission(request, response)) next();
  });
  addCall(app, "/v1/throttle", noFields, (response) => {
    sendJson(response, {
      at: isoInstant(board.now()),
      decisions: board.targets().map(({ decision }) => decisionBody(decision)),
      gates: Object.fromEntries([...board.gates()].map(([gate, targets]) => [gate, [...targets]])),
    } satisfies Decisions);
  });
  addCall(app, "/v1/targets", targetsQuery, (response, { parts = "all" }) => {
    sendJson(response, {
      at: isoInstant(board.now()),
      targets: board.targets().map((view) => targetBody(view, parts === "all")),
    } satisfies Targets);
  });
  addCall(app, "/v1/targets/:target", noFields, (response, _query, { target: name = "" }) => {
    const view = board.target(name);
    if (view === undefined) sendProblem(response, unknownTarget(board, "target", name));
    else sendJson(response, targetBody(view, true, board.leases(name, mostLeasesShown)));
  });
  addLeases(app, board);
  addOverride(app, options);
  addOutcomes(app, board);
  addReload(app, options.reload);
  const events = answerEvents(options);
  addCall(app, "/v1/targets/:target/events", noFields, (response, _query, { target: name = "" }) => {
    events(response.req, response, name);
  });
  addCall(app, "/v1/sources", noFields, (response) => {
    const sources = board.sources().map(sourceBody);
    sendJson(response, { at: isoInstant(board.now()), sources } satisfies Sources);
  });
  addOps(app, options);
  const document = openapi(version);
  addGet(app, "/openapi.json", (_request, response) => sendJson(response, document));
  for (const [path, handler] of pageHandlers()) addGet(app, path, handler);
  return addProblems(app, options.log);
};

/** Health, readiness and metrics only: for a listener that may be reached from further away. */
export const createOpsApp = (options: OpsOptions): Express => {
  const app = bareApp();
  addOps(app, options);
  return addProblems(app, options.log);
};

const bareApp = (): Express => {
  const app = express();
  app.disable("x-powered-by");
  app.enable("case sensitive routing");
  // `/v1/throttle/` is a producer whose gate's name is empty, not a look at all decisions.
  app.enable("strict routing");
  app.use((request, _response, next) => {
    // The form of an address that a proxy is sent names the server too.
    request.url = request.url.replace(/^https?:\/\/[^/?]*\/?/i, "/");
    next();
  });
  return app;
};

/** Express answers HEAD wherever it answers GET. */
const addGet = (app: Express, path: string, handler: RequestHandler): void => {
  app
    .route(path)
    .get(handler)
    .all((request, response) => refuseMethod(response, request.method));
};

/** A call of the API: takes no body, and no query keys but those of `query`. */
const addCall = <Query extends Fields>(
  app: Express,
  path: string,
  query: Query,
  answer: (response: Response, query: FieldValues<Query>, params: Readonly<Record<string, string>>) => void,
): void =>
  addGet(app, path, (request, response) => {
    const body = unwantedBody(request);
    const read = readQuery(searchOf(request.url), query);
    if (body !== undefined) sendProblem(response, body);
    else if (!read.ok) sendProblem(response, invalidRequest(read.errors));
    else answer(response, read.values, request.params as Record<string, string>);
  });

const addOps = (app: Express, { board, metrics, version }: OpsOptions): void => {
  const health: Health = { alive: true, version, startedAt: isoInstant(board.startedAt) };
  addGet(app, "/healthz", (_request, response) => sendJson(response, health));
  addGet(app, "/readyz", (_request, response) => sendJson(response, readinessBody(board)));
  addGet(app, "/metrics", async (_request, response) => {
    const { contentType, body } = await metrics();
    send(response, 200, contentType, body);
  });
};

/** What no route took, and what went wrong in one. */
const addProblems = (app: Express, log: Log): Express => {
  app.use((request, response) => {
    sendProblem(
      response,
      problemBody("unknownRoute", {
        detail: "There is no such call; /openapi.json lists what there is.",
        errors: [{ field: "path", value: excerpt(request.path), allowed: "a path of /openapi.json" }],
      }),
    );
  });
  const onError: ErrorRequestHandler = (error, request, response, _next) => {
    if (response.headersSent) response.destroy();
    else if (error instanceof URIError) sendProblem(response, malformedPath(request.path));
    else {
      const { method, path } = request;
      const { message, stack } =
        error instanceof Error ? error : { message: String(error), stack: undefined };
      log.error(
        { method, path: excerpt(path), error: message, stack },
        "a request failed by a fault of ours",
      );
      sendProblem(response, problemBody("internalError", { detail: "The fault is in the log." }));
    }
  };
  app.use(onError);
  return app;
};

const malformedPath = (path: string) =>
  problemBody("malformedRequest", {
    detail: "The path is not percent-encoded UTF-8.",
    errors: [{ field: "path", value: excerpt(path), allowed: "percent-encoded UTF-8" }],
  });
