/**
 * Kafka as a source. A cluster is asked once for all targets. The hot poll of one broker is three requests: what all
 * groups have committed, then the ends of all partitions (in this order, or lag would be under-reported), and beside
 * these the groups' states. Brokers' and topics' metadata, log starts, high watermarks and settings come at a slower
 * pace, or at once where something looks odd.
 */
import type { Answer, Clock, Failure, Log, PollReport, Source, Watch } from "../../core/ports.ts";
import { clamp } from "../../core/units.ts";
import { failed } from "./batches.ts";
import { createCatalogue } from "./catalogue.ts";
import { createCluster } from "./cluster.ts";
import { deadline } from "./deadline.ts";
import { readEnds, readSlowly } from "./ends.ts";
import type { Commits, Membership } from "./group.ts";
import { createGroups } from "./groups.ts";
import { look, looksOf } from "./markers.ts";
import { createObserver } from "./observe.ts";
import { beginPoll, isHeld, shrank, type Topic } from "./topic.ts";

export interface KafkaOptions {
  /** The broker's configured name, for the log. */
  readonly broker: string;
  /** `host:port` of some of its nodes. */
  readonly bootstrap: readonly string[];
  /** Of connecting, and what a poll is expected to take at most. */
  readonly timeoutMs: number;
  /** How often it is polled. */
  readonly pollMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly clientId?: string;
  /** How often all that is not needed in every poll is read; by default every twelfth poll, 10 s to 1 min. */
  readonly slowPaceMs?: number;
}

/** A node that stalls holds up what the others answered for half a poll; within a second it is not stalled yet. */
const leastPatienceMs = 1000;

/** Its cost stays the same small share of the polls' own, and whoever polls fast sees the rest sooner too. */
const slowPaceOf = (pollMs: number): number => clamp(12 * pollMs, 10_000, 60_000);

const unknownMembership: Membership = { state: "unknown" };

const noGroup: Failure = { kind: "internal", message: "the target names no group" };

const stopped: Failure = { kind: "unreachable", message: "the source was stopped" };

/** Failures after which a group's coordinator or a partition's leader may be another one. */
const mayHaveMoved = ({ kind }: Failure): boolean =>
  kind === "unreachable" || kind === "timeout" || kind === "notReady";

/** Topics on which a group has committed what is not there: they were recreated, or their log was cut. */
const overtaken = (
  topicOf: (name: string) => Topic | undefined,
  commits: Iterable<Commits>,
): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const { topics } of commits) {
    for (const [name, { partitions, offsets }] of topics) {
      const topic = topicOf(name);
      const isBeyond = (partition: number, index: number): boolean =>
        topic?.fresh[partition] === 1 && (offsets[index] ?? -1) > (topic.end[partition] ?? 0);
      if (partitions.some(isBeyond)) names.add(name);
    }
  }
  return names;
};

