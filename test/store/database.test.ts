import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it, type TestContext } from "node:test";
import { type Database, failureOf, openDatabase, type Row } from "../../src/store/database.ts";

const now = Date.parse("2026-11-23T19:20:00.000Z");
const MiB = 1 << 20;

const folderOf = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), "headgate-store-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const opened = (
  t: TestContext,
  path: string,
  maxBytes = MiB,
): Database & { readonly moved?: string | undefined } => {
  const result = openDatabase(path, maxBytes, now);
  assert.ok(result.ok, JSON.stringify(result));
  t.after(() => {
    try {
      result.database.close();
    } catch {
      // The test closed it.
    }
  });
  return { ...result.database, moved: result.moved };
};

const row = (target: string, value: string | null, at = now): Row => ({
  target,
  kind: "state",
  format: 1,
  at,
  value,
});

const kindOf = (run: () => void): string => {
  try {
    run();
  } catch (error) {
    return failureOf(error).kind;
  }
  return "none";
};

describe("the store's file", () => {
  it("keeps the latest of each target and kind", (t) => {
    const path = join(folderOf(t), "headgate.db");
    const database = opened(t, path);
    database.save([row("a", "1"), row("b", "2"), { ...row("a", "3"), kind: "override" }]);
    database.save([row("a", "4"), row("b", null)]);
    database.close();
    assert.deepEqual(
      opened(t, path)
        .load()
        .map(({ target, kind, value }) => [target, kind, value]),
      [
        ["a", "override", "3"],
        ["a", "state", "4"],
      ],
    );
  });

  it("has what was saved although the process never closed it", (t) => {
    const path = join(folderOf(t), "headgate.db");
    const copy = join(folderOf(t), "headgate.db");
    const database = opened(t, path);
    database.save([row("a", "1")]);
    // What a process that is killed leaves behind: the file and its log as they are.
    for (const suffix of ["", "-wal"])
      if (existsSync(path + suffix)) writeFileSync(copy + suffix, readFileSync(path + suffix));
    assert.deepEqual(
      opened(t, copy)
        .load()
        .map(({ value }) => value),
      ["1"],
    );
  });

  it("forgets what is old", (t) => {
    const database = opened(t, join(folderOf(t), "headgate.db"));
    database.save([row("a", "1", now - 10), row("b", "2", now)]);
    database.prune(now - 5);
    assert.deepEqual(
      database.load().map(({ target }) => target),
      ["b"],
    );
  });

  it("is held by one at a time", (t) => {
    const path = join(folderOf(t), "headgate.db");
    const first = opened(t, path);
    const second = openDatabase(path, MiB, now);
    assert.ok(!second.ok);
    assert.equal(second.kind, "locked");
    first.close();
    opened(t, path);
  });

  it("moves a broken file aside and begins anew", (t) => {
    const folder = folderOf(t);
    const path = join(folder, "headgate.db");
    writeFileSync(path, "this is no database, but it is long enough to be taken for one".repeat(100));
    const database = opened(t, path);
    assert.equal(database.moved, `${path}.broken-2026-11-23T192000.000Z`);
    assert.ok(existsSync(database.moved));
    database.save([row("a", "1")]);
    assert.deepEqual(database.load().length, 1);
  });

  it("finds damage within the file", (t) => {
    const path = join(folderOf(t), "headgate.db");
    const database = opened(t, path);
    database.save(Array.from({ length: 200 }, (_, n) => row(`t${n}`, "x".repeat(1000))));
    database.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 8192, 40_960);
    writeFileSync(path, bytes);
    assert.ok(opened(t, path).moved);
  });

  it("leaves alone what a later version wrote", (t) => {
    const folder = folderOf(t);
    const path = join(folder, "headgate.db");
    const later = new DatabaseSync(path);
    later.exec("pragma user_version = 99; create table x (y)");
    later.close();
    const result = openDatabase(path, MiB, now);
    assert.ok(!result.ok);
    assert.equal(result.kind, "newer");
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes("broken")),
      [],
    );
  });

  it("says so where there is no such folder", (t) => {
    const result = openDatabase(join(folderOf(t), "none", "headgate.db"), MiB, now);
    assert.ok(!result.ok);
    assert.equal(result.kind, "missing");
  });

  it("says so where it may not be written", {
    skip: process.getuid?.() === 0 && "root may write anything",
  }, (t) => {
    const path = join(folderOf(t), "headgate.db");
    opened(t, path).close();
    chmodSync(path, 0o400);
    const result = openDatabase(path, MiB, now);
    assert.ok(!result.ok);
    assert.equal(result.kind, "readOnly");
  });

  it("says so where it is full, and keeps what it has", (t) => {
    const database = opened(t, join(folderOf(t), "headgate.db"), 16 * 4096);
    database.save([row("a", "1")]);
    const fill = () => database.save([row("b", "x".repeat(MiB))]);
    assert.equal(kindOf(fill), "full");
    assert.equal(kindOf(fill), "full");
    database.save([row("a", "2")]);
    assert.deepEqual(
      database.load().map(({ value }) => value),
      ["2"],
    );
  });

  const codes: [errcode: number, kind: string][] = [
    [5, "locked"],
    [8, "readOnly"],
    [10, "other"],
    [13, "full"],
    [14, "missing"],
    [26, "broken"],
    // SQLITE_READONLY_DIRECTORY and SQLITE_CORRUPT_INDEX: more of the same.
    [1544, "readOnly"],
    [779, "broken"],
  ];
  for (const [errcode, kind] of codes)
    it(`tells SQLite's ${errcode} as ${kind}`, () =>
      assert.equal(failureOf(Object.assign(new Error("x"), { errcode })).kind, kind));
});
