/**
 * The file: what is saved of each target, by kind. SQLite, written ahead (WAL), held by one process at a time, so
 * that two daemons never take turns at it. Synchronous: this runs in a worker (worker.ts).
 *
 * A file that is broken is moved aside, with its time in its name, and a new one begun. What a later version of
 * Headgate wrote is left alone.
 */
import { existsSync, renameSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Saved, StoreFailure } from "../core/ports.ts";
import type { Instant } from "../core/units.ts";

/** `value` is JSON; null takes away what there was. */
export interface Row extends Omit<Saved, "value"> {
  readonly value: string | null;
}

export interface Database {
  load(): Row[];
  save(rows: readonly Row[]): void;
  /** Forgets what was saved before `since`. */
  prune(since: Instant): void;
  close(): void;
}

export type Opened =
  | {
      readonly ok: true;
      readonly database: Database /** Where a broken file is now. */;
      readonly moved?: string;
    }
  | { readonly ok: false; readonly says: string; readonly kind: StoreFailure };

const version = 1;

const schema = `
  create table if not exists saved (
    target text not null, kind text not null, format integer not null, at integer not null, value text not null,
    primary key (target, kind)
  ) strict, without rowid;
`;

const pageSize = 4096;

export function openDatabase(path: string, maxBytes: number, now: Instant): Opened {
  try {
    return { ok: true, database: open(path, maxBytes) };
  } catch (error) {
    const { kind, says } = failureOf(error);
    if (kind !== "broken") return { ok: false, kind, says };
  }
  try {
    const moved = moveAside(path, now);
    return { ok: true, database: open(path, maxBytes), moved };
  } catch (error) {
    return { ok: false, ...failureOf(error) };
  }
}

function open(path: string, maxBytes: number): Database {
  const db = new DatabaseSync(path, { timeout: 500 });
  try {
    db.exec("pragma locking_mode = exclusive");
    db.exec("pragma journal_mode = wal");
    db.exec("pragma synchronous = normal");
    db.exec(`pragma max_page_count = ${Math.max(16, Math.floor(maxBytes / pageSize))}`);
    const { user_version: found } = db.prepare("pragma user_version").get() as { user_version: number };
    if (found > version) throw new NewerFile(found);
    const [check] = db.prepare("pragma quick_check(1)").all() as { quick_check: string }[];
    if (check?.quick_check !== "ok") throw new BrokenFile(String(check?.quick_check));
    // Takes the lock, which the mode keeps: whoever comes second is told now.
    db.exec(`begin immediate; ${schema} pragma user_version = ${version}; commit`);
  } catch (error) {
    db.close();
    throw error;
  }
  const select = db.prepare("select target, kind, format, at, value from saved");
  const upsert = db.prepare(
    "insert into saved values (?, ?, ?, ?, ?) on conflict do update set format = excluded.format, at = excluded.at, value = excluded.value",
  );
  const remove = db.prepare("delete from saved where target = ? and kind = ?");
  const forget = db.prepare("delete from saved where at < ?");
  return {
    load: () => select.all() as unknown as Row[],
    save(rows) {
      db.exec("begin immediate");
      try {
        for (const { target, kind, format, at, value } of rows)
          if (value === null) remove.run(target, kind);
          else upsert.run(target, kind, format, Math.round(at), value);
        db.exec("commit");
      } catch (error) {
        if (db.isTransaction) db.exec("rollback");
        throw error;
      }
    },
    prune: (since) => {
      forget.run(Math.round(since));
    },
    close: () => db.close(),
  };
}

const moveAside = (path: string, now: Instant): string => {
  const moved = `${path}.broken-${new Date(now).toISOString().replaceAll(":", "")}`;
  for (const suffix of ["", "-wal", "-shm"])
    if (existsSync(path + suffix)) renameSync(path + suffix, moved + suffix);
  return moved;
};

class NewerFile extends Error {
  readonly kind = "newer";
  constructor(found: number) {
    super(`a later version of Headgate wrote it (format ${found}; this one knows ${version})`);
  }
}

class BrokenFile extends Error {
  readonly kind = "broken";
}

/** SQLite's primary result codes. */
const codes: Readonly<Record<number, StoreFailure>> = {
  5: "locked",
  6: "locked",
  8: "readOnly",
  11: "broken",
  13: "full",
  14: "missing",
  26: "broken",
};

export const failureOf = (error: unknown): { readonly kind: StoreFailure; readonly says: string } => {
  const says = error instanceof Error ? error.message : String(error);
  if (error instanceof NewerFile || error instanceof BrokenFile) return { kind: error.kind, says };
  const { errcode } = error as { errcode?: number };
  // The upper bits tell more of the same.
  return { kind: (errcode === undefined ? undefined : codes[errcode & 0xff]) ?? "other", says };
};
