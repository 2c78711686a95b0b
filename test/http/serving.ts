/** An app on a free port of the loopback, whose every answer is held against the contract. */
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import type { Log } from "../../src/core/ports.ts";
import type { Board } from "../../src/daemon/board.ts";
import { createApp, createOpsApp } from "../../src/http/app.ts";
import { listen } from "../../src/http/listen.ts";
import { assertConforms } from "./conformance.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  readonly json: any;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

export interface Serving extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What was logged as an error. */
  readonly errors: readonly Record<string, unknown>[];
  /** The path is sent as it stands there. */
  ask(path: string, options?: Ask): Promise<Answer>;
}

/** The middle of the jitter, unless said otherwise. */
const half = () => 0.5;

const plainMetrics = async () => ({ contentType: "text/plain; version=0.0.4", body: "headgate_up 1\n" });

export const serve = async (
  board: Board,
  options: {
    readonly random?: () => number;
    readonly metrics?: typeof plainMetrics;
    readonly ops?: boolean;
    readonly log?: Log;
  } = {},
): Promise<Serving> => {
  const errors: Record<string, unknown>[] = [];
  const quiet = () => {};
  const log = options.log ?? {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (fields: Record<string, unknown>) => errors.push(fields),
  };
  const { random = half, metrics = plainMetrics, ops = false } = options;
  const parts = { board, metrics, log, version: "0.1.0", random };
  const app = ops ? createOpsApp(parts) : createApp(parts);
  const { url, port, close } = await listen(app, { host: "127.0.0.1", port: 0 });
  const agent = new Agent({ keepAlive: true });
  return {
    url,
    port,
    errors,
    async ask(path, { method = "GET", headers: given = {}, body } = {}) {
      // Node.js does not say by itself how long the body of a GET is.
      const sized = body !== undefined && given["transfer-encoding"] === undefined;
      const headers = sized ? { ...given, "content-length": String(Buffer.byteLength(body)) } : given;
      const answer = await new Promise<Answer>((resolve, reject) => {
        const outgoing = request({ host: "127.0.0.1", port, agent, path, method, headers }, (incoming) => {
          incoming.setEncoding("utf8");
          let text = "";
          incoming.on("data", (chunk: string) => {
            text += chunk;
          });
          incoming.on("error", reject);
          incoming.on("end", () => {
            const isJson = text !== "" && /json$/.test(incoming.headers["content-type"] ?? "");
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text,
              json: isJson ? JSON.parse(text) : undefined,
            });
          });
        });
        outgoing.on("error", reject);
        outgoing.end(body);
      });
      const { status, headers: received, text } = answer;
      assertConforms(method, path, { status, type: received["content-type"] ?? "", text });
      return answer;
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await close();
    },
  };
};
