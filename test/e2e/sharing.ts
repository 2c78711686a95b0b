/**
 * Sharing on a real Kafka: a consumer that can do 500 messages/s and commits every 500 ms; three tenants with the
 * weights 1, 2 and 4, of which the lightest asks for a hundred times its share and heeds no refusal; then one
 * tenant's traffic in three classes, while the consumer drops to 100/s. What was let in is counted by the producers.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../src/cli/compose.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { TargetView } from "../../src/daemon/board.ts";
import { silent } from "../daemon/fakes.ts";
import { askingProducer, leasingProducer, type Tally } from "./claims.ts";
import { type Finding, percent } from "./findings.ts";
import { openStage } from "./traffic.ts";

const consumersCan = 500;
const slowed = 100;
const refreshMs = 2000;
const weights = { light: 1, middle: 2, heavy: 4 };
type Tenant = keyof typeof weights;
const tenants = Object.keys(weights) as Tenant[];
const weightSum = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
/** What critical traffic wants: less than always flows. */
const criticalWants = 40;
const minRate = 60;

interface Shares {
  /** Of all that was let in, over the share by weight. */
  readonly ofTenants: Readonly<Record<Tenant, number>>;
  /** Of what the heaviest tenant was let in, what went through its lease; the rest was asked for. */
  readonly leasedShare: number;
  /** All that was let in, messages per second, over what the consumer can do. */
  readonly total: number;
}

interface Shedding {
  /** Seconds that the target was shedding. */
  readonly seconds: number;
  /** Messages per second let in while it was. */
  readonly whileShedding: Readonly<Record<"critical" | "normal" | "bulk", number>>;
  /** The same in the ten seconds before the consumer slowed down. */
  readonly before: Readonly<Record<"critical" | "normal" | "bulk", number>>;
  /** Of critical messages, how many were refused, all along. */
  readonly criticalRefused: number;
  /** Whether bulk was let in again afterwards. */
  readonly bulkCameBack: boolean;
}

export interface SharingFigures {
  readonly shares: Shares;
  readonly shedding: Shedding;
}

const perSecond = (rates: Shedding["before"]): string =>
  `critical ${rates.critical.toFixed(1)}/s, normal ${rates.normal.toFixed(1)}/s, bulk ${rates.bulk.toFixed(1)}/s`;

/** What the run has to show, and whether it did. */
export function findings({ shares, shedding }: SharingFigures): readonly Finding[] {
  const { before, whileShedding, seconds, criticalRefused, bulkCameBack } = shedding;
  return [
    {
      name: "two refreshes later each tenant is let in within 5 % of its share by weight",
      ok: tenants.every((tenant) => Math.abs(shares.ofTenants[tenant] - 1) <= 0.05),
      shown: tenants.map((tenant) => `${tenant} ${percent(shares.ofTenants[tenant])}`).join(", "),
    },
    {
      name: "who asks and who leases, for one tenant, have half of its share each, within 10 %",
      ok: Math.abs(shares.leasedShare - 0.5) <= 0.05,
      shown: `${percent(shares.leasedShare)} of it leased`,
    },
    {
      name: "all together are let in what the consumer can do, within 10 %",
      ok: Math.abs(shares.total - 1) <= 0.1,
      shown: percent(shares.total),
    },
    {
      name: "bulk is held back before normal, and normal before critical",
      ok: before.bulk < 0.25 * before.normal && before.critical >= 0.95 * criticalWants,
      shown: perSecond(before),
    },
    {
      name: "while shedding bulk is let in nothing, and normal flows",
      ok: seconds >= 5 && whileShedding.bulk === 0 && whileShedding.normal > 0,
      shown: `${perSecond(whileShedding)}, over ${seconds.toFixed(0)} s`,
    },
    {
      name: "critical loses nothing",
      ok: criticalRefused === 0 && whileShedding.critical >= 0.95 * criticalWants,
      shown: `${criticalRefused} refused`,
    },
    { name: "bulk comes back", ok: bulkCameBack, shown: bulkCameBack ? "it did" : "it did not" },
  ];
}

