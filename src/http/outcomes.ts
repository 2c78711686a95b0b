/** `POST /v1/targets/{target}/outcomes`: what consumers report of their work. */
import type { Express } from "express";
import { noFields } from "../contract/fields.ts";
import { mostOutcomes, type OutcomesCounted, outcomeBatch } from "../contract/outcome.ts";
import type { Board } from "../daemon/board.ts";
import { readBody } from "./body.ts";
import { invalidRequest, readQuery, refuseMethod, searchOf, unknownTarget } from "./request.ts";
import { sendJson, sendProblem } from "./respond.ts";

/** Bytes: a full batch of outcomes with long names. */
export const mostOutcomesBody = 512 * mostOutcomes;

export const addOutcomes = (app: Express, board: Board): void => {
  app
    .route("/v1/targets/:target/outcomes")
    .post(async ({ params: { target } }, response) => {
      const query = readQuery(searchOf(response.req.url), noFields);
      if (!query.ok) return sendProblem(response, invalidRequest(query.errors));
      if (board.target(target) === undefined)
        return sendProblem(response, unknownTarget(board, "target", target));
      const read = await readBody(response.req, response, outcomeBatch, mostOutcomesBody);
      if (!read.ok) return sendProblem(response, read.problem);
      const counted = board.report(target, read.value);
      // It may have gone while the body was read.
      if (counted === undefined) sendProblem(response, unknownTarget(board, "target", target));
      else sendJson(response, counted satisfies OutcomesCounted);
    })
    .all((request, response) => refuseMethod(response, request.method, "POST"));
};
