import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { Saved, Store } from "../../src/core/ports.ts";
import { createStore } from "../../src/store/store.ts";
import { until } from "../support/processes.ts";

interface Logged {
  readonly level: string;
  readonly text: string;
}

const open = (t: TestContext, path: string, worker?: URL): { store: Store; logged: Logged[] } => {
  const logged: Logged[] = [];
  const at = (level: string) => (_: unknown, text: string) => logged.push({ level, text });
  const log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const clock = () => performance.timeOrigin + performance.now();
  const store = createStore({ path, keepMs: 1e9, maxBytes: 1 << 20, clock, log, ...(worker && { worker }) });
  t.after(() => store.stop());
  return { store, logged };
};

const folderOf = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), "headgate-store-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const saved = (target: string, value: unknown): Saved => ({
  target,
  kind: "state",
  format: 1,
  at: Date.now(),
  value,
});
const holds = (what: string, condition: () => boolean) => until(what, 20_000, () => condition() || undefined);

describe("the store", () => {
  it("saves what is current, and gives it back", async (t) => {
    const path = join(folderOf(t), "headgate.db");
    const { store } = open(t, path);
    assert.deepEqual(await store.load(), []);
    for (let n = 0; n < 1000; n += 1) store.save(saved("orders", { n, nothing: null }));
    assert.equal(store.view().waiting, 1);
    await holds("saved", () => store.view().saves === 1);
    assert.equal(store.view().waiting, 0);
    store.save(saved("mails", [1]));
    await store.stop();
    const again = await open(t, path).store.load();
    assert.deepEqual(
      again.map(({ target, value }) => [target, value]),
      [
        ["mails", [1]],
        ["orders", { n: 999, nothing: null }],
      ],
    );
  });

  it("goes on without its file, says so once, and saves when there is one", async (t) => {
    const folder = join(folderOf(t), "later");
    const { store, logged } = open(t, join(folder, "headgate.db"));
    assert.deepEqual(await store.load(), []);
    assert.equal(store.view().failing, "missing");
    store.save(saved("orders", 1));
    mkdirSync(folder);
    await holds("saved", () => store.view().saves === 1);
    assert.equal(store.view().failing, null);
    assert.deepEqual(
      logged.map(({ level }) => level),
      ["error", "info"],
    );
    assert.match(logged[0]?.text ?? "", /^the store cannot be used: .*; decisions go on, from memory alone$/);
  });

  it("holds nobody up while the disk hangs", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    const { store, logged } = open(t, "/nowhere", new URL("silent.ts", import.meta.url));
    const loading = store.load();
    t.mock.timers.tick(3000);
    assert.deepEqual(await loading, []);
    t.mock.timers.tick(2000);
    assert.equal(store.view().failing, "hung");
    for (let n = 0; n < 10_000; n += 1) store.save(saved(`t${n % 10}`, n));
    t.mock.timers.tick(60_000);
    assert.equal(store.view().waiting, 10);
    assert.deepEqual(store.view().failures, { hung: 1 });
    assert.equal(logged.length, 2);
    const stopping = store.stop();
    t.mock.timers.tick(400);
    await stopping;
  });

  it("starts its worker again when that has ended", async (t) => {
    const { store } = open(t, join(folderOf(t), "x.db"), new URL("data:text/javascript,process.exit(3)"));
    assert.deepEqual(await store.load(), []);
    assert.equal(store.view().failing, "other");
    await holds("tried again", () => {
      store.save(saved("orders", 1));
      return (store.view().failures.other ?? 0) > 1;
    });
  });
});
