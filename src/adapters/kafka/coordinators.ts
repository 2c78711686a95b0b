/** Which node coordinates a group. */
import { askInLists, askOneByOne, failed, groupText, missing } from "./batches.ts";
import type { Broker, Cluster } from "./cluster.ts";
import type { Reply } from "./connection.ts";
import { failureOf } from "./errors.ts";
import { olderFindCoordinator } from "./older.ts";
import { commonVersion } from "./protocol/call.ts";
import { type Coordinator, findCoordinator, findCoordinatorKey } from "./protocol/findCoordinator.ts";

type Replies = Map<string, Reply<Coordinator>>;

const ask = async (
  { versions, ask: send }: Broker,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Reply<Replies>> => {
  const replies =
    commonVersion(versions, findCoordinatorKey, 4, 4) === undefined
      ? await askOneByOne(names, (name) => send(olderFindCoordinator(versions, name), signal))
      : await askInLists(names, (list) => send(findCoordinator(list), signal));
  // Where nothing came at all another broker may know.
  const all = [...replies.values()];
  const first = all[0];
  return first?.kind === "failed" && all.every(({ kind }) => kind === "failed")
    ? first
    : { kind: "answered", answer: replies };
};

/** The node's id for each of `names`, which are not empty. */
export const findCoordinators = async (
  cluster: Cluster,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Reply<number>>> => {
  const found = await cluster.any(signal, (broker, attempt) => ask(broker, names, attempt));
  return new Map(
    names.map((name): [string, Reply<number>] => {
      const reply = found.kind === "failed" ? found : (found.answer.get(name) ?? missing(name));
      if (reply.kind === "failed") return [name, reply];
      const { error, node } = reply.answer;
      return [
        name,
        error === 0 ? { kind: "answered", answer: node } : failed(failureOf(groupText(name), error)),
      ];
    }),
  );
};
