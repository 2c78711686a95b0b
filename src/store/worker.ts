/** The worker: one request after the other, so that only it waits for the disk. */
import { parentPort, workerData } from "node:worker_threads";
import type { StoreFailure } from "../core/ports.ts";
import { type Database, failureOf, openDatabase, type Row } from "./database.ts";

export interface WorkerSetup {
  readonly path: string;
  readonly maxBytes: number;
  readonly keepMs: number;
}

export type Request =
  | { readonly kind: "load"; readonly now: number }
  | { readonly kind: "save"; readonly now: number; readonly rows: readonly Row[] }
  | { readonly kind: "close"; readonly now: number };

export type Reply = (
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly failure: StoreFailure; readonly says: string }
) & {
  /** A broken file was found, and is there now. */
  readonly moved?: string;
};

const { path, maxBytes, keepMs } = workerData as WorkerSetup;
const pruneEveryMs = 3_600_000;

let database: Database | undefined;
let prunedAt = 0;

const answer = (request: Request): Reply => {
  if (request.kind === "close") {
    database?.close();
    database = undefined;
    return { ok: true, rows: [] };
  }
  let moved: { moved?: string } = {};
  if (database === undefined) {
    const opened = openDatabase(path, maxBytes, request.now);
    if (!opened.ok) return { ok: false, failure: opened.kind, says: opened.says };
    database = opened.database;
    if (opened.moved !== undefined) moved = { moved: opened.moved };
  }
  try {
    if (request.now - prunedAt > pruneEveryMs) {
      database.prune(request.now - keepMs);
      prunedAt = request.now;
    }
    if (request.kind === "load") return { ok: true, rows: database.load(), ...moved };
    database.save(request.rows);
    return { ok: true, rows: [], ...moved };
  } catch (error) {
    const { kind: failure, says } = failureOf(error);
    // Opened anew next time, which finds out whether it is broken.
    try {
      database.close();
    } catch {
      // It is given up either way.
    }
    database = undefined;
    return { ok: false, failure, says, ...moved };
  }
};

parentPort?.on("message", (request: Request) => {
  parentPort?.postMessage(answer(request));
});
