/** A Kafka source under test, and the traffic that it is to see. */
import { Kafka, logLevel, type Producer } from "kafkajs";
import { readCount, readInt16, readInt32, readString } from "../../../src/adapters/kafka/bytes.ts";
import { parseAddress } from "../../../src/adapters/kafka/cluster.ts";
import { createConnection } from "../../../src/adapters/kafka/connection.ts";
import { type Call, call } from "../../../src/adapters/kafka/protocol/call.ts";
import { createKafkaSource, type KafkaOptions } from "../../../src/adapters/kafka/source.ts";
import type { Observation, PartObservation } from "../../../src/core/observation.ts";
import { known } from "../../../src/core/observation.ts";
import type { Answer, Failure, Log, PollReport, Watch } from "../../../src/core/ports.ts";
import { until } from "../../support/processes.ts";

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
}

export interface Poller extends AsyncDisposable {
  readonly log: readonly LogLine[];
  poll(watches: readonly Watch[], signal?: AbortSignal): Promise<PollReport>;
  /** Polls a single target. */
  answer(watch: Omit<Watch, "target">, signal?: AbortSignal): Promise<Answer>;
  /** Polls a single target until the observation is as expected. */
  observed(
    watch: Omit<Watch, "target">,
    what: string,
    isExpected: (observation: Observation) => boolean,
  ): Promise<Observation>;
  /** Polls a single target until it fails as expected. */
  failed(
    watch: Omit<Watch, "target">,
    what: string,
    isExpected: (failure: Failure) => boolean,
  ): Promise<Failure>;
  stop(): Promise<void>;
}

const clock = (): number => performance.timeOrigin + performance.now();

/** The slow pace is a second unless said, so that tests see what comes at it. */
export const startPoller = (
  bootstrap: readonly string[],
  options: Partial<Pick<KafkaOptions, "timeoutMs" | "slowPaceMs" | "pollMs">> = {},
): Poller => {
  const lines: LogLine[] = [];
  const at =
    (level: keyof Log) =>
    (_fields: Record<string, unknown>, message: string): void =>
      void lines.push({ level, message });
  const timeoutMs = options.timeoutMs ?? 5_000;
  const source = createKafkaSource({
    broker: "test",
    bootstrap,
    pollMs: 1_000,
    slowPaceMs: 1_000,
    clock,
    log: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
    ...options,
    timeoutMs,
  });
  const poll: Poller["poll"] = (watches, signal = AbortSignal.timeout(timeoutMs)) =>
    source.poll(watches, signal);
  const answer: Poller["answer"] = async (watch, signal) => {
    const { answers } = await poll([{ target: "target", ...watch }], signal);
    const found = answers.get("target");
    if (found === undefined) throw new Error("the poll has no answer for its target");
    return found;
  };
  const wait = async <T>(
    watch: Omit<Watch, "target">,
    what: string,
    pick: (answer: Answer) => T | undefined,
  ): Promise<T> => {
    let last: Answer | undefined;
    return until(what, 30_000, async () => {
      last = await answer(watch);
      return pick(last);
    }).catch((error: Error) => {
      throw new Error(`${error.message}; last: ${JSON.stringify(last)}`);
    });
  };
  return {
    log: lines,
    poll,
    answer,
    observed: (watch, what, isExpected) =>
      wait(watch, what, (each) =>
        each.kind === "observed" && isExpected(each.observation) ? each.observation : undefined,
      ),
    failed: (watch, what, isExpected) =>
      wait(watch, what, (each) =>
        each.kind === "failed" && isExpected(each.failure) ? each.failure : undefined,
      ),
    stop: source.stop,
    [Symbol.asyncDispose]: source.stop,
  };
};

/** The part of that name. */
export const partOf = ({ parts }: Observation, name: string): PartObservation => {
  const part = parts?.find((each) => each.part === name);
  if (part === undefined) throw new Error(`no part ${name} in ${JSON.stringify(parts)}`);
  return part;
};

