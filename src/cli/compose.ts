/** Puts the parts together: a configuration becomes a daemon with its listeners. No logic of its own. */
import type { Config } from "../config/config.ts";
import type { ConfigResult } from "../config/load.ts";
import type { Clock, Log, Source, Store } from "../core/ports.ts";
import { createDaemon, type Daemon } from "../daemon/daemon.ts";
import { systemSchedule } from "../daemon/schedule.ts";
import { createApp, createOpsApp } from "../http/app.ts";
import { type Listener, listen } from "../http/listen.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { processClock } from "./clock.ts";
import { createReload } from "./reload.ts";
import { createSources } from "./sources.ts";
import { version } from "./version.ts";

export interface Running {
  readonly daemon: Daemon;
  /** Where the API answers. */
  readonly url: string;
  readonly opsUrl: string | undefined;
  /** Takes a changed configuration, or says in the log why not. */
  reload(): Promise<void>;
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

export interface RunOptions {
  readonly make?: MakeSource;
  /** Where a changed configuration comes from; absent: from nowhere. */
  readonly load?: () => Promise<ConfigResult>;
  /** A changed configuration is in force. */
  readonly onTaken?: (config: Config) => void;
}

/** Listens and starts. Rejects with one clear line where an address cannot be had; nothing is left open then. */
export async function run(config: Config, log: Log, options: RunOptions = {}): Promise<Running> {
  const { make = makeSource, load, onTaken } = options;
  const sources = createSources((broker, one) => make(broker, one, processClock, log));
  const setupOf = async ({ brokers, targets, gates, tenants }: Config) => ({
    brokers: await sources.of(brokers),
    targets: [...targets].map(([target, one]) => ({ target, ...one })),
    gates,
    tenants,
  });
  const store = await openStore(config, log);
  const daemon: Daemon = createDaemon(
    { ...(await setupOf(config)), ...(store && { saved: await store.load() }) },
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
  const reload =
    load &&
    createReload(config, log, load, async (next) => {
      const done = daemon.reconfigure(await setupOf(next));
      onTaken?.(next);
      return done;
    });
  const metrics = createMetrics({
    snapshot: () => ({
      targets: board.targets(),
      sources: board.sources(),
      registry: board.registry(),
      store: board.store(),
      reloads: reload?.counts ?? null,
    }),
    clock: processClock,
    version,
  });
  const app = {
    board,
    metrics: metrics.expose,
    log,
    version,
    random: Math.random,
    ...(reload && { reload: reload.answer }),
  };

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
      reload: async () => {
        await reload?.answer();
      },
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
