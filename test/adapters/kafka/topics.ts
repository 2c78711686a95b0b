/** Topics, commits and calls as tests of the pure parts want them. */
import type { Commits } from "../../../src/adapters/kafka/group.ts";
import { newTopic, type Topic } from "../../../src/adapters/kafka/topic.ts";

type Figure =
  | "end"
  | "previousEnd"
  | "logStart"
  | "highWatermark"
  | "lastMessage"
  | "lookedFrom"
  | "lookedTo";

export type Figures = Partial<Record<Figure, readonly (number | undefined)[]>> & {
  readonly name?: string;
  readonly id?: string | undefined;
  readonly error?: number;
  readonly leaders?: readonly number[];
  /** Partitions whose end is old; the others' is of this poll. */
  readonly old?: readonly number[];
} & Partial<Pick<Topic, "failure" | "slowReadAt" | "retentionMs" | "retentionBytes" | "compacted">>;

/** A topic `orders` of one partition led by node 1, unless said. */
export const topicWith = (figures: Figures = {}): Topic => {
  const { name = "orders", error = 0, leaders = [1], old = [], ...rest } = figures;
  const topic = newTopic({
    name,
    id: "id" in figures ? figures.id : "a",
    error,
    leaders: Int32Array.from(leaders),
  });
  topic.fresh.fill(1);
  for (const partition of old) topic.fresh[partition] = 0;
  for (const [figure, value] of Object.entries(rest)) {
    if (!Array.isArray(value)) Object.assign(topic, { [figure]: value });
    else topic[figure as Figure].set(value.map((offset) => offset ?? Number.NaN));
  }
  return topic;
};

/** Commits by topic: offsets by partition, holes where there is none. */
export const commitsOf = (
  topics: Readonly<Record<string, readonly (number | undefined)[]>>,
  at = 1_000,
): Commits => ({
  at,
  topics: new Map(
    Object.entries(topics).map(([name, offsets]) => {
      const present = offsets.flatMap((offset, partition) =>
        offset === undefined ? [] : [{ offset, partition }],
      );
      return [
        name,
        {
          partitions: Int32Array.from(present, ({ partition }) => partition),
          offsets: Float64Array.from(present, ({ offset }) => offset),
        },
      ];
    }),
  ),
});
