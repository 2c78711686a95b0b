/** Asking for many groups at once where the broker takes that, and one by one where it does not. */
import type { Failure } from "../../core/ports.ts";
import type { Reply } from "./connection.ts";
import { chunks } from "./protocol/call.ts";

/** Groups in one request. */
export const groupsPerRequest = 300;

export const groupText = (name: string): string => `group "${name}"`;

export const failed = (failure: Failure): { readonly kind: "failed"; readonly failure: Failure } => ({
  kind: "failed",
  failure,
});

export const missing = (name: string) =>
  failed({ kind: "protocol", message: `${groupText(name)} is missing in the answer` });

/** Replies by group; what a list's answer left out is a failure. */
export const askInLists = async <Answer>(
  names: readonly string[],
  ask: (list: readonly string[]) => Promise<Reply<ReadonlyMap<string, Answer>>>,
): Promise<Map<string, Reply<Answer>>> => {
  const replies = new Map<string, Reply<Answer>>();
  const askList = async (list: readonly string[]): Promise<void> => {
    const reply = await ask(list);
    for (const name of list) {
      const answer = reply.kind === "failed" ? undefined : reply.answer.get(name);
      if (reply.kind === "failed") replies.set(name, reply);
      else replies.set(name, answer === undefined ? missing(name) : { kind: "answered", answer });
    }
  };
  await Promise.all(chunks(names, groupsPerRequest).map(askList));
  return replies;
};

/** Replies by group. */
export const askOneByOne = async <Answer>(
  names: readonly string[],
  ask: (name: string) => Promise<Reply<Answer>>,
): Promise<Map<string, Reply<Answer>>> =>
  new Map(await Promise.all(names.map(async (name) => [name, await ask(name)] as const)));
