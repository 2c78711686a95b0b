/** What groups have committed. */
import type { Clock } from "../../core/ports.ts";
import { askInLists, askOneByOne, failed, groupText } from "./batches.ts";
import type { Broker } from "./cluster.ts";
import type { Reply } from "./connection.ts";
import { failureOf } from "./errors.ts";
import type { Commits } from "./group.ts";
import { olderOffsetFetch } from "./older.ts";
import { commonVersion } from "./protocol/call.ts";
import { offsetFetch, offsetFetchKey } from "./protocol/offsetFetch.ts";

/** The commits of groups whose coordinator is that broker. */
export const readCommits = async (
  { versions, ask }: Broker,
  names: readonly string[],
  clock: Clock,
  signal: AbortSignal,
): Promise<Map<string, Reply<Commits>>> => {
  const replies =
    commonVersion(versions, offsetFetchKey, 8, 8) === undefined
      ? await askOneByOne(names, (name) => ask(olderOffsetFetch(versions, name), signal))
      : await askInLists(names, (list) => ask(offsetFetch(list), signal));
  const at = clock();
  return new Map(
    [...replies].map(([name, reply]): [string, Reply<Commits>] => {
      if (reply.kind === "failed") return [name, reply];
      const { error, topics } = reply.answer;
      return [
        name,
        error === 0
          ? { kind: "answered", answer: { at, topics } }
          : failed(failureOf(groupText(name), error)),
      ];
    }),
  );
};
