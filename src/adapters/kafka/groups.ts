/** The groups that are looked at. Their coordinators are found once and kept until something goes wrong there. */
import type { Clock } from "../../core/ports.ts";
import type { Cluster } from "./cluster.ts";
import { readCommits } from "./commits.ts";
import type { Reply } from "./connection.ts";
import { findCoordinators } from "./coordinators.ts";
import { type Deadline, deadline } from "./deadline.ts";
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
  /** How long a stalled coordinator holds up the others. */
  readonly patienceMs: number;
  /** How often a group that is not found is asked whether it is of another kind. */
  readonly otherPaceMs: number;
}

/** Waits for all `work`; once any of it has succeeded, the rest gets no longer than `ms` from now. */
const withPatience = async (
  work: readonly Promise<boolean>[],
  ms: number,
  stage: Deadline,
): Promise<void> => {
  let late = false;
  let some = false;
  const decide = (): void => {
    if (late && some) stage.pass();
  };
  const timer = setTimeout(() => {
    late = true;
    decide();
  }, ms);
  await Promise.all(
    work.map(async (each) => {
      some = (await each) || some;
      decide();
    }),
  );
  clearTimeout(timer);
};

export const createGroups = ({ cluster, clock, patienceMs, otherPaceMs }: GroupsOptions): Groups => {
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

      using stage = deadline([signal]);
      const membership = new Map<string, Membership>();
      const memberships: Promise<void>[] = [];
      const readNode = async (node: number, here: readonly Group[]): Promise<boolean> => {
        const broker = await cluster.reach(node, stage.signal);
        if (broker.kind === "failed") {
          for (const { name } of here) commits.set(name, broker);
          return false;
        }
        // A broker answers a connection's requests in their order, and the ends are waiting for the commits.
        const names = here.map(({ name }) => name);
        const reading = readCommits(broker.answer, names, clock, stage.signal);
        memberships.push(
          readMembership(broker.answer, here, clock(), otherPaceMs, signal).then((found) => {
            for (const [name, each] of found) membership.set(name, each);
          }),
        );
        const replies = await reading;
        for (const [name, reply] of replies) commits.set(name, reply);
        return [...replies.values()].some(({ kind }) => kind === "answered");
      };
      await withPatience(
        [...byNode].map(([node, here]) => readNode(node, here)),
        patienceMs,
        stage,
      );
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
