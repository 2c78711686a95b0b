/**
 * The whole way on a real Kafka: a consumer that can do 500 messages/s, drops to 200/s and recovers; a producer
 * that wants 1,500/s and obeys `/v1/throttle`; beside it, in the same run, the same without Headgate. The truth
 * is counted at both ends, not taken from Headgate.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../src/cli/compose.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { Log } from "../../src/core/ports.ts";
import { type Counts, kafkaClient, runProducer, startConsumer } from "./traffic.ts";

export const setpointSeconds = 3;
const nominal = 500;
const slowed = 200;
const wants = 1500;
const lookMs = 250;

/** One look at both runs, with lag as it truly was. */
export interface Look {
  readonly seconds: number;
  readonly consumersCan: number;
  /** Messages sent and not worked. */
  readonly lag: number;
  readonly lagSeconds: number;
  readonly sent: number;
  readonly worked: number;
  readonly rate: number | null;
  readonly state: string;
  /** The same without Headgate. */
  readonly without: { readonly lagSeconds: number; readonly sent: number };
}

export interface Phase {
  readonly name: "nominal" | "slowed" | "recovered";
  readonly consumersCan: number;
  readonly from: number;
  readonly to: number;
}

export interface Figures {
  readonly phase: Phase["name"];
  /** Mean lag over the last half of the phase, in seconds. */
  readonly settledLagSeconds: number;
  /** Furthest from the setpoint in that time, as a share of it. */
  readonly furthest: number;
  /** Work done over what could be done, from when the phase is `skipSeconds` old. */
  readonly busy: number;
  /** Mean rate of sending over the last half, over what consumers can do. */
  readonly sentShare: number;
  readonly withoutLagSeconds: number;
}

export interface Overload {
  readonly looks: readonly Look[];
  readonly figures: readonly Figures[];
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The run takes three phases of `phaseSeconds`. `bootstrap` is a Kafka that may have topics made on it. */
export async function runOverload(
  bootstrap: readonly string[],
  phaseSeconds: number,
  onLook: (look: Look) => void = () => {},
): Promise<Overload> {
  const kafka = kafkaClient(bootstrap, "headgate-e2e");
  const id = `overload-${process.pid}-${Date.now()}`;
  const topic = `${id}-governed`;
  const free = `${id}-free`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [topic, free].map((name) => ({ topic: name, numPartitions: 4 })) });

  const phases: readonly Phase[] = (["nominal", "slowed", "recovered"] as const).map((name, index) => ({
    name,
    consumersCan: name === "slowed" ? slowed : nominal,
    from: index * phaseSeconds,
    to: (index + 1) * phaseSeconds,
  }));
  let begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;
  const consumersCan = () => phases.findLast(({ from }) => from <= elapsed())?.consumersCan ?? nominal;

  const parsed = parseConfig(
    `
server: { host: 127.0.0.1, port: 0 }
brokers: { events: { type: kafka, bootstrap: ${JSON.stringify(bootstrap)}, poll: 1s } }
targets: { orders: { broker: events, group: ${topic}, topics: [${topic}], setpoint: ${setpointSeconds}s } }
`,
    { env: {} },
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const headgate = await run(parsed.config, silent);
  const ending = new AbortController();
  const { signal } = ending;
  const governed: Counts = { sent: 0, worked: 0 };
  const ungoverned: Counts = { sent: 0, worked: 0 };
  const consumers = [];
  const producers: Promise<void>[] = [];
  const looks: Look[] = [];
  try {
    const paced = { kafka, rateNow: consumersCan, commitMs: 100 };
    consumers.push(await startConsumer({ ...paced, group: topic, topic, counts: governed }));
    consumers.push(await startConsumer({ ...paced, group: free, topic: free, counts: ungoverned }));
    begun = performance.now();
    const ask = `${headgate.url}/v1/throttle/orders`;
    producers.push(runProducer({ kafka, topic, wants, ask, counts: governed, signal }));
    producers.push(runProducer({ kafka, topic: free, wants, counts: ungoverned, signal }));
    while (elapsed() < 3 * phaseSeconds) {
      await Promise.race([sleep(lookMs), Promise.all(producers)]);
      const can = consumersCan();
      const decision = headgate.daemon.board.target("orders")?.decision;
      const lag = governed.sent - governed.worked;
      const look = {
        seconds: elapsed(),
        consumersCan: can,
        lag,
        lagSeconds: lag / can,
        sent: governed.sent,
        worked: governed.worked,
        rate: decision?.rate ?? null,
        state: decision?.state ?? "gone",
        without: { lagSeconds: (ungoverned.sent - ungoverned.worked) / can, sent: ungoverned.sent },
      };
      looks.push(look);
      onLook(look);
    }
  } finally {
    ending.abort();
    await Promise.allSettled(producers);
    await Promise.allSettled(consumers.map((stop) => stop()));
    await headgate.stop();
    await admin.deleteTopics({ topics: [topic, free] });
    await admin.disconnect();
  }
  return { looks, figures: phases.map((phase) => figuresOf(phase, looks)) };
}

/** How long a phase is left alone before consumers must be busy: the first begins with nothing to do. */
const skipSeconds = 20;

function figuresOf({ name, from, to, consumersCan }: Phase, looks: readonly Look[]): Figures {
  const between = (low: number, high: number) =>
    looks.filter(({ seconds }) => seconds >= low && seconds < high);
  const settled = between((from + to) / 2, to);
  const busy = between(name === "nominal" ? from + Math.min(skipSeconds, (to - from) / 2) : from, to);
  const lags = settled.map(({ lagSeconds }) => lagSeconds);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const perSecond = (part: readonly Look[], total: (look: Look) => number) => {
    const [first, last] = [part.at(0), part.at(-1)];
    if (first === undefined || last === undefined) return Number.NaN;
    return (total(last) - total(first)) / (last.seconds - first.seconds);
  };
  return {
    phase: name,
    settledLagSeconds: mean(lags),
    furthest: Math.max(...lags.map((lag) => Math.abs(lag - setpointSeconds) / setpointSeconds)),
    busy: perSecond(busy, ({ worked }) => worked) / consumersCan,
    sentShare: perSecond(settled, ({ sent }) => sent) / consumersCan,
    withoutLagSeconds: settled.at(-1)?.without.lagSeconds ?? Number.NaN,
  };
}
