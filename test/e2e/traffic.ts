/** Real producers and consumers for the runs on real Kafka: a paced consumer, and a producer that obeys or does not. */
import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, logLevel } from "kafkajs";
import "../../src/adapters/kafka/timers.ts";

export interface Counts {
  /** Messages that the broker has confirmed. */
  sent: number;
  /** Messages that the consumer has worked. */
  worked: number;
}

export const kafkaClient = (bootstrap: readonly string[], clientId: string): Kafka =>
  new Kafka({ clientId, brokers: [...bootstrap], logLevel: logLevel.NOTHING, connectionTimeout: 10_000 });

/** Work that takes a slot of 1/rate seconds each: time without work is not saved up, a hiccup of 100 ms is. */
export function pacer(rateNow: () => number): () => Promise<void> {
  const hiccupMs = 100;
  let next = performance.now();
  return async () => {
    const now = performance.now();
    next = Math.max(next + 1000 / rateNow(), now - hiccupMs);
    if (next - now > 1) await sleep(next - now);
  };
}

export interface ConsumerOptions {
  readonly kafka: Kafka;
  readonly group: string;
  readonly topic: string;
  /** Messages per second that the consumer can do, all partitions together. */
  readonly rateNow: () => number;
  readonly commitMs: number;
  readonly counts: Counts;
  /** Without a sign of life for so long it is taken to be gone; 10 s where absent. */
  readonly sessionTimeoutMs?: number;
  /** The work on one message, when its slot has come. */
  readonly work?: (partition: number, offset: string) => Promise<void> | void;
}

/** Works messages at its pace and commits as it goes. Resolves when it has joined; the result stops it. */
export async function startConsumer(options: ConsumerOptions): Promise<() => Promise<void>> {
  const { kafka, group, topic, commitMs, counts } = options;
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: options.sessionTimeoutMs ?? 10_000,
    heartbeatInterval: 1000,
    maxWaitTimeInMs: 50,
  });
  const slot = pacer(options.rateNow);
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommitInterval: commitMs,
    partitionsConsumedConcurrently: 8,
    eachMessage: async ({ partition, message }) => {
      await slot();
      await options.work?.(partition, message.offset);
      counts.worked += 1;
    },
  });
  await joined;
  return () => consumer.disconnect();
}

export interface ProducerOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Messages per second that it has to send. */
  readonly wants: number;
  /** The throttle endpoint that it obeys; absent: none. */
  readonly ask?: string;
  readonly counts: Counts;
  readonly signal: AbortSignal;
  /** Each answer to its asking. */
  readonly onAnswer?: (answer: Response) => void;
}

/** Messages that a producer asks for and sends at once. */
export const producerBatch = 15;

/** Sends in batches at the pace it wants, asking before each where there is somebody to ask, until the signal aborts. */
export async function runProducer({
  kafka,
  topic,
  wants,
  ask,
  counts,
  signal,
  onAnswer,
}: ProducerOptions): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  const slot = pacer(() => wants / producerBatch);
  const messages = Array.from({ length: producerBatch }, (_, index) => ({
    key: null,
    value: `order ${index}`,
  }));
  let partition = 0;
  while (!signal.aborted) {
    await slot();
    if (ask !== undefined && !(await mayGo(`${ask}?cost=${producerBatch}`, signal, onAnswer))) continue;
    partition += 1;
    await producer.send({ topic, messages: messages.map((one) => ({ ...one, partition: partition % 4 })) });
    counts.sent += producerBatch;
  }
  await producer.disconnect();
}

/** Asks once, and waits as told: before a send that is allowed, or before asking again. */
async function mayGo(
  url: string,
  signal: AbortSignal,
  onAnswer: (answer: Response) => void = () => {},
): Promise<boolean> {
  try {
    const response = await fetch(url, { signal });
    onAnswer(response);
    const answer: { delayMs?: number; retryAfterMs?: number } = JSON.parse(await response.text());
    await sleep(response.ok ? (answer.delayMs ?? 0) : (answer.retryAfterMs ?? 1000), undefined, { signal });
    return response.ok;
  } catch {
    // Headgate away is no reason to stop; a real producer would go on at its safe rate.
    if (!signal.aborted) await sleep(500, undefined, { signal }).catch(() => {});
    return false;
  }
}

/** A topic of its own with a producer, for a run. */
interface Stage {
  readonly topic: string;
  readonly counts: Counts;
  /** Sends so many messages to the partitions in turn; resolves when the broker has confirmed them. */
  send(count: number): Promise<void>;
  /** A consumer of the topic in a group of the same name; see startConsumer. */
  consume(options: Pick<ConsumerOptions, "rateNow" | "commitMs">): Promise<() => Promise<void>>;
  /** Deletes the topic. */
  close(): Promise<void>;
}

export async function openStage(bootstrap: readonly string[], name: string): Promise<Stage> {
  const kafka = kafkaClient(bootstrap, `headgate-${name}`);
  const topic = `${name}-${process.pid}-${Date.now()}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: true });
  const producer = kafka.producer();
  await producer.connect();
  const counts = { sent: 0, worked: 0 };
  let partition = 0;
  return {
    topic,
    counts,
    async send(count) {
      partition = (partition + 1) % 4;
      const messages = Array.from({ length: count }, () => ({ partition, value: "order" }));
      await producer.send({ topic, messages });
      counts.sent += count;
    },
    consume: (options) => startConsumer({ kafka, group: topic, topic, counts, ...options }),
    async close() {
      await producer.disconnect();
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
    },
  };
}