/** `measureSeconds`: how long shares are measured, from two refreshes after the lightest tenant begins to ask. */
export async function runSharing(
  bootstrap: readonly string[],
  measureSeconds: number,
  say: (line: string) => void = () => {},
): Promise<SharingFigures> {
  const stage = await openStage(bootstrap, "sharing");
  const { topic, send } = stage;
  const parsed = parseConfig(
    `
server: { host: 127.0.0.1, port: 0 }
brokers: { events: { type: kafka, bootstrap: ${JSON.stringify(bootstrap)}, poll: 1s } }
targets:
  orders:
    broker: events
    group: ${topic}
    topics: [${topic}]
    setpoint: 3s
    max: 10s
    minRate: ${minRate}
    lease: { ttl: 6s, refresh: ${refreshMs}ms }
tenants: { light: { weight: 1 }, middle: { weight: 2 }, heavy: { weight: 4 } }
`,
    { env: {} },
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const headgate = await run(parsed.config, silent);
  const target = (): TargetView => {
    const view = headgate.daemon.board.target("orders");
    if (view === undefined) throw new Error("the target is gone");
    return view;
  };
  let can = consumersCan;
  const stopConsumer = await stage.consume({ rateNow: () => can, commitMs: 500 });
  const common = { url: headgate.url, gate: "orders", send };
  try {
    return {
      shares: await measureShares(),
      shedding: await measureShedding(),
    };
  } finally {
    await stopConsumer();
    await headgate.stop();
    await stage.close();
  }

  async function measureShares(): Promise<Shares> {
    const share = consumersCan / weightSum;
    const ending = new AbortController();
    const { signal } = ending;
    const of = (tenant: Tenant, times: number) => ({
      ...common,
      signal,
      tenant,
      priority: "normal",
      wants: times * weights[tenant] * share,
    });
    const middle = leasingProducer({ ...of("middle", 5), producer: "middle" });
    const heavyLease = leasingProducer({ ...of("heavy", 3), producer: "heavy" });
    const heavyAsk = askingProducer({ ...of("heavy", 3), heeds: true });
    const claims = [middle, heavyLease, heavyAsk];
    try {
      // Until the consumer was seen busy, lag is at its setpoint, and leases are past their time of learning.
      await sleep(25_000);
      say(`two tenants at ${rateOf(target())}; the third begins to ask for 100 times its share`);
      const light = askingProducer({ ...of("light", 100), heeds: false });
      claims.push(light);
      await sleep(2 * refreshMs);
      const tallies = { light: [light], middle: [middle], heavy: [heavyLease, heavyAsk] };
      const letIn = (all: readonly { readonly tally: Tally }[]) =>
        all.reduce((sum, { tally }) => sum + tally.admitted, 0);
      const snapshot = () => ({
        light: letIn(tallies.light),
        middle: letIn(tallies.middle),
        heavy: letIn(tallies.heavy),
        leased: letIn([heavyLease]),
      });
      const before = snapshot();
      await sleep(1000 * measureSeconds);
      const after = snapshot();
      const passed = (of: keyof typeof before) => after[of] - before[of];
      const total = tenants.reduce((sum, tenant) => sum + passed(tenant), 0);
      const ofTenant = (tenant: Tenant) => (passed(tenant) / total) * (weightSum / weights[tenant]);
      return {
        ofTenants: { light: ofTenant("light"), middle: ofTenant("middle"), heavy: ofTenant("heavy") },
        leasedShare: passed("leased") / passed("heavy"),
        total: total / measureSeconds / consumersCan,
      };
    } finally {
      ending.abort();
      await Promise.all(claims.map(({ done }) => done));
    }
  }

  async function measureShedding(): Promise<Shedding> {
    const ending = new AbortController();
    const { signal } = ending;
    const of = (priority: string, wants: number) => ({ ...common, signal, tenant: "shop", priority, wants });
    const claims = {
      critical: askingProducer({ ...of("critical", criticalWants), heeds: true, batch: 2 }),
      normal: leasingProducer({ ...of("normal", 1000), producer: "normal" }),
      bulk: askingProducer({ ...of("bulk", 1000), heeds: false }),
    };
    const letIn = () => ({
      critical: claims.critical.tally.admitted,
      normal: claims.normal.tally.admitted,
      bulk: claims.bulk.tally.admitted,
    });
    const passed = (from: ReturnType<typeof letIn>, to: ReturnType<typeof letIn>, seconds: number) => ({
      critical: (to.critical - from.critical) / seconds,
      normal: (to.normal - from.normal) / seconds,
      bulk: (to.bulk - from.bulk) / seconds,
    });
    try {
      await sleep(10_000);
      const start = letIn();
      await sleep(10_000);
      const before = passed(start, letIn(), 10);
      say(`three classes at ${rateOf(target())}; the consumer slows down to ${slowed}/s`);
      can = slowed;
      await until(() => target().decision.state === "shedding", 30_000);
      // What was on its way is in by then.
      await sleep(refreshMs);
      const [shedFrom, began] = [letIn(), performance.now()];
      let [shedTo, ended] = [shedFrom, began];
      say(`shedding: ${target().decision.reason.text}`);
      await until(() => {
        if (target().decision.state !== "shedding") return true;
        [shedTo, ended] = [letIn(), performance.now()];
        return false;
      }, 90_000);
      say(`no longer shedding: ${target().decision.reason.text}`);
      can = consumersCan;
      const bulkBefore = claims.bulk.tally.admitted;
      await sleep(10_000);
      const seconds = (ended - began) / 1000;
      return {
        seconds,
        before,
        whileShedding: passed(shedFrom, shedTo, seconds),
        criticalRefused: claims.critical.tally.refused,
        bulkCameBack: claims.bulk.tally.admitted > bulkBefore,
      };
    } finally {
      ending.abort();
      await Promise.all(Object.values(claims).map(({ done }) => done));
    }
  }
}

const rateOf = ({ decision: { state, rate } }: TargetView): string =>
  `${state}, ${rate === null ? "no limit" : `${rate.toFixed(0)}/s`}`;

async function until(holds: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs / 1000} s`);
    await sleep(50);
  }
}
