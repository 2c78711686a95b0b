/** The brokers of one cluster and at most one connection to each, opened when it is needed. */
import type { Failure } from "../../core/ports.ts";
import {
  type Address,
  addressText,
  type Connection,
  type ConnectionOptions,
  createConnection,
  type Reply,
} from "./connection.ts";
import { deadline } from "./deadline.ts";
import type { Call, Versions } from "./protocol/call.ts";
import type { Node } from "./protocol/metadata.ts";

/** A connected broker. */
export interface Broker {
  readonly versions: Versions;
  ask<Answer>(call: Call<Answer>, signal: AbortSignal): Promise<Reply<Answer>>;
}

export interface Cluster {
  /** How long a broker that stalls holds up what others have answered. */
  readonly patienceMs: number;
  /** The node of that id. */
  reach(node: number, signal: AbortSignal): Promise<Reply<Broker>>;
  /** Asks whichever broker answers: connected ones first, then other known ones, then the configured addresses. */
  any<Answer>(
    signal: AbortSignal,
    ask: (broker: Broker, signal: AbortSignal) => Promise<Reply<Answer>>,
  ): Promise<Reply<Answer>>;
  /** These are all the brokers there are. Connections to others are closed. */
  learn(nodes: readonly Node[]): void;
  close(): void;
}

/** Splits `host:port` and `[v6]:port`; without a port it is Kafka's usual one. */
export const parseAddress = (text: string): Address => {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? text, port: Number(port ?? 9092) };
};

const nowhere: Failure = { kind: "unreachable", message: "no broker is known" };

export interface ClusterOptions extends ConnectionOptions {
  readonly patienceMs: number;
}

export const createCluster = (bootstrap: readonly string[], options: ClusterOptions): Cluster => {
  let entrances = bootstrap.map(parseAddress);
  let nodes = new Map<number, Address>();
  const connections = new Map<string, Connection>();

  const connectionTo = (address: Address): Connection => {
    const where = addressText(address);
    const present = connections.get(where);
    if (present?.open()) return present;
    const fresh = createConnection(address, options);
    connections.set(where, fresh);
    return fresh;
  };

  const connect = async (address: Address, signal: AbortSignal): Promise<Reply<Broker>> => {
    const connection = connectionTo(address);
    const reply = await connection.connect(signal);
    return reply.kind === "failed"
      ? reply
      : { kind: "answered", answer: { versions: reply.answer, ask: connection.ask } };
  };

  const candidates = (): Address[] => {
    const all = new Map([...nodes.values(), ...entrances].map((address) => [addressText(address), address]));
    const isOpen = (where: string): boolean => connections.get(where)?.open() === true;
    return [...all].sort(([a], [b]) => Number(isOpen(b)) - Number(isOpen(a))).map(([, address]) => address);
  };

  return {
    patienceMs: options.patienceMs,

    reach: async (node, signal) => {
      const address = nodes.get(node);
      return address === undefined
        ? { kind: "failed", failure: { kind: "notReady", message: `broker ${node} is not known yet` } }
        : connect(address, signal);
    },

    any: async (signal, ask) => {
      let failure: Failure | undefined;
      const addresses = candidates();
      for (const [index, address] of addresses.entries()) {
        // One that stalls leaves time for the next.
        const last = index === addresses.length - 1;
        using attempt = deadline([signal], last ? undefined : options.timeoutMs / 3);
        const connected = await connect(address, attempt.signal);
        const reply = connected.kind === "failed" ? connected : await ask(connected.answer, attempt.signal);
        if (reply.kind === "answered") return reply;
        // Of the brokers that the cluster has, before that of an address that may be long gone.
        failure ??= reply.failure;
        if (signal.aborted) break;
      }
      // The next attempt begins elsewhere.
      entrances = [...entrances.slice(1), ...entrances.slice(0, 1)];
      return { kind: "failed", failure: failure ?? nowhere };
    },

    learn: (present) => {
      nodes = new Map(present.map(({ id, host, port }) => [id, { host, port }]));
      const wanted = new Set([...nodes.values()].map(addressText));
      for (const [where, connection] of connections) {
        if (wanted.has(where)) continue;
        connection.close();
        connections.delete(where);
      }
    },

    close: () => {
      for (const connection of connections.values()) connection.close();
      connections.clear();
    },
  };
};
