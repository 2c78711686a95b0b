/** A listener on an address: opens, answers what is no HTTP, and closes within a second. */
import { createServer, type RequestListener, STATUS_CODES } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ProblemCode } from "../contract/problem.ts";
import { problemBody, sendProblem } from "./respond.ts";

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Where to reach it, without a slash at its end. */
  readonly url: string;
  /** Takes no more; what is being answered may end, and is cut off after half a second. */
  close(): Promise<void>;
}

const drainMs = 500;
const sweepMs = 20;

const serverOptions = {
  /** Gateways pass on the headers of their own callers, cookies and all. */
  maxHeaderSize: 65_536,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** Longer than most clients and proxies keep a connection, so that it is they who close it. */
  keepAliveTimeout: 75_000,
  /** Looked at here: Node.js's own answer is no problem document. */
  requireHostHeader: false,
};

/** Beyond it connections are closed as they come. */
const maxConnections = 10_000;

/** Port 0 takes a free one. Rejects with one clear line, and Node.js's code, where the address cannot be had. */
export const listen = (
  handler: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listener> => {
  const withHost: RequestListener = (request, response) => {
    if (request.httpVersion !== "1.1" || request.headers.host !== undefined) handler(request, response);
    else sendProblem(response, problemBody("malformedRequest", noHost), { connection: "close" });
  };
  const server = createServer(serverOptions, withHost);
  server.maxConnections = maxConnections;
  // Few calls take a body, and those ask for it (body.ts); of all others, whoever waits gets the answer instead.
  server.on("checkContinue", withHost);
  server.on("checkExpectation", withHost);
  server.on("connect", (_request, socket: Socket) => answer(socket, "methodNotAllowed", noTunnel));
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => refuse(error.code, socket));

  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= new Promise((resolve) => {
      // Who has its answer keeps the connection for the next one, which it will not get.
      const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
      const cutOff = setTimeout(() => server.closeAllConnections(), drainMs);
      server.close(() => {
        clearInterval(sweep);
        clearTimeout(cutOff);
        resolve();
      });
    });
    return closing;
  };

  return new Promise((resolve, reject) => {
    // It stays: once open, a connection that cannot be taken must not end the daemon.
    server.on("error", (error: NodeJS.ErrnoException) => reject(unavailable(error, host, port)));
    server.listen({ host, port }, () => {
      const { address, port, family } = server.address() as AddressInfo;
      const url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
      resolve({ address, port, url, close });
    });
  });
};

const noHost = {
  detail: "A request of HTTP/1.1 names the host that it is for.",
  errors: [{ field: "host", value: null, allowed: "a host header" }],
};

const noTunnel = "This is no proxy: CONNECT leads nowhere.";

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is taken; stop what holds it, or configure another port",
  EACCES: "this user may not open that port; configure one above 1023",
  EADDRNOTAVAIL: "no such address on this machine; configure another host",
  ENOTFOUND: "no such host; configure another host",
};

const unavailable = (error: NodeJS.ErrnoException, host: string, port: number): Error => {
  const { code = "", message } = error;
  const remedy = remedies[code] ?? message;
  return Object.assign(new Error(`cannot listen on ${host}:${port}: ${remedy}`), { code });
};

/** What Node.js's parser gave up on never reaches a handler, so its answer is written by hand. */
const refuse = (code: string | undefined, socket: Socket): void => {
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  answer(socket, ...unreadable(code));
};

const answer = (socket: Socket, code: ProblemCode, detail: string): void => {
  const problem = problemBody(code, { detail });
  const { status } = problem;
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "content-type: application/problem+json",
      `content-length: ${Buffer.byteLength(body)}`,
      "cache-control: no-store",
      "connection: close",
      "",
      body,
    ].join("\r\n"),
  );
};

const unreadable = (code: string | undefined): readonly [ProblemCode, string] => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return [
        "headersTooLarge",
        `Address and headers may have ${serverOptions.maxHeaderSize} bytes together.`,
      ];
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return ["requestTimeout", `A request has to arrive within ${serverOptions.requestTimeout / 1000} s.`];
    default:
      return ["malformedRequest", "This is no HTTP/1.1 request."];
  }
};
