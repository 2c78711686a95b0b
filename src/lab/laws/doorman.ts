/**
 * Doorman's shares of Headgate's rate, for n clients of which client i stands for sᵢ subclients (here its weight):
 *
 *   equalᵢ        capacity · sᵢ / Σs
 *   proportional  wants ≤ equal: wants; else equal + (wants − equal) · Σ what the small leave / Σ what the large miss
 *   fair          wants ≤ equal: wants; else the small leave is dealt out by s among the large, and what those of
 *                 them leave who want less than that once more
 *
 * No more than what is free of others' leases. Priorities are in its protocol and in no algorithm. Source:
 * github.com/youtube/doorman, doc/algorithms.md and go/server/doorman/algorithm.go.
 */
import type { Rate } from "../../core/units.ts";
import type { Controller, Grant, Law, LawSetup } from "../law.ts";
import { headgate } from "./headgate.ts";

export interface Client {
  readonly wants: number;
  readonly subclients: number;
}

type Algorithm = (capacity: Rate, clients: readonly Client[], index: number) => number;

const total = (clients: readonly Client[], of: (client: Client) => number): number =>
  clients.reduce((sum, client) => sum + of(client), 0);

const part = (capacity: Rate, clients: readonly Client[]): number =>
  capacity / total(clients, ({ subclients }) => subclients);

export const proportionalShare: Algorithm = (capacity, clients, index) => {
  const { wants, subclients } = clients[index] ?? { wants: 0, subclients: 0 };
  if (total(clients, (client) => client.wants) <= capacity) return wants;
  const each = part(capacity, clients);
  const equal = each * subclients;
  if (wants <= equal) return wants;
  const left = total(clients, (client) => Math.max(0, each * client.subclients - client.wants));
  const missing = total(clients, (client) => Math.max(0, client.wants - each * client.subclients));
  return equal + ((wants - equal) * left) / missing;
};

export const fairShare: Algorithm = (capacity, clients, index) => {
  const { wants, subclients } = clients[index] ?? { wants: 0, subclients: 0 };
  if (total(clients, (client) => client.wants) <= capacity) return wants;
  let each = part(capacity, clients);
  for (let round = 0; round < 2; round += 1) {
    if (wants <= each * subclients) return wants;
    const level = each;
    const used = total(clients, (client) => Math.min(client.wants, level * client.subclients));
    const large = clients.filter((client) => client.wants > level * client.subclients);
    each += (capacity - used) / total(large, (client) => client.subclients);
  }
  return Math.min(wants, each * subclients);
};

const ttlSeconds = 15;

const doorman = (name: string, algorithm: Algorithm): Law => ({
  name,
  begin(setup: LawSetup): Controller {
    const inner = headgate.begin({ ...setup, leased: false });
    const leases = new Map<number, { client: Client; has: number; expiresAt: number }>();
    return {
      ...inner,
      renew({ at, producer, wants }): Grant {
        for (const [key, { expiresAt }] of leases) if (expiresAt <= at) leases.delete(key);
        const client = { wants, subclients: setup.claims[producer]?.weight ?? 1 };
        leases.delete(producer);
        const others = [...leases.values()];
        const capacity = inner.rate();
        const free = capacity - others.reduce((sum, { has }) => sum + has, 0);
        const clients = [...others.map((other) => other.client), client];
        const deserved = Number.isFinite(capacity) ? algorithm(capacity, clients, clients.length - 1) : wants;
        const rate = Math.max(0, Math.min(deserved, free));
        leases.set(producer, { client, has: rate, expiresAt: at + ttlSeconds });
        const safeRate = Number.isFinite(capacity) ? capacity / clients.length : wants;
        return { rate, refreshSeconds: setup.refreshSeconds, ttlSeconds, safeRate };
      },
    };
  },
});

export const doormanProportional = doorman("doorman-proportional", proportionalShare);
export const doormanFair = doorman("doorman-fair", fairShare);
