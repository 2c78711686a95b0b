/** `PUT` and `DELETE /v1/targets/{target}/override`: an operator's own decision. */
import type { Express } from "express";
import { noFields } from "../contract/fields.ts";
import { type OverrideRequest, overrideRequest } from "../contract/override.ts";
import type { Override } from "../core/decision.ts";
import type { Log } from "../core/ports.ts";
import type { Instant } from "../core/units.ts";
import type { Board } from "../daemon/board.ts";
import { readBody } from "./body.ts";
import { invalidRequest, readQuery, refuseMethod, searchOf, unknownTarget, unwantedBody } from "./request.ts";
import { sendJson, sendProblem } from "./respond.ts";
import { overrideBody, targetBody } from "./wire.ts";

export const addOverride = (
  app: Express,
  { board, log }: { readonly board: Board; readonly log: Log },
): void => {
  app
    .route("/v1/targets/:target/override")
    .all((request, response, next) => {
      const query = readQuery(searchOf(request.url), noFields);
      const target = String(request.params.target);
      if (request.method !== "PUT" && request.method !== "DELETE")
        refuseMethod(response, request.method, "PUT, DELETE");
      else if (!query.ok) sendProblem(response, invalidRequest(query.errors));
      else if (board.target(target) === undefined)
        sendProblem(response, unknownTarget(board, "target", target));
      else next();
    })
    .put(async ({ params: { target } }, response) => {
      const read = await readBody(response.req, response, overrideRequest);
      if (!read.ok) return sendProblem(response, read.problem);
      const override = toOverride(read.value, board.now());
      const view = board.override(target, override);
      // It may have gone while its body was read.
      if (view === undefined) return sendProblem(response, unknownTarget(board, "target", target));
      log.warn(
        { target, override: overrideBody(override) },
        `override of ${target}: ${view.decision.reason.text}`,
      );
      sendJson(response, targetBody(view, false));
    })
    .delete((request, response) => {
      const body = unwantedBody(request);
      if (body !== undefined) return sendProblem(response, body);
      const { target } = request.params;
      const before = board.target(target)?.decision.override ?? null;
      if (before !== null) {
        board.override(target, null);
        log.warn({ target, override: null, before: overrideBody(before) }, `override of ${target} ended`);
      }
      response.writeHead(204, { "cache-control": "no-store" }).end();
    });
};

export const kindAndRate = (asked: OverrideRequest["override"]): Pick<Override, "kind" | "rate"> =>
  typeof asked === "number" ? { kind: "rate", rate: asked } : { kind: asked, rate: null };

const toOverride = (request: OverrideRequest, at: Instant): Override => {
  const { override, ttlMs, note, author } = request;
  return {
    ...kindAndRate(override),
    note: note || null,
    author: author || null,
    until: Math.round(at) + ttlMs,
  };
};
