/** `server.properties` of a small node in KRaft mode that is broker and controller at once. */
import { join } from "node:path";

export interface NodeAddresses {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** A second listener: its port, and the address that is advertised for it. */
  readonly proxied: { readonly port: number; readonly advertised: string } | undefined;
  readonly folder: string;
}

export const properties = (
  node: NodeAddresses,
  nodes: readonly NodeAddresses[],
  settings: Readonly<Record<string, string>>,
): string => {
  const copies = String(Math.min(3, nodes.length));
  const inSync = nodes.length >= 3 ? "2" : "1";
  const listeners = [`PLAINTEXT://127.0.0.1:${node.port}`, `CONTROLLER://127.0.0.1:${node.controllerPort}`];
  const advertised = [`PLAINTEXT://127.0.0.1:${node.port}`];
  if (node.proxied !== undefined) {
    listeners.push(`PROXIED://127.0.0.1:${node.proxied.port}`);
    advertised.push(`PROXIED://${node.proxied.advertised}`);
  }
  const all: Record<string, string> = {
    "process.roles": "broker,controller",
    "node.id": String(node.id),
    "controller.quorum.voters": nodes.map((each) => `${each.id}@127.0.0.1:${each.controllerPort}`).join(","),
    listeners: listeners.join(","),
    "advertised.listeners": advertised.join(","),
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": join(node.folder, "data"),
    "auto.create.topics.enable": "false",
    "default.replication.factor": copies,
    "min.insync.replicas": inSync,
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": copies,
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.replication.factor": copies,
    "transaction.state.log.min.isr": inSync,
    "share.coordinator.state.topic.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": copies,
    "share.coordinator.state.topic.min.isr": inSync,
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "log.cleaner.dedupe.buffer.size": "2097152",
    "num.network.threads": "2",
    "num.io.threads": "4",
    // How long a killed node is thought alive, and kept from registering again when it is back.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    ...settings,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
};

/** Before 4.0 Kafka logs through Log4j 1. */
export const log4j = [
  "log4j.rootLogger=INFO, stderr",
  "log4j.appender.stderr=org.apache.log4j.ConsoleAppender",
  "log4j.appender.stderr.layout=org.apache.log4j.PatternLayout",
  "log4j.appender.stderr.layout.ConversionPattern=%d{HH:mm:ss.SSS} %p %c - %m%n",
].join("\n");
