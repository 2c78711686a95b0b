/**
 * Busy or failing, on a real Kafka: consumers report what became of each message. First what must not open the
 * circuit (a rebalance that takes half a minute, a rolling restart, an open transaction), then a handler that fails
 * nine times in ten, then its recovery. The truth is counted at both ends, not taken from Headgate.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Running, run } from "../../src/cli/compose.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { TargetView } from "../../src/daemon/board.ts";
import { silent } from "../daemon/fakes.ts";
import { until } from "../support/processes.ts";
import type { Finding } from "./findings.ts";
import { type Counts, kafkaClient, producerBatch, runProducer, startConsumer } from "./traffic.ts";

export const setpointSeconds = 3;
export const pollSeconds = 1;
/** Two consumers, each of which can do so many a second. */
const eachCan = 100;
export const consumersCan = 2 * eachCan;
const wants = 600;
const producers = 4;
const lookMs = 100;
const reportMs = 250;

export const actNames = ["healthy", "rebalance", "restart", "transaction", "failing", "recovery"] as const;
export type ActName = (typeof actNames)[number];

export interface Look {
  readonly seconds: number;
  readonly act: ActName;
  /** Seconds since the act began. */
  readonly since: number;
  readonly state: TargetView["decision"]["state"];
  readonly circuit: TargetView["circuit"];
  readonly group: string;
  readonly rate: number | null;
  /** Messages sent and not worked, failed ones being worked too. */
  readonly lagSeconds: number;
  readonly sent: number;
  readonly held: number;
}

/** What a producer heard: status and Retry-After. */
export interface Heard {
  readonly seconds: number;
  readonly status: number;
  readonly retryAfter: string | null;
}

export interface CircuitRun {
  readonly looks: readonly Look[];
  readonly heard: readonly Heard[];
}

/** How long each act takes, in seconds; 0 leaves it out. */
export type Acts = Readonly<Record<ActName, number>>;

/** Collects what became of messages, and reports it in batches. */
function reporter(url: string) {
  let batch: object[] = [];
  const flush = async () => {
    const outcomes = batch.splice(0, 1000);
    if (outcomes.length === 0) return;
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(outcomes),
    });
    if (!response.ok) throw new Error(await response.text());
  };
  let broken: unknown;
  const timer = setInterval(() => {
    flush().catch((error: unknown) => {
      broken = error;
    });
  }, reportMs);
  return {
    add: (outcome: object) => {
      batch = [...batch, outcome];
    },
    stop: () => {
      clearInterval(timer);
      if (broken !== undefined) throw broken;
    },
  };
}

