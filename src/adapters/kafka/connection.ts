/**
 * One connection to one broker: kafkajs's own connection (framing, and later TLS and SASL), without its pools,
 * retries and request timers. Whoever asks gives a deadline; when that passes the connection is closed, so that a
 * broker that stalls collects neither requests nor sockets. A closed connection is never used again.
 */
import type { Socket } from "node:net";
import type { ISocketFactory } from "kafkajs";
import ClientConnection from "kafkajs/src/network/connection.js";
import createSocketFactory from "kafkajs/src/network/socketFactory.js";
import { type ClientLogger, requests } from "kafkajs/src/protocol/requests/index.js";
import type { Failure, Log } from "../../core/ports.ts";
import { before, deadlinePassed } from "./deadline.ts";
import { failureOf } from "./errors.ts";
import type { Call, Versions } from "./protocol/call.ts";
import "./timers.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export const addressText = ({ host, port }: Address): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

export interface ConnectionOptions {
  readonly clientId: string;
  /** Of the connecting alone; a request has its asker's deadline. */
  readonly timeoutMs: number;
  readonly debug: Log["debug"];
  /** Called with the call's name for each request that is sent. */
  readonly sent: (name: string) => void;
}

export type Reply<Answer> =
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly failure: Failure };

export interface Connection {
  /** Connects where that has not happened yet, and answers what the broker takes. */
  connect(deadline: AbortSignal): Promise<Reply<Versions>>;
  ask<Answer>(call: Call<Answer>, deadline: AbortSignal): Promise<Reply<Answer>>;
  /** Whether something may still be asked here. */
  open(): boolean;
  /** Safe more than once. What was asked and has no answer fails. */
  close(): void;
}

/** An answer larger than this is none: whatever listens there does not speak Kafka's protocol. */
const maxAnswerBytes = 256 * 1024 * 1024;

/** The client logs at error what is an everyday event here: its words are only of interest when looking closer. */
const quiet = (debug: Log["debug"]): ClientLogger => {
  const pass = (message: string): void => debug({}, `kafkajs: ${message}`);
  const logger = { namespace: () => logger, debug: () => {}, info: pass, warn: pass, error: pass };
  return logger;
};

const failure = (kind: Failure["kind"], message: string): Failure => ({ kind, message });

interface ClientError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
}

const asFailure = (where: string, name: string, thrown: unknown): Failure => {
  const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as ClientError;
  const said = (error.message ?? String(thrown)).replace(/^Connection error: /, "");
  switch (error.name) {
    case "KafkaJSConnectionError":
    case "KafkaJSConnectionClosedError":
      return failure("unreachable", `${where}: ${said}`);
    case "KafkaJSSASLAuthenticationError":
      return failure("unauthorized", `${where}: ${said}`);
    case "KafkaJSProtocolError":
      return failureOf(`${where}, ${name}`, Number(error.code));
    case "RangeError":
      return failure("protocol", `${where}: its answer to ${name} makes no sense: ${said}`);
    default:
      return failure("internal", `${where}, ${name}: ${said}`);
  }
};

/** Connects when first asked. */
export const createConnection = (address: Address, options: ConnectionOptions): Connection => {
  const where = addressText(address);
  const plainSocket = createSocketFactory();
  let socket: Socket | undefined;
  let closed: Failure | undefined;

  const socketFactory: ISocketFactory = (target) => {
    socket = plainSocket(target);
    socket.setNoDelay(true);
    socket.once("close", () => close(failure("unreachable", `${where}: the connection was closed`)));
    return socket;
  };
  const client = new ClientConnection({
    ...address,
    clientId: options.clientId,
    logger: quiet(options.debug),
    socketFactory,
    connectionTimeout: options.timeoutMs,
    requestTimeout: options.timeoutMs,
    enforceRequestTimeout: false,
  });

  /** The error makes the client fail what is under way and clear its timers. */
  const close = (why: Failure): void => {
    if (closed !== undefined) return;
    closed = why;
    socket?.destroy(new Error(why.message));
  };

  // Called from the socket's own event, where what it throws would end the process.
  const processData = client.processData.bind(client);
  client.processData = (bytes) => {
    try {
      processData(bytes);
      if (client.bytesNeeded <= maxAnswerBytes) return;
    } catch (error) {
      options.debug({ address: where, error: String(error) }, "unreadable answer");
    }
    close(failure("protocol", `${where}: what answers there does not speak Kafka's protocol`));
  };

  const send = <Answer>(call: Call<Answer>): Promise<Answer> => {
    options.sent(call.request.apiName);
    return client.send(call);
  };

  const askVersions = async (): Promise<Versions> => {
    // Version 0 is what a broker answers, as an error, to a version that it does not know.
    const answer = await send(requests.ApiVersions.protocol({ version: 2 })()).catch((error: unknown) => {
      if ((error as ClientError).code !== 35) throw error;
      return send(requests.ApiVersions.protocol({ version: 0 })());
    });
    return new Map(
      answer.apiVersions.map(({ apiKey, minVersion, maxVersion }) => [
        apiKey,
        { min: minVersion, max: maxVersion },
      ]),
    );
  };

  const attempt = async <Answer>(
    name: string,
    deadline: AbortSignal,
    work: () => Promise<Answer>,
  ): Promise<Reply<Answer>> => {
    if (closed !== undefined) return { kind: "failed", failure: closed };
    try {
      return { kind: "answered", answer: await before(deadline, work) };
    } catch (error) {
      const why =
        error !== deadlinePassed
          ? asFailure(where, name, error)
          : socket?.connecting === false
            ? failure("timeout", `${where}: no answer to ${name} in time`)
            : failure("unreachable", `${where}: no connection in time`);
      if (why.kind !== "protocol") close(why);
      return { kind: "failed", failure: closed ?? why };
    }
  };

  let versions: Promise<Versions> | undefined;
  return {
    connect: (deadline) =>
      attempt("ApiVersions", deadline, () => {
        versions ??= client.connect().then(askVersions);
        return versions;
      }),
    ask: (call, deadline) => attempt(call.request.apiName, deadline, () => send(call)),
    open: () => closed === undefined,
    close: () => close(failure("unreachable", `${where}: closed`)),
  };
};
