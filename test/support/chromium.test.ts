import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { screenshot } from "./chromium.ts";
import { leftOut } from "./given.ts";

it("Chromium takes a picture of a page", { skip: leftOut("chromium") }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-picture-"));
  try {
    const file = join(folder, "page.png");
    await screenshot("data:text/html,<h1>orders</h1>", file, 400, 200);
    const picture = await readFile(file);
    assert.deepEqual(picture.subarray(0, 8), Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
    // Width and height of the header.
    assert.deepEqual([picture.readUInt32BE(16), picture.readUInt32BE(20)], [400, 200]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
