/** `POST /v1/reload`: takes the changed configuration. */
import type { Express } from "express";
import { noFields } from "../contract/fields.ts";
import type { ProblemError } from "../contract/problem.ts";
import type { Reloaded } from "../contract/reload.ts";
import { invalidRequest, readQuery, refuseMethod, searchOf, unwantedBody } from "./request.ts";
import { problemBody, sendJson, sendProblem } from "./respond.ts";

export type ReloadAnswer =
  | ({ readonly ok: true } & Reloaded)
  | { readonly ok: false; readonly errors: readonly ProblemError[] };

export type Reload = () => Promise<ReloadAnswer>;

/** `reload`: undefined where there is no file. */
export const addReload = (app: Express, reload: Reload | undefined): void => {
  app.route("/v1/reload").all(async (request, response) => {
    const query = readQuery(searchOf(request.url), noFields);
    const body = unwantedBody(request);
    if (request.method !== "POST") return refuseMethod(response, request.method, "POST");
    if (!query.ok) return sendProblem(response, invalidRequest(query.errors));
    if (body !== undefined) return sendProblem(response, body);
    if (reload === undefined)
      return sendProblem(
        response,
        problemBody("notReloadable", { detail: "The daemon was started without a configuration file." }),
      );
    const answer = await reload();
    if (!answer.ok) return sendProblem(response, refusal(answer.errors));
    const { targets, warnings } = answer;
    sendJson(response, { targets, warnings } satisfies Reloaded);
  });
};

const refusal = (errors: readonly ProblemError[]) =>
  problemBody("invalidConfiguration", {
    detail: `${errors.length === 1 ? "It has a problem" : `It has ${errors.length} problems`}; the configuration in force stays.`,
    errors,
  });
