/** What is known of one group between polls, and what one poll learns of it. */
import type { GroupState } from "../../core/observation.ts";
import type { Instant } from "../../core/units.ts";
import type { TopicCommits } from "./protocol/offsetFetch.ts";

/** Which call describes the group: that of the classic protocol, or that of the new one (KIP-848). */
export type Protocol = "classic" | "consumer";

/** Kinds of groups whose membership neither of these calls knows. */
export type OtherType = "share" | "streams";

export interface Group {
  readonly name: string;
  /** The node that coordinates it; undefined until found, and after an error. */
  coordinator: number | undefined;
  protocol: Protocol;
  other: OtherType | undefined;
  /** When it was last asked whether it is of another type. */
  otherAskedAt: Instant;
  /** What it had committed in the poll before. */
  previous: Commits | undefined;
}

export const newGroup = (name: string): Group => ({
  name,
  coordinator: undefined,
  protocol: "classic",
  other: undefined,
  otherAskedAt: Number.NEGATIVE_INFINITY,
  previous: undefined,
});

export interface Commits {
  /** When they were read. */
  readonly at: Instant;
  readonly topics: ReadonlyMap<string, TopicCommits>;
}

export interface Membership {
  readonly state: GroupState;
  /** Absent where it is not known, or not of this protocol. */
  readonly members?: number;
  readonly other?: OtherType;
}

/** The offset committed on a partition; -1 where none was, NaN where it could not be read. */
export const committedOn = (commits: TopicCommits | undefined, partition: number): number => {
  if (commits === undefined) return -1;
  // Brokers mostly give all partitions; whatever their order, it is the same from poll to poll.
  const index =
    commits.partitions[partition] === partition ? partition : commits.partitions.indexOf(partition);
  return index === -1 ? -1 : (commits.offsets[index] ?? -1);
};