/** The values of a part whatever their quality, for comparing. */
export const figuresOf = (part: PartObservation) => ({
  committed: known(part.committed),
  end: known(part.end),
  logStart: known(part.logStart),
  highWatermark: known(part.highWatermark),
});

export const clientOf = (bootstrap: readonly string[]): Kafka =>
  new Kafka({
    clientId: "headgate-test",
    brokers: [...bootstrap],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 5_000,
    retry: { retries: 8 },
  });

export interface Traffic extends AsyncDisposable {
  readonly kafka: Kafka;
  readonly admin: ReturnType<Kafka["admin"]>;
  readonly producer: Producer;
  createTopic(topic: string, partitions?: number, settings?: Readonly<Record<string, string>>): Promise<void>;
  /** Writes `count` messages to one partition. */
  produce(topic: string, partition: number, count: number): Promise<void>;
  /** Offsets by partition. */
  commit(group: string, topic: string, offsets: readonly (number | undefined)[]): Promise<void>;
}

/** Offsets by topic and partition. */
export type Offsets = Readonly<Record<string, readonly (number | undefined)[]>>;

/**
 * OffsetCommit Request (Version: 3) => group_id generation_id member_id retention_time_ms [topics]
 *   topics => name [partitions]
 *     partitions => partition_index committed_offset committed_metadata
 *
 * OffsetCommit Response (Version: 3) => throttle_time_ms [topics]
 *   topics => name [partitions]
 *     partitions => partition_index error_code
 *
 * Answers the highest error. The client's own admin joins the group to commit, which takes seconds.
 */
const offsetCommit = (group: string, offsets: Offsets): Call<number> =>
  call({
    name: "OffsetCommit",
    key: 8,
    version: 3,
    flexible: false,
    write: (to) => {
      to.string(group).int32(-1).string("").int64(-1).count(Object.keys(offsets).length);
      for (const [topic, list] of Object.entries(offsets)) {
        const present = [...list.entries()].filter(([, offset]) => offset !== undefined);
        to.string(topic).count(present.length);
        for (const [partition, offset = 0] of present) to.int32(partition).int64(offset).string("");
      }
    },
    read: (from) => {
      let worst = 0;
      for (let topics = readCount(from); topics > 0; topics -= 1) {
        readString(from);
        for (let left = readCount(from); left > 0; left -= 1) {
          readInt32(from);
          worst = Math.max(worst, readInt16(from));
        }
      }
      return worst;
    },
  });

/** Commits as a client without membership does, at whichever broker coordinates the group. */
export const commitOffsets = async (
  bootstrap: readonly string[],
  group: string,
  offsets: Offsets,
): Promise<void> => {
  const signal = AbortSignal.timeout(30_000);
  await until(`commit of ${group}`, 30_000, async () => {
    for (const address of bootstrap) {
      const options = { clientId: "headgate-test", timeoutMs: 5_000, debug: () => {}, sent: () => {} };
      const connection = createConnection(parseAddress(address), options);
      try {
        if ((await connection.connect(signal)).kind === "failed") continue;
        const reply = await connection.ask(offsetCommit(group, offsets), signal);
        if (reply.kind === "answered" && reply.answer === 0) return true;
      } finally {
        connection.close();
      }
    }
    return undefined;
  });
};

export const startTraffic = async (bootstrap: readonly string[]): Promise<Traffic> => {
  const kafka = clientOf(bootstrap);
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  return {
    kafka,
    admin,
    producer,
    createTopic: async (topic, partitions = 1, settings = {}) => {
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
      await admin.createTopics({
        topics: [{ topic, numPartitions: partitions, configEntries }],
        waitForLeaders: true,
      });
    },
    produce: async (topic, partition, count) => {
      if (count === 0) return;
      const messages = Array.from({ length: count }, (_, index) => ({ partition, value: `${index}` }));
      await producer.send({ topic, messages });
    },
    commit: (group, topic, offsets) => commitOffsets(bootstrap, group, { [topic]: offsets }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };
};
