/** The sources of the configured brokers: over a reload each goes on whose broker is configured as it was. */
import type { BrokerConfig } from "../config/config.ts";
import type { Source } from "../core/ports.ts";
import type { BrokerSetup } from "../daemon/daemon.ts";

interface Kept {
  readonly config: string;
  readonly setup: BrokerSetup;
}

export function createSources(make: (broker: string, config: BrokerConfig) => Promise<Source>): {
  of(brokers: Readonly<Record<string, BrokerConfig>>): Promise<readonly BrokerSetup[]>;
} {
  let kept = new Map<string, Kept>();

  const keep = async (broker: string, one: BrokerConfig): Promise<Kept> => {
    const known = kept.get(broker);
    const config = JSON.stringify(one);
    if (known?.config === config) return known;
    const { type, pollMs, timeoutMs } = one;
    return { config, setup: { broker, type, source: await make(broker, one), pollMs, timeoutMs } };
  };

  return {
    async of(brokers) {
      const next = await Promise.all(
        Object.entries(brokers).map(async ([name, one]) => [name, await keep(name, one)] as const),
      );
      kept = new Map(next);
      return next.map(([, { setup }]) => setup);
    },
  };
}
