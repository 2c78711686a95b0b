/** Puts the parts together: a configuration becomes a daemon with its listeners. No logic of its own. */
import type { Config } from "../config/config.ts";
import type { Clock, Log, Source, Store } from "../core/ports.ts";
import { createDaemon, type Daemon } from "../daemon/daemon.ts";
import { systemSchedule } from "../daemon/schedule.ts";
import { createApp, createOpsApp } from "../http/app.ts";
import { type Listener, listen } from "../http/listen.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { processClock } from "./clock.ts";
import { version } from "./version.ts";

export interface Running {
  readonly daemon: Daemon;
  /** Where the API answers. */
  readonly url: string;
  readonly opsUrl: string | undefined;
  stop(): Promise<void>;
}

/** Makes the source of a configured broker. Adapters are imported only when a configuration names them. */
export type MakeSource = (
  broker: string,
  config: Config["brokers"][string],
  clock: Clock,
  log: Log,
) => Promise<Source>;

export const makeSource: MakeSource = async (broker, config, clock, log) => {
  switch (config.type) {
    case "kafka": {
      const { createKafkaSource } = await import("../adapters/kafka/source.ts");
      const { bootstrap, pollMs, timeoutMs } = config;
      return createKafkaSource({ broker, bootstrap, pollMs, timeoutMs, clock, log });
    }
    case "memory": {
      const { createMemoryBroker } = await import("../adapters/memory/queue.ts");
      const { createMemorySource } = await import("../adapters/memory/source.ts");
      return createMemorySource(createMemoryBroker(clock), clock);
    }
  }
};

/** SQLite is loaded only where a store is configured. */
const openStore = async ({ store }: Config, log: Log): Promise<Store | undefined> => {
  if (store === null) return undefined;
  const { createStore } = await import("../store/store.ts");
  return createStore({ ...store, clock: processClock, log });
};

/** Listens and starts. Rejects with one clear line where an address cannot be had; nothing is left open then. */
export async function run(config: Config, log: Log, make: MakeSource = makeSource): Promise<Running> {
  const brokers = await Promise.all(
    Object.entries(config.brokers).map(async ([broker, one]) => ({
      broker,
      type: one.type,
      source: await make(broker, one, processClock, log),
      pollMs: one.pollMs,
      timeoutMs: one.timeoutMs,
    })),
  );
  const store = await openStore(config, log);
  const daemon: Daemon = createDaemon(
    {
      brokers,
      targets: [...config.targets].map(([target, one]) => ({ target, ...one })),
      gates: config.gates,
      tenants: config.tenants,
      ...(store && { saved: await store.load() }),
    },
    {
      clock: processClock,
      random: Math.random,
      schedule: systemSchedule,
      log,
      ...(store && { store }),
      onPoll: (broker, seconds) => metrics.pollFinished(broker, seconds),
    },
  );
  const { board } = daemon;
  const metrics = createMetrics({
    snapshot: () => ({
      targets: board.targets(),
      sources: board.sources(),
      registry: board.registry(),
      store: board.store(),
    }),
    clock: processClock,
    version,
  });
  const app = { board, metrics: metrics.expose, log, version, random: Math.random };

  const listeners: Listener[] = [];
  const close = () => Promise.all(listeners.map((listener) => listener.close()));
  try {
    const api = await listen(createApp(app), config.server);
    listeners.push(api);
    const ops = config.ops === null ? undefined : await listen(createOpsApp(app), config.ops);
    if (ops !== undefined) listeners.push(ops);
    daemon.start();
    return {
      daemon,
      url: api.url,
      opsUrl: ops?.url,
      async stop() {
        await Promise.all([close(), daemon.stop()]);
        await store?.stop();
      },
    };
  } catch (error) {
    await close();
    await store?.stop();
    throw error;
  }
}
