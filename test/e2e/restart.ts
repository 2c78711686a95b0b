/**
 * The daemon, a process of its own, is killed with -9 before a real Kafka and started again a while later. While it
 * is away two producers that lease go by their leases, and by their safe rates once those have expired; when it is
 * back it goes on from its store. The truth is counted at both ends.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { headgate } from "../cli/process.ts";
import { freePorts } from "../support/ports.ts";
import { leasingProducer } from "./claims.ts";
import { type Finding, percent } from "./findings.ts";
import { openStage } from "./traffic.ts";

const setpointSeconds = 5;
const consumersCan = 300;
/** Of each producer: more than the consumer can do. */
const wants = 600;
const lookMs = 200;

export interface RestartTimes {
  /** Before the daemon is killed. */
  readonly settleSeconds: number;
  readonly awaySeconds: number;
  /** After it is back. */
  readonly backSeconds: number;
}

export interface RestartFigures {
  /** Lag in the last ten seconds before, over the setpoint. */
  readonly settled: number;
  /** What the producers sent once their leases had expired, over their safe rates. */
  readonly safeShare: number;
  /** The safe rates together, over what the consumer can do. */
  readonly safeRate: number;
  /** Seconds from the start of the process until both producers had a lease again. */
  readonly leasedAfterSeconds: number;
  /** Highest lag after the return, above the setpoint, as a share of it. */
  readonly overshoot: number;
  /** Lag in the last ten seconds, over the setpoint. */
  readonly resettled: number;
}

/** What the run has to show, and whether it did. */
export function findings(figures: RestartFigures): readonly Finding[] {
  const { settled, safeShare, safeRate, leasedAfterSeconds, overshoot, resettled } = figures;
  return [
    {
      name: "before: lag within ± 20 % of the setpoint",
      ok: Math.abs(settled - 1) <= 0.2,
      shown: percent(settled),
    },
    {
      name: "away: once leases have expired, producers send their safe rates and no more",
      ok: safeShare <= 1.05 && safeRate <= 0.75,
      shown: `${percent(safeShare)} of them; they are ${percent(safeRate)} of what the consumer can do`,
    },
    {
      name: "back: producers lease again within 5 s",
      ok: leasedAfterSeconds <= 5,
      shown: `${leasedAfterSeconds.toFixed(1)} s`,
    },
    {
      name: "back: lag overshoots its setpoint by 15 % at the most",
      ok: overshoot <= 0.15,
      shown: percent(overshoot),
    },
    {
      name: "back: lag within ± 20 % of the setpoint again",
      ok: Math.abs(resettled - 1) <= 0.2,
      shown: percent(resettled),
    },
  ];
}

export async function runRestart(
  bootstrap: readonly string[],
  { settleSeconds, awaySeconds, backSeconds }: RestartTimes,
  say: (line: string) => void = () => {},
): Promise<RestartFigures> {
  const stage = await openStage(bootstrap, "restart");
  const { topic, counts, send } = stage;
  const folder = await mkdtemp(join(tmpdir(), "headgate-restart-"));
  const file = join(folder, "headgate.yaml");
  const [port = 0] = await freePorts(1);
  await writeFile(
    file,
    `
server: { host: 127.0.0.1, port: ${port} }
store: { path: ${JSON.stringify(join(folder, "headgate.db"))} }
brokers: { events: { type: kafka, bootstrap: ${JSON.stringify(bootstrap)}, poll: 1s } }
targets:
  orders:
    broker: events
    group: ${topic}
    topics: [${topic}]
    setpoint: ${setpointSeconds}s
    lease: { ttl: 6s, refresh: 2s }
`,
  );
  const ends: (() => void)[] = [];
  const start = async () => {
    const serving = headgate(["serve", "--config", file], { after: (end) => ends.push(end) });
    await serving.says(/answers at/);
    return serving;
  };
  const stopConsumer = await stage.consume({ rateNow: () => consumersCan, commitMs: 200 });
  const ending = new AbortController();
  const { signal } = ending;
  try {
    const first = await start();
    const url = `http://127.0.0.1:${port}`;
    const common = { url, gate: "orders", tenant: "default", priority: "normal", wants, send, signal };
    const producers = ["a", "b"].map((name) => leasingProducer({ ...common, producer: name }));
    const lag = () => (counts.sent - counts.worked) / consumersCan / setpointSeconds;
    const meanLag = async (seconds: number) => {
      const lags: number[] = [];
      for (const until = performance.now() + 1000 * seconds; performance.now() < until; await sleep(lookMs))
        lags.push(lag());
      return lags.reduce((sum, one) => sum + one, 0) / lags.length;
    };
    await sleep(1000 * (settleSeconds - 10));
    const settled = await meanLag(10);

    say(`lag at ${percent(settled)} of the setpoint; the daemon is killed`);
    first.child.kill("SIGKILL");
    await first.ended;
    const killedAt = performance.now();
    while (!producers.every(({ pace }) => pace().safe)) await sleep(20);
    const safe = producers.reduce((sum, { pace }) => sum + pace().rate, 0);
    const [safeFrom, sentBefore] = [performance.now(), counts.sent];
    say(`leases have expired after ${((safeFrom - killedAt) / 1000).toFixed(1)} s; ${safe.toFixed(0)}/s now`);
    await sleep(Math.max(0, 1000 * awaySeconds - (safeFrom - killedAt)));
    const sent = (counts.sent - sentBefore) / ((performance.now() - safeFrom) / 1000);
    say(`lag at ${percent(lag())} of the setpoint; the daemon is started again`);

    const startedAt = performance.now();
    await start();
    let highest = 0;
    let leasedAfterSeconds = Number.POSITIVE_INFINITY;
    for (
      const until = startedAt + 1000 * (backSeconds - 10);
      performance.now() < until;
      await sleep(lookMs)
    ) {
      highest = Math.max(highest, lag());
      if (leasedAfterSeconds === Number.POSITIVE_INFINITY && producers.every(({ pace }) => !pace().safe))
        leasedAfterSeconds = (performance.now() - startedAt) / 1000;
    }
    const resettled = await meanLag(10);
    return {
      settled,
      safeShare: sent / safe,
      safeRate: safe / consumersCan,
      leasedAfterSeconds,
      overshoot: Math.max(0, highest - 1),
      resettled,
    };
  } finally {
    ending.abort();
    for (const end of ends) end();
    await stopConsumer();
    await stage.close();
    await rm(folder, { recursive: true });
  }
}