export async function runCircuit(
  bootstrap: readonly string[],
  acts: Acts,
  onLook: (look: Look) => void = () => {},
): Promise<CircuitRun> {
  const kafka = kafkaClient(bootstrap, "headgate-e2e");
  const topic = `circuit-${process.pid}-${Date.now()}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: true });
  const parsed = parseConfig(
    `
server: { host: 127.0.0.1, port: 0 }
brokers: { events: { type: kafka, bootstrap: ${JSON.stringify(bootstrap)}, poll: ${pollSeconds}s } }
targets: { orders: { broker: events, group: ${topic}, topics: [${topic}], setpoint: ${setpointSeconds}s } }
`,
    { env: {} },
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const headgate: Running = await run(parsed.config, silent);
  const reports = reporter(`${headgate.url}/v1/targets/orders/outcomes`);
  const begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;

  const counts: Counts = { sent: 0, worked: 0 };
  const heard: Heard[] = [];
  const looks: Look[] = [];
  let act: { name: ActName; at: number } = { name: "healthy", at: 0 };
  let failShare = 0;
  const stops = new Map<string, () => Promise<void>>();

  const work = (partition: number, offset: string): void => {
    const isBad = Math.random() < failShare;
    const place = { id: offset, part: `${topic}/${partition}`, offset, deliveries: 1 };
    // What fails is given up and committed past, so that the drain stays what it was.
    reports.add(
      isBad
        ? { ...place, outcome: "failed", errorClass: "PaymentServiceDown" }
        : { ...place, outcome: "acked" },
    );
  };
  const consume = async (name: string, over: Partial<Parameters<typeof startConsumer>[0]> = {}) => {
    const common = { kafka, group: topic, topic, rateNow: () => eachCan, commitMs: 100, counts, work };
    stops.set(name, await startConsumer({ ...common, ...over }));
  };
  const stopConsumer = async (name: string) => {
    await stops.get(name)?.();
    stops.delete(name);
  };

  let producing: Promise<unknown> = Promise.resolve();
  let ending = new AbortController();
  const produce = (rate: number) => {
    ending = new AbortController();
    const ask = `${headgate.url}/v1/throttle/orders`;
    const onAnswer = ({ status, headers }: Response) =>
      heard.push({ seconds: elapsed(), status, retryAfter: headers.get("retry-after") });
    const one = { kafka, topic, wants: rate / producers, ask, counts, signal: ending.signal, onAnswer };
    producing = Promise.all(Array.from({ length: producers }, () => runProducer(one)));
  };
  const pause = async () => {
    ending.abort();
    await producing;
  };

  /** Consumers work, and have enough to do. */
  const settled = () =>
    until("consumers at work again", 40_000, () => {
      const { lagSeconds = 0, group } = looks.at(-1) ?? {};
      return (group === "stable" && lagSeconds > setpointSeconds / 2) || undefined;
    });

  const play: Readonly<Record<ActName, (seconds: number) => Promise<void>>> = {
    healthy: (seconds) => sleep(1000 * seconds),
    async rebalance(seconds) {
      // A member that is busy with one message answers no call to rejoin, and all others wait for it.
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      await consume("busy", { sessionTimeoutMs: 60_000, work: () => released });
      await sleep(2000);
      const joining = consume("newcomer");
      await sleep(1000 * seconds);
      release();
      await joining;
      await stopConsumer("busy");
      await stopConsumer("newcomer");
    },
    async restart(seconds) {
      const pauseMs = (1000 * seconds) / 4;
      for (const name of ["one", "two"]) {
        await stopConsumer(name);
        await sleep(pauseMs);
        await consume(name);
        await sleep(pauseMs);
      }
      await settled();
    },
    async transaction(seconds) {
      await pause();
      produce(consumersCan / 10);
      const producer = kafka.producer({
        transactionalId: topic,
        idempotent: true,
        maxInFlightRequests: 1,
        transactionTimeout: 300_000,
      });
      await producer.connect();
      const transaction = await producer.transaction();
      const messages = [0, 1, 2, 3].map((partition) => ({ partition, value: "held" }));
      await transaction.send({ topic, messages });
      await sleep(1000 * seconds);
      await transaction.commit();
      counts.sent += messages.length;
      await producer.disconnect();
      await pause();
      produce(wants);
      await sleep(10_000);
      await settled();
    },
    async failing(seconds) {
      failShare = 0.9;
      await sleep(1000 * seconds);
    },
    async recovery(seconds) {
      failShare = 0;
      // Told to stay away, producers bring the next probe when that time is over.
      await until("the circuit closed again", 90_000, () => looks.at(-1)?.circuit === "closed" || undefined);
      await sleep(1000 * seconds);
    },
  };

  const looking = setInterval(() => {
    const view = headgate.daemon.board.target("orders");
    if (view === undefined) return;
    const look: Look = {
      seconds: elapsed(),
      act: act.name,
      since: elapsed() - act.at,
      state: view.decision.state,
      circuit: view.circuit,
      group: view.assessment.groupState,
      rate: view.decision.rate,
      lagSeconds: (counts.sent - counts.worked) / consumersCan,
      sent: counts.sent,
      held: view.assessment.held ?? 0,
    };
    looks.push(look);
    onLook(look);
  }, lookMs);
  try {
    await Promise.all([consume("one"), consume("two")]);
    produce(wants);
    for (const name of actNames) {
      if (acts[name] === 0) continue;
      act = { name, at: elapsed() };
      await play[name](acts[name]);
    }
    reports.stop();
  } finally {
    clearInterval(looking);
    await pause();
    await Promise.allSettled([...stops.values()].map((stop) => stop()));
    await headgate.stop();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  }
  return { looks, heard };
}

/** What a run has to show, in words, with what it showed. */
const secondsOf = (value: number | undefined): string =>
  value === undefined ? "never" : `${value.toFixed(1)} s`;

export function findings({ looks, heard }: CircuitRun): readonly Finding[] {
  const of = (name: ActName) => looks.filter(({ act }) => act === name);
  const begunAt = (name: ActName) => of(name)[0]?.seconds ?? Number.NaN;
  const found: Finding[] = [];
  for (const name of ["healthy", "rebalance", "restart", "transaction"] as const) {
    const act = of(name);
    if (act.length === 0) continue;
    const opened = act.find(({ circuit }) => circuit !== "closed");
    const seen =
      name === "rebalance"
        ? `rebalancing for ${secondsOf((act.filter(({ group }) => group === "rebalancing").length * lookMs) / 1000)}`
        : name === "transaction"
          ? `${Math.max(...act.map(({ held }) => held))} messages held at the most`
          : `${act.length} looks`;
    const happened =
      name === "rebalance"
        ? act.filter(({ group }) => group === "rebalancing").length * lookMs >= 20_000
        : name === "transaction"
          ? act.some(({ held }) => held > 0)
          : true;
    found.push({
      name: `${name}: the circuit stays closed`,
      ok: opened === undefined && happened,
      shown: opened === undefined ? seen : `${opened.circuit} after ${secondsOf(opened.since)}; ${seen}`,
    });
  }

  const from = begunAt("failing");
  const refused = heard.find(({ seconds, status }) => seconds >= from && status === 503);
  found.push({
    name: "nine in ten fail: 503 with Retry-After within three polls",
    ok: refused !== undefined && refused.seconds - from <= 3 * pollSeconds && Number(refused.retryAfter) >= 5,
    shown: `${secondsOf(refused && refused.seconds - from)}, Retry-After: ${refused?.retryAfter}`,
  });
  const open = looks.filter(({ seconds, state }) => seconds >= from && state === "failing");
  const opened = open[0]?.seconds ?? Number.NaN;
  const probed = (open.at(-1)?.sent ?? 0) - (open[0]?.sent ?? 0);
  const openSeconds = (open.at(-1)?.seconds ?? 0) - opened;
  const passes = heard.filter(
    ({ seconds, status }) => seconds > opened && seconds < opened + openSeconds && status === 200,
  ).length;
  // What was let in just before may be confirmed just after.
  const underWay = 2 * producerBatch;
  found.push({
    name: "while it fails producers probe, and no more",
    ok: passes > 0 && probed <= underWay + 0.03 * consumersCan * openSeconds,
    shown: `${passes} passes, ${probed} messages in ${secondsOf(openSeconds)}`,
  });

  const recovery = of("recovery");
  const recovering = recovery.find(({ state }) => state === "recovering");
  const closed = recovery.find(
    ({ circuit, since }) => circuit === "closed" && since > (recovering?.since ?? 0),
  );
  found.push({
    name: "consumers work again: it closes, through `recovering`",
    ok: recovering !== undefined && closed !== undefined,
    shown: `recovering after ${secondsOf(recovering?.since)}, closed after ${secondsOf(closed?.since)}`,
  });
  const peak = Math.max(...recovery.map(({ lagSeconds }) => lagSeconds));
  found.push({
    name: `without a flood: lag at most a quarter above the setpoint of ${setpointSeconds} s`,
    ok: peak <= 1.25 * setpointSeconds,
    shown: secondsOf(peak),
  });
  const end = recovery.slice(-20);
  const settled = end.reduce((sum, { lagSeconds }) => sum + lagSeconds, 0) / end.length;
  found.push({
    name: "and lag is held at the setpoint again, within a quarter",
    ok: Math.abs(settled / setpointSeconds - 1) <= 0.25,
    shown: secondsOf(settled),
  });
  return found;
}
