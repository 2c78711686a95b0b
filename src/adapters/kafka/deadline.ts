/** How long something may take, as a signal that aborts. */
import { setMaxListeners } from "node:events";

export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Aborts now. */
  pass(): void;
}

/** Aborts with any of `parents`, or `ms` from now where that is given. Disposing of it takes timer and listeners away. */
export const deadline = (parents: readonly AbortSignal[], ms?: number): Deadline => {
  const controller = new AbortController();
  // Each request under way listens.
  setMaxListeners(0, controller.signal);
  const pass = (): void => controller.abort();
  for (const parent of parents) {
    if (parent.aborted) pass();
    parent.addEventListener("abort", pass);
  }
  const timer = ms === undefined ? undefined : setTimeout(pass, ms);
  return {
    signal: controller.signal,
    pass,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      for (const parent of parents) parent.removeEventListener("abort", pass);
    },
  };
};

/**
 * Does all of `work`, each of which says whether it succeeded. Once any has, the others get no longer than `ms` from
 * the beginning: one that stalls does not take the time of all.
 */
export const withPatience = async (
  parent: AbortSignal,
  ms: number,
  work: readonly ((signal: AbortSignal) => Promise<boolean>)[],
): Promise<void> => {
  using stage = deadline([parent]);
  let late = false;
  let some = false;
  const decide = (): void => {
    if (late && some) stage.pass();
  };
  const timer = setTimeout(() => {
    late = true;
    decide();
  }, ms);
  const all = work.map(async (each) => {
    some = (await each(stage.signal)) || some;
    decide();
  });
  await Promise.all(all).finally(() => clearTimeout(timer));
};

export const deadlinePassed = Symbol("deadline passed");

/** What `work` comes to. Rejects with `deadlinePassed` when `signal` aborts first, or had aborted before. */
export const before = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void => reject(deadlinePassed);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort);
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", onAbort));
  });
