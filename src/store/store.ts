/**
 * What outlives a restart. The file is a worker's; here is its mailbox: the latest of each key, one request under
 * way at a time, at most one a second. So it holds as much as there are targets, and however long the disk takes,
 * nobody waits for it.
 */
import { Worker } from "node:worker_threads";
import type { Clock, Log, Saved, Store, StoreFailure, StoreView } from "../core/ports.ts";
import type { Row } from "./database.ts";
import type { Reply, Request, WorkerSetup } from "./worker.ts";

export interface StoreSetup extends WorkerSetup {
  readonly clock: Clock;
  readonly log: Log;
  /** Another worker than that of worker.ts, for tests of one that fails. */
  readonly worker?: URL;
}

const flushMs = 1000;
/** Without an answer for so long the disk hangs. */
const hungMs = 5000;
/** A file that could not be used is tried again after so long. */
const retryMs = 5000;
/** The daemon starts without what was saved where that takes longer. */
const loadMs = 3000;
const stopMs = 400;

/** Its own file, as it runs from sources and as it is built. */
const workerFile = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

export function createStore({ clock, log, worker: file = workerFile, ...setup }: StoreSetup): Store {
  const { path } = setup;
  const waiting = new Map<string, Row>();
  const failures: Partial<Record<StoreFailure, number>> = {};
  let worker: Worker | undefined;
  let take: ((reply: Reply) => void) | undefined;
  let failing: StoreFailure | undefined;
  let saves = 0;
  let movedAside = 0;
  let savedAt: number | null = null;
  let notBefore = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const fail = (kind: StoreFailure, says: string): void => {
    failures[kind] = (failures[kind] ?? 0) + 1;
    notBefore = clock() + retryMs;
    // Said once when it begins or changes.
    if (failing !== kind)
      log.error({ path, kind }, `the store cannot be used: ${says}; decisions go on, from memory alone`);
    failing = kind;
  };
  const note = (reply: Reply): void => {
    if (reply.moved !== undefined) {
      movedAside += 1;
      log.error(
        { path, moved: reply.moved },
        "the store's file was broken; it was moved aside and a new one begun",
      );
    }
    if (!reply.ok) {
      fail(reply.failure, reply.says);
      return;
    }
    if (failing !== undefined) log.info({ path }, "the store can be used again");
    failing = undefined;
    notBefore = 0;
  };

  const start = (): Worker => {
    const made = new Worker(file, {
      workerData: setup satisfies WorkerSetup,
      // Whether node:sqlite is still experimental is no news to whoever runs the daemon.
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    made.unref();
    made.on("message", (reply: Reply) => take?.(reply));
    made.on("error", (error) => log.error({ path, err: error }, "the store's worker failed"));
    made.on("exit", () => {
      if (worker === made) worker = undefined;
      take?.({ ok: false, failure: "other", says: "its worker ended" });
    });
    return made;
  };

  /** Only one at a time. */
  const ask = (request: Request): Promise<Reply> =>
    new Promise((resolve) => {
      const hung = setTimeout(() => fail("hung", `no answer from the disk for ${hungMs / 1000} s`), hungMs);
      take = (reply) => {
        clearTimeout(hung);
        take = undefined;
        note(reply);
        resolve(reply);
      };
      worker ??= start();
      worker.postMessage(request);
    });

  const flush = async (): Promise<void> => {
    if (take !== undefined || waiting.size === 0 || clock() < notBefore) return;
    const rows = [...waiting.values()];
    const now = clock();
    const reply = await ask({ kind: "save", now, rows });
    if (!reply.ok) return;
    saves += 1;
    savedAt = now;
    for (const row of rows) {
      const key = keyOf(row);
      if (waiting.get(key) === row) waiting.delete(key);
    }
  };

  return {
    async load() {
      timer = setInterval(flush, flushMs);
      const late = new Promise<"late">((resolve) => {
        setTimeout(resolve, loadMs, "late" as const).unref();
      });
      const reply = await Promise.race([ask({ kind: "load", now: clock() }), late]);
      if (reply === "late") log.error({ path }, "what was saved cannot be had in time; starting without");
      if (reply === "late" || !reply.ok) return [];
      return reply.rows.flatMap((row) => parse(row) ?? []);
    },
    save(saved) {
      if (stopped) return;
      const row = { ...saved, value: saved.value === null ? null : JSON.stringify(saved.value) };
      waiting.set(keyOf(row), row);
    },
    view: (): StoreView => ({
      path,
      failing: failing ?? null,
      failures,
      saves,
      movedAside,
      savedAt,
      waiting: waiting.size,
    }),
    async stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      notBefore = 0;
      const patience = new Promise<void>((resolve) => {
        setTimeout(resolve, stopMs).unref();
      });
      const last = async (): Promise<void> => {
        await flush();
        if (worker !== undefined && take === undefined) await ask({ kind: "close", now: clock() });
      };
      await Promise.race([last(), patience]);
      await worker?.terminate();
    },
  };
}

const keyOf = ({ target, kind }: Row): string => `${kind} ${target}`;

/** What is no JSON is as if it had never been saved. */
const parse = (row: Row): Saved | undefined => {
  try {
    return { ...row, value: JSON.parse(row.value ?? "null") };
  } catch {
    return undefined;
  }
};