/** One poll at a time. Does nothing until first polled. */
export const createKafkaSource = (options: KafkaOptions): Source => {
  const { broker, timeoutMs, pollMs, clock, log } = options;
  const slowPaceMs = options.slowPaceMs ?? slowPaceOf(pollMs);
  // What goes on looking odd is looked at again and again, but not in every poll.
  const oddPaceMs = slowPaceMs / 6;
  const stopping = new AbortController();
  let requests = new Map<string, number>();

  const cluster = createCluster(options.bootstrap, {
    clientId: options.clientId ?? "headgate",
    timeoutMs,
    patienceMs: Math.min(timeoutMs / 2, Math.max(leastPatienceMs, pollMs / 2)),
    debug: (fields, message) => log.debug({ broker, ...fields }, message),
    sent: (name) => requests.set(name, (requests.get(name) ?? 0) + 1),
  });
  const catalogue = createCatalogue({
    cluster,
    clock,
    paceMs: slowPaceMs,
    unsettled: { firstMs: pollMs, mostMs: oddPaceMs },
  });
  const groups = createGroups({ cluster, clock, otherPaceMs: slowPaceMs });
  /** Topics that the targets read, as far as is known. */
  let names: ReadonlySet<string> = new Set();

  /** Topics that the targets name, and for the others those that their groups have committed on. */
  const topicsOf = (
    watches: readonly Watch[],
    commitsOf: (group: string) => Commits | undefined,
  ): ReadonlySet<string> =>
    new Set(
      watches.flatMap(({ group, topics }) => topics ?? [...(commitsOf(group ?? "")?.topics.keys() ?? [])]),
    );

  /** The ends of `topics`, and of those for which it is time what comes at the slow pace. */
  const readTopics = async (topics: readonly Topic[], signal: AbortSignal): Promise<void> => {
    const now = clock();
    await Promise.all([
      // High watermarks are on their way before the ends are asked for: what lies between is held, not just newer.
      readSlowly(
        cluster,
        topics.filter(({ slowReadAt }) => now - slowReadAt >= slowPaceMs),
        now,
        signal,
      ),
      readEnds(cluster, topics, catalogue.doubt, signal),
    ]);
  };

  /** Looks closer at what looks odd. A topic that turns out to be another one is read anew. */
  const readOdd = async (
    topics: readonly Topic[],
    commits: readonly Commits[],
    signal: AbortSignal,
  ): Promise<void> => {
    const now = clock();
    const beyond = overtaken(catalogue.topic, commits);
    const isDue = ({ slowReadAt }: Topic): boolean => now - slowReadAt >= oddPaceMs;
    const replaced = topics.filter((topic) => shrank(topic) || (isDue(topic) && beyond.has(topic.name)));
    const held = topics.filter((topic) => isDue(topic) && isHeld(topic));
    const odd = [...new Set([...replaced, ...held])].map(({ name }) => name);
    if (odd.length === 0) return;
    if (replaced.length > 0) {
      catalogue.doubt();
      await catalogue.refresh(names, signal);
    }
    const anew = catalogue.present(odd).filter(({ fresh }) => !fresh.includes(1));
    await readSlowly(cluster, catalogue.present(odd), now, signal);
    await readEnds(cluster, anew, catalogue.doubt, signal);
  };

  const read = async (watches: readonly Watch[], signal: AbortSignal): Promise<Map<string, Answer>> => {
    const all = (answerOf: (watch: Watch) => Answer): Map<string, Answer> =>
      new Map(watches.map((watch) => [watch.target, answerOf(watch)]));

    if (stopping.signal.aborted) return all(() => failed(stopped));

    const groupNames = new Set(watches.flatMap(({ group }) => group ?? []));
    groups.keep(groupNames);
    names = topicsOf(watches, (name) => groups.group(name)?.previous);
    const lost = await catalogue.refresh(names, signal);
    if (lost !== undefined) return all(() => failed(lost));

    const { commits, membership } = await groups.read(groupNames, signal);
    const present = new Map<string, Commits>();
    for (const [name, reply] of commits) {
      if (reply.kind === "answered") present.set(name, reply.answer);
      else if (mayHaveMoved(reply.failure)) catalogue.doubt();
    }
    names = topicsOf(watches, (name) => present.get(name) ?? groups.group(name)?.previous);
    catalogue.keep(names);
    const failure = present.size === 0 ? undefined : await catalogue.refresh(names, signal);
    for (const name of names) {
      const topic = catalogue.topic(name);
      if (topic !== undefined) beginPoll(topic);
    }
    const asked = watches.filter(({ group }) => present.has(group ?? ""));
    const topics = catalogue.present(topicsOf(asked, (name) => present.get(name)));
    await readTopics(topics, signal);
    await readOdd(topics, [...present.values()], signal);
    const compared = [...present].map(([name, now]) => ({ now, before: groups.group(name)?.previous }));
    await look(cluster, catalogue.topic, looksOf(catalogue.topic, compared), signal);
    for (const [name, now] of present) {
      const group = groups.group(name);
      if (group !== undefined) group.previous = now;
    }

    const members = await membership;
    const observe = createObserver({ topicOf: catalogue.topic, failure, receivedAt: clock() });
    return all(({ group, topics: named }) => {
      const commitsOfGroup = group === undefined ? undefined : commits.get(group);
      if (group === undefined || commitsOfGroup === undefined) return failed(noGroup);
      return observe({
        group,
        topics: named,
        commits: commitsOfGroup,
        membership: members.get(group) ?? unknownMembership,
      });
    });
  };

  return {
    poll: async (watches, signal): Promise<PollReport> => {
      requests = new Map();
      using limit = deadline([signal, stopping.signal]);
      const answers = await read(watches, limit.signal);
      return { answers, requests };
    },
    stop: async () => {
      stopping.abort();
      cluster.close();
    },
  };
};
