/** A TCP proxy on the loopback between a client and a broker: makes faults, and counts Kafka's requests. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { pipeline, Transform } from "node:stream";
import { type KafkaRequest, requestReader } from "./kafkaFrames.ts";

export type Fault =
  | { readonly kind: "pass" }
  /** Accepts connections and answers nothing; what was sent meanwhile goes on when this ends. */
  | { readonly kind: "stall" }
  /** Holds each piece of an answer for so long. */
  | { readonly kind: "delay"; readonly ms: number }
  /** Breaks all connections, and each new one at once. */
  | { readonly kind: "cut" };

export interface CountedRequests extends KafkaRequest {
  readonly count: number;
}

export interface FaultProxy {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** In force for open and new connections, until the next. */
  fault(fault: Fault): void;
  /** Requests seen since the start or the last `forget`, by api, version and client id. */
  requests(): readonly CountedRequests[];
  /** How many requests were seen; of one api or one client where named. */
  count(of?: { readonly api?: string; readonly clientId?: string }): number;
  forget(): void;
  connections(): number;
  stop(): Promise<void>;
}

/** Holds what flows through it as long as the fault says. */
const valve = (
  current: () => Fault,
  whenChanged: (resume: () => void) => void,
  answers: boolean,
): Transform =>
  new Transform({
    transform(chunk, _encoding, pass) {
      const open = (): void => {
        const fault = current();
        if (fault.kind === "stall") whenChanged(open);
        else if (fault.kind === "delay" && answers) setTimeout(() => pass(null, chunk), fault.ms);
        else pass(null, chunk);
      };
      open();
    },
  });

/** Starts a proxy to `target`, a port of the loopback, that need not be open yet. */
export const startProxy = async (target: number): Promise<FaultProxy> => {
  let fault: Fault = { kind: "pass" };
  let waiting: (() => void)[] = [];
  const counts = new Map<string, { request: KafkaRequest; count: number }>();
  const sockets = new Set<Socket>();

  const see = (request: KafkaRequest): void => {
    const key = `${request.api} ${request.version} ${request.clientId}`;
    const counted = counts.get(key) ?? { request, count: 0 };
    counted.count += 1;
    counts.set(key, counted);
  };
  const newValve = (answers: boolean): Transform =>
    valve(
      () => fault,
      (resume) => waiting.push(resume),
      answers,
    );

  const server = createServer((client) => {
    if (fault.kind === "cut") {
      client.resetAndDestroy();
      return;
    }
    const broker = connect(target, "127.0.0.1");
    const read = requestReader(see);
    for (const socket of [client, broker]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    }
    client.on("data", read);
    // An end or an error on either side ends both.
    pipeline(client, newValve(false), broker, () => client.destroy());
    pipeline(broker, newValve(true), client, () => broker.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const requests = (): CountedRequests[] =>
    [...counts.values()].map(({ request, count }) => ({ ...request, count }));

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: (next) => {
      fault = next;
      const resumed = waiting;
      waiting = [];
      for (const resume of resumed) resume();
      if (next.kind === "cut") for (const socket of sockets) socket.resetAndDestroy();
    },
    requests,
    count: ({ api, clientId } = {}) =>
      requests()
        .filter((each) => (api ?? each.api) === each.api && (clientId ?? each.clientId) === each.clientId)
        .reduce((sum, each) => sum + each.count, 0),
    forget: () => counts.clear(),
    connections: () => sockets.size / 2,
    stop: async () => {
      if (!server.listening) return;
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};
