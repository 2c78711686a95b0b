/** The hot reading of topics, their last stable offsets, and the slow one of all else that is of use. */
import type { Instant } from "../../core/units.ts";
import type { Cluster } from "./cluster.ts";
import { type Found, readOffsets } from "./offsets.ts";
import { chunks, commonVersion } from "./protocol/call.ts";
import { describeConfigs, describeConfigsKey } from "./protocol/describeConfigs.ts";
import { setEnd, type Topic } from "./topic.ts";

/** Topics in one request for settings. */
const chunkSize = 500;

const settings = ["retention.ms", "retention.bytes", "cleanup.policy"] as const;

/** `doubt` is called where an answer says that what is known of leaders is wrong. */
export const readEnds = async (
  cluster: Cluster,
  topics: readonly Topic[],
  doubt: () => void,
  signal: AbortSignal,
): Promise<void> => {
  const found: Found = {
    offset: setEnd,
    failed: (topic, failure) => {
      topic.failure = failure;
      doubt();
    },
  };
  await readOffsets(cluster, topics, "lastStable", found, signal);
};

const numberOf = (text: string | undefined): number | undefined => {
  const value = Number(text);
  return text === undefined || text === "" || Number.isNaN(value) ? undefined : value;
};

const readSettings = async (
  cluster: Cluster,
  topics: readonly Topic[],
  signal: AbortSignal,
): Promise<void> => {
  const readList = async (list: readonly Topic[]): Promise<void> => {
    const names = list.map(({ name }) => name);
    const reply = await cluster.any(signal, (broker, attempt) =>
      broker.ask(
        describeConfigs(commonVersion(broker.versions, describeConfigsKey, 1, 2) ?? 1, names, settings),
        attempt,
      ),
    );
    if (reply.kind === "failed") return;
    for (const topic of list) {
      const values = reply.answer.get(topic.name)?.values;
      // Whoever may not see the settings has observations without them.
      if (values === undefined || values.size === 0) continue;
      topic.compacted = values.get("cleanup.policy")?.includes("compact") ?? false;
      topic.retentionMs = numberOf(values.get("retention.ms"));
      topic.retentionBytes = numberOf(values.get("retention.bytes"));
    }
  };
  await Promise.all(chunks(topics, chunkSize).map(readList));
};

/** Log starts, high watermarks and settings. */
export const readSlowly = async (
  cluster: Cluster,
  topics: readonly Topic[],
  now: Instant,
  signal: AbortSignal,
): Promise<void> => {
  if (topics.length === 0) return;
  const into = (figure: "logStart" | "highWatermark"): Found => ({
    offset: (topic, partition, offset) => {
      topic[figure][partition] = offset;
    },
    failed: (topic) => incomplete.add(topic),
  });
  const incomplete = new Set<Topic>();
  await Promise.all([
    readOffsets(cluster, topics, "highWatermark", into("highWatermark"), signal),
    readOffsets(cluster, topics, "logStart", into("logStart"), signal),
    readSettings(cluster, topics, signal),
  ]);
  for (const topic of topics) if (!incomplete.has(topic)) topic.slowReadAt = now;
};
