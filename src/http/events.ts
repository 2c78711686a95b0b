/**
 * `GET /v1/targets/{target}/events`: the target's state, then what happens to it, as it happens. Bounded: so many
 * readers at a time, and so much that one may leave unread before it is cut off.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TargetEvent } from "../core/controller/events.ts";
import type { Log } from "../core/ports.ts";
import type { Board } from "../daemon/board.ts";
import { eventLine, stateLine } from "./eventLines.ts";
import { unknownTarget } from "./request.ts";
import { problemBody, sendProblem } from "./respond.ts";

/** Readers at a time, all targets together. */
export const mostReaders = 16;

/** Bytes that a reader may be behind by, beyond the state that it began with. */
const mostUnread = 4 << 20;

export const answerEvents = ({ board, log }: { readonly board: Board; readonly log: Log }) => {
  let readers = 0;

  return (request: IncomingMessage, response: ServerResponse, target: string): void => {
    if (board.target(target) === undefined) {
      sendProblem(response, unknownTarget(board, "target", target));
      return;
    }
    if (readers >= mostReaders) {
      const detail = `${mostReaders} readers follow events already, and each keeps a place; try again later.`;
      sendProblem(response, problemBody("tooManyReaders", { detail }), { "retry-after": "60" });
      return;
    }
    response.writeHead(200, {
      "cache-control": "no-store",
      "content-type": "application/jsonl",
      "x-content-type-options": "nosniff",
    });
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    let limit = Number.POSITIVE_INFINITY;
    const onEvent = (event: TargetEvent): void => {
      response.write(eventLine(event));
      if (response.writableLength <= limit) return;
      log.warn({ target, unreadBytes: response.writableLength }, "a reader of events was too slow; cut off");
      // The answer has no end, so that whoever reads it knows that something is missing.
      response.destroy();
    };
    const following = board.follow(target, onEvent, () => response.end());
    if (following === undefined) {
      response.end();
      return;
    }
    readers += 1;
    const state = stateLine(following.at, following.state);
    limit = Buffer.byteLength(state) + mostUnread;
    response.write(state);
    response.on("close", () => {
      readers -= 1;
      following.stop();
    });
  };
};
