/** The groups that are looked at. Their coordinators are found once and kept until something goes wrong there. */
import type { Clock } from "../../core/ports.ts";
import type { Cluster } from "./cluster.ts";
import { readCommits } from "./commits.ts";
import type { Reply } from "./connection.ts";
import { findCoordinators } from "./coordinators.ts";
import { withPatience } from "./deadline.ts";
import { type Commits, type Group, type Membership, newGroup } from "./group.ts";
import { readMembership } from "./membership.ts";

export interface GroupsReading {
  readonly commits: ReadonlyMap<string, Reply<Commits>>;
  /** Of the groups whose coordinator could be asked. Under way still, for it does not have to come first. */
  readonly membership: Promise<ReadonlyMap<string, Membership>>;
}

export interface Groups {
  /** Resolves when no more commits are to be expected. */
  read(names: ReadonlySet<string>, signal: AbortSignal): Promise<GroupsReading>;
  group(name: string): Group | undefined;
  /** Forgets all but `names`. */
  keep(names: ReadonlySet<string>): void;
}

export interface GroupsOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** How often a group that is not found is asked whether it is of another kind. */
  readonly otherPaceMs: number;
}

export const createGroups = ({ cluster, clock, otherPaceMs }: GroupsOptions): Groups => {
  const groups = new Map<string, Group>();

  const groupOf = (name: string): Group => {
    const group = groups.get(name) ?? newGroup(name);
    groups.set(name, group);
    return group;
  };

  /** Finds what is not known yet. Answers why not, by group. */
  const locate = async (all: readonly Group[], signal: AbortSignal): Promise<Map<string, Reply<Commits>>> => {
    const failures = new Map<string, Reply<Commits>>();
    const lacking = all.filter(({ coordinator }) => coordinator === undefined).map(({ name }) => name);
    if (lacking.length === 0) return failures;
    for (const [name, reply] of await findCoordinators(cluster, lacking, signal)) {
      if (reply.kind === "failed") failures.set(name, reply);
      else groupOf(name).coordinator = reply.answer;
    }
    return failures;
  };

  return {
    read: async (names, signal) => {
      const all = [...names].map(groupOf);
      const commits = await locate(all, signal);
      const byNode = new Map<number, Group[]>();
      for (const group of all) {
        if (group.coordinator === undefined) continue;
        const list = byNode.get(group.coordinator) ?? [];
        list.push(group);
        byNode.set(group.coordinator, list);
      }

      const membership = new Map<string, Membership>();
      const memberships: Promise<void>[] = [];
      const readNode = async (node: number, here: readonly Group[], stage: AbortSignal): Promise<boolean> => {
        const broker = await cluster.reach(node, stage);
        if (broker.kind === "failed") {
          for (const { name } of here) commits.set(name, broker);
          return false;
        }
        // A broker answers a connection's requests in their order, and the ends are waiting for the commits.
        const names = here.map(({ name }) => name);
        const reading = readCommits(broker.answer, names, clock, stage);
        memberships.push(
          readMembership(broker.answer, here, clock(), otherPaceMs, signal).then((found) => {
            for (const [name, each] of found) membership.set(name, each);
          }),
        );
        const replies = await reading;
        for (const [name, reply] of replies) commits.set(name, reply);
        return [...replies.values()].some(({ kind }) => kind === "answered");
      };
      const work = [...byNode].map(
        ([node, here]) =>
          (stage: AbortSignal) =>
            readNode(node, here, stage),
      );
      await withPatience(signal, cluster.patienceMs, work);
      // Whatever went wrong there, it may be that the group has moved.
      for (const [name, reply] of commits) if (reply.kind === "failed") groupOf(name).coordinator = undefined;
      return { commits, membership: Promise.all(memberships).then(() => membership) };
    },

    group: (name) => groups.get(name),

    keep: (names) => {
      for (const name of groups.keys()) if (!names.has(name)) groups.delete(name);
    },
  };
};
