import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { cached, cacheFolder } from "./cache.ts";

describe("the folder of the cache", () => {
  const cases: readonly [string, NodeJS.Platform, Record<string, string>, string][] = [
    ["as named", "linux", { HEADGATE_CACHE: "/c", XDG_CACHE_HOME: "/x" }, "/c"],
    ["XDG's", "linux", { XDG_CACHE_HOME: "/x" }, "/x/headgate"],
    ["Linux'", "linux", {}, "/home/me/.cache/headgate"],
    ["macOS'", "darwin", {}, "/home/me/Library/Caches/headgate"],
    ["Windows'", "win32", { LOCALAPPDATA: "/local" }, "/local/headgate/cache"],
  ];
  for (const [name, platform, env, folder] of cases)
    it(name, () => assert.equal(cacheFolder(env, platform, "/home/me"), folder));
});

describe("what is cached", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "headgate-cache-test-"));
  });
  afterEach(() => rm(root, { recursive: true }));

  const fillWith = (text: string) => (folder: string) => writeFile(join(folder, "content"), text);

  it("is brought once", async () => {
    const first = await cached("thing", fillWith("one"), root);
    const second = await cached("thing", fillWith("two"), root);
    assert.equal(first, second);
    assert.equal(await readFile(join(second, "content"), "utf8"), "one");
  });

  it("appears whole, whoever of two comes first, and nothing else stays", async () => {
    // The second has begun before the first is done, and ends after it.
    let first: Promise<string> | undefined;
    const folder = await cached(
      "thing",
      async (filling) => {
        first = cached("thing", fillWith("first"), root);
        await writeFile(join(filling, "content"), "second");
        await writeFile(join(filling, "more"), "second");
        await first;
      },
      root,
    );
    assert.equal(folder, await first);
    assert.deepEqual(await readdir(folder), ["content"]);
    assert.deepEqual(await readdir(root), ["thing"]);
  });

  it("leaves nothing where it could not be brought", async () => {
    const failing = async (folder: string): Promise<void> => {
      await fillWith("half")(folder);
      throw new Error("the line went dead");
    };
    await assert.rejects(cached("thing", failing, root), /the line went dead/);
    assert.deepEqual(await readdir(root), []);
  });

  it("needs a folder that can be written, and says which", async () => {
    await mkdir(join(root, "a"));
    await writeFile(join(root, "a", "file"), "");
    const inFile = join(root, "a", "file");
    await assert.rejects(
      cached("thing", fillWith(""), inFile),
      /Cannot write to the cache .*file.*HEADGATE_CACHE/,
    );
  });
});
