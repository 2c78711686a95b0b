/** The topics that are looked at, by Metadata: asked for when they are new, when an error says so, else at the slow pace. */
import type { Clock, Failure } from "../../core/ports.ts";
import type { Instant } from "../../core/units.ts";
import type { Broker, Cluster } from "./cluster.ts";
import type { Reply } from "./connection.ts";
import { olderMetadata } from "./older.ts";
import { chunks, commonVersion } from "./protocol/call.ts";
import { type Metadata, metadata, metadataKey, metadataVersions } from "./protocol/metadata.ts";
import { relearned, type Topic, unsettled } from "./topic.ts";

export interface Catalogue {
  topic(name: string): Topic | undefined;
  /** Those of `names` that exist. */
  present(names: Iterable<string>): Topic[];
  /** Asks for `names` where that is due. Answers why it could not be done; what was known before stays. */
  refresh(names: ReadonlySet<string>, signal: AbortSignal): Promise<Failure | undefined>;
  /** What was learned is wrong: it is asked for again at the next occasion. */
  doubt(): void;
  /** Forgets all but `names`. */
  keep(names: ReadonlySet<string>): void;
}

/** Names in one request. */
const chunkSize = 1_000;

const ask = (broker: Broker, names: readonly string[], signal: AbortSignal): Promise<Reply<Metadata>> => {
  const version = commonVersion(broker.versions, metadataKey, metadataVersions.low, metadataVersions.high);
  return broker.ask(
    version === undefined ? olderMetadata(broker.versions, names) : metadata(version, names),
    signal,
  );
};

export interface CatalogueOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** How long metadata holds. */
  readonly paceMs: number;
  /**
   * While a topic is missing or a partition has no leader, it is asked for again after `firstMs`, then after twice as
   * long, and so on up to `mostMs`.
   */
  readonly unsettled: { readonly firstMs: number; readonly mostMs: number };
}

export const createCatalogue = (options: CatalogueOptions): Catalogue => {
  const { cluster, clock, paceMs } = options;
  const { firstMs, mostMs } = options.unsettled;
  const topics = new Map<string, Topic>();
  let askedAt: Instant = Number.NEGATIVE_INFINITY;
  let doubted = false;
  let unsettledMs = firstMs;

  const isUnsettled = (names: ReadonlySet<string>): boolean =>
    [...names].some((name) => {
      const topic = topics.get(name);
      return topic !== undefined && unsettled(topic);
    });
  const due = (names: ReadonlySet<string>): boolean => {
    const age = clock() - askedAt;
    if (doubted || age >= paceMs || [...names].some((name) => !topics.has(name))) return true;
    return age >= unsettledMs && isUnsettled(names);
  };

  return {
    topic: (name) => topics.get(name),

    present: (names) => {
      const found: Topic[] = [];
      for (const name of names) {
        const topic = topics.get(name);
        if (topic?.error === 0) found.push(topic);
      }
      return found;
    },

    refresh: async (names, signal) => {
      if (!due(names)) return undefined;
      const wasUnsettled = isUnsettled(names);
      // Without names the brokers alone are asked for.
      const lists = names.size === 0 ? [[]] : chunks([...names], chunkSize);
      for (const list of lists) {
        const reply = await cluster.any(signal, (broker, attempt) => ask(broker, list, attempt));
        if (reply.kind === "failed") return reply.failure;
        cluster.learn(reply.answer.nodes);
        for (const topic of reply.answer.topics) {
          if (names.has(topic.name)) topics.set(topic.name, relearned(topics.get(topic.name), topic));
        }
      }
      unsettledMs = wasUnsettled ? Math.min(2 * unsettledMs, mostMs) : firstMs;
      askedAt = clock();
      doubted = false;
      return undefined;
    },

    doubt: () => {
      doubted = true;
    },

    keep: (names) => {
      for (const name of topics.keys()) if (!names.has(name)) topics.delete(name);
    },
  };
};
