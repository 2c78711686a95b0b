/** Whether a Kafka serves: not that its port is open, but that clients get what they need. */
import "../../src/adapters/kafka/timers.ts";
import { Kafka, logLevel } from "kafkajs";
import { until } from "./processes.ts";

export interface Readiness {
  /** How many brokers there must be; default 1. */
  readonly nodes?: number;
  readonly timeoutMs?: number;
  /** Why waiting is in vain, where it is. */
  readonly failed?: () => string | undefined;
}

/** Resolves when the brokers are known and the coordinator of groups answers; rejects when the time is up. */
export const kafkaServes = async (bootstrap: readonly string[], options: Readiness = {}): Promise<void> => {
  const { nodes = 1, timeoutMs = 60_000, failed } = options;
  const kafka = new Kafka({
    clientId: "headgate-test-readiness",
    brokers: [...bootstrap],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
  });
  await until(`Kafka at ${bootstrap.join(",")} does not answer`, timeoutMs, async () => {
    const failure = failed?.();
    if (failure !== undefined) throw new Error(failure);
    const admin = kafka.admin();
    try {
      await admin.connect();
      if ((await admin.describeCluster()).brokers.length < nodes) return undefined;
      await admin.fetchOffsets({ groupId: "headgate-test-readiness" });
      return true;
    } catch {
      return undefined;
    } finally {
      await admin.disconnect();
    }
  });
};
