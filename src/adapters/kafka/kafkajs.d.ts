/**
 * Types of the inner modules of kafkajs 2.2.4 that are used here. Its public types cover only its clients; the
 * library is frozen and has no export map, and its version is pinned.
 */
declare module "kafkajs/src/network/requestQueue/index.js" {
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    /** Milliseconds since the epoch. */
    readonly throttledUntil: number;
    scheduleCheckPendingRequests(): void;
  }
}

declare module "kafkajs/src/network/socketFactory.js" {
  import type { ISocketFactory } from "kafkajs";
  export default function createSocketFactory(): ISocketFactory;
}

declare module "kafkajs/src/network/connection.js" {
  import type { ISocketFactory } from "kafkajs";
  import type { ClientCall, ClientLogger } from "kafkajs/src/protocol/requests/index.js";

  export default class Connection {
    constructor(options: {
      host: string;
      port: number;
      clientId: string;
      logger: ClientLogger;
      socketFactory: ISocketFactory;
      connectionTimeout: number;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
    });
    /** How many bytes there must be before anything can be read. */
    readonly bytesNeeded: number;
    connect(): Promise<true>;
    send<T>(call: ClientCall<unknown, T>): Promise<T>;
    processData(bytes: Buffer): void;
  }
}

declare module "kafkajs/src/protocol/requests/index.js" {
  /** A request's bytes, as the client's encoder would hold them. */
  export interface Encoded {
    readonly buf: Buffer;
    readonly buffer: Buffer;
  }

  export interface ClientCall<Decoded, Answer = Decoded> {
    request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<Encoded> };
    response: { decode(body: Buffer): Promise<Decoded>; parse(decoded: Decoded): Promise<Answer> };
    logResponseError?: boolean;
  }

  export interface ClientLogger {
    namespace(name: string): ClientLogger;
    debug(message: string, fields?: object): void;
    info(message: string, fields?: object): void;
    warn(message: string, fields?: object): void;
    error(message: string, fields?: object): void;
  }

  export type ClientVersions = Record<string, { minVersion: number; maxVersion: number }>;

  interface Definition<Options, Decoded> {
    readonly versions: readonly string[];
    protocol(choice: { version: number }): (options: Options) => ClientCall<Decoded>;
  }

  export const requests: {
    readonly ApiVersions: Definition<
      void,
      { apiVersions: readonly { apiKey: number; minVersion: number; maxVersion: number }[] }
    >;
    readonly Metadata: Definition<
      { topics: readonly string[]; allowAutoTopicCreation: boolean },
      {
        brokers: readonly { nodeId: number; host: string; port: number }[];
        topicMetadata: readonly {
          topicErrorCode: number;
          topic: string;
          partitionMetadata: readonly { partitionId: number; leader: number }[];
        }[];
      }
    >;
    readonly GroupCoordinator: Definition<
      { groupId: string },
      { errorCode: number; coordinator: { nodeId: number } }
    >;
    readonly OffsetFetch: Definition<
      { groupId: string; topics: readonly never[] },
      {
        errorCode: number;
        responses: readonly {
          topic: string;
          partitions: readonly { partition: number; offset: string; errorCode: number }[];
        }[];
      }
    >;
  };
}
