/** Reading the file. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { sound } from "./texts.ts";

describe("loadConfig", () => {
  const folder = mkdtempSync(join(tmpdir(), "headgate-config-"));
  after(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const told = async (path: string): Promise<string[]> => {
    const result = await loadConfig(path, {});
    return result.ok ? [] : result.problems.map(({ message }) => message);
  };

  it("takes a sound file, with a byte order mark too", async () => {
    assert.deepEqual(await told(write("sound.yaml", sound)), []);
    assert.deepEqual(await told(write("bom.yaml", `\uFEFF${sound}`)), []);
  });

  it("says that there is none", async () => {
    assert.deepEqual(await told(join(folder, "none.yaml")), ["there is no such file"]);
  });

  it("says that it is a directory", async () => {
    assert.deepEqual(await told(folder), ["this is a directory, not a file"]);
  });

  it("says what else the system says", async () => {
    const [message] = await told(join(write("file", ""), "below"));
    assert.match(message ?? "", /^the file cannot be read: ENOTDIR/);
  });

  it("says that it is no text", async () => {
    assert.deepEqual(await told(write("image.png", Buffer.from([0x89, 0x50, 0x4e, 0x47]))), [
      "the file is not UTF-8 text",
    ]);
  });

  it("does not read 100 MB", async () => {
    const path = write("large.yaml", sound);
    truncateSync(path, 100_000_000);
    assert.deepEqual(await told(path), ["the file is longer than 1 MiB"]);
  });

  it("reads what has no size of its own, and not without end", async () => {
    assert.deepEqual(await told("/dev/null"), ["the file is empty; it needs brokers and targets"]);
    assert.deepEqual(await told("/dev/zero"), ["the file is longer than 1 MiB"]);
  });
});
