import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { serve } from "../http/serving.ts";
import { fakeBoard, now, sourceView, targetView, unseenTarget } from "../support/board.ts";
import { chromium } from "../support/chromium.ts";
import { leftOut } from "../support/given.ts";
import { run } from "../support/processes.ts";

const board = fakeBoard({
  targets: [
    targetView("orders-billing"),
    targetView("<b>mails</b>", { decision: { state: "failing", mode: "observe", rate: 0 } }),
    unseenTarget("images", "tasks"),
  ],
  sources: [
    sourceView("events"),
    sourceView("tasks", {
      reachable: false,
      lastError: { at: now - 12_000, kind: "unreachable", message: "connect ECONNREFUSED 127.0.0.1:9324" },
    }),
  ],
});

describe("the page as it is served", () => {
  it("allows itself nothing but its own files", async () => {
    await using app = await serve(board);
    const { status, headers, text } = await app.ask("/");
    assert.equal(status, 200);
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
    assert.equal(
      headers["content-security-policy"],
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "no-referrer");
    assert.equal(headers["access-control-allow-origin"], undefined);
    assert.doesNotMatch(text, /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:/);
  });

  it("finds all its files, each with its type", async () => {
    await using app = await serve(board);
    const { text } = await app.ask("/");
    const named = [...text.matchAll(/(?:src|href)="(\/ui\/[^"]+)"/g)].map(([, path]) => path ?? "");
    const imported = [...(await app.ask("/ui/page.js")).text.matchAll(/from "\.(\/[^"]+)"/g)].map(
      ([, path]) => `/ui${path}`,
    );
    const paths = [...new Set([...named, ...imported])].sort();
    assert.deepEqual(paths, ["/ui/icon.svg", "/ui/page.js", "/ui/style.css", "/ui/words.js"]);
    const types = {
      svg: "image/svg+xml",
      js: "text/javascript; charset=utf-8",
      css: "text/css; charset=utf-8",
    };
    for (const path of paths) {
      const { status, headers } = await app.ask(path);
      assert.equal(status, 200, path);
      assert.equal(headers["content-type"], types[path.split(".").at(-1) as keyof typeof types]);
      assert.equal(headers["x-content-type-options"], "nosniff");
    }
  });

  it("links to nothing that is not there", async () => {
    await using app = await serve(board);
    const { text } = await app.ask("/");
    for (const [, path = ""] of text.matchAll(/href="([^"]+)"/g))
      assert.equal((await app.ask(path)).status, 200, path);
  });

  it("has tables with a caption and heads, and says changes politely", async () => {
    await using app = await serve(board);
    const { text } = await app.ask("/");
    assert.equal(text.match(/<table/g)?.length, text.match(/<caption>/g)?.length);
    assert.doesNotMatch(text, /<th(?![^>]*scope="col")[ >]/);
    assert.match(text, /role="status"/);
    assert.match(text, /role="alert" hidden/);
    assert.match(text, /<html lang="en">/);
  });

  it("serves every file of its folder that is for the browser", async () => {
    const files = await readdir(new URL("../../src/ui/", import.meta.url));
    const forBrowsers = files.filter((file) => !file.startsWith("tsconfig"));
    await using app = await serve(board);
    for (const file of forBrowsers)
      assert.equal((await app.ask(file === "index.html" ? "/" : `/ui/${file}`)).status, 200, file);
  });
});

/** The page as the browser has it after some seconds of its own clock, and what its console said. */
const look = async (url: string, seconds: number): Promise<{ page: string; said: readonly string[] }> => {
  const browser = await chromium();
  const profile = await mkdtemp(join(tmpdir(), "headgate-page-"));
  try {
    const options = [
      `--user-data-dir=${profile}`,
      "--dump-dom",
      "--enable-logging=stderr",
      `--virtual-time-budget=${seconds * 1000}`,
    ];
    const { code, stdout, stderr } = await run(browser.path, [...browser.args, ...options, url], {
      env: browser.env,
    });
    assert.equal(code, 0, stderr);
    return { page: stdout, said: stderr.split("\n").filter((line) => line.includes(":CONSOLE")) };
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
};

/** The text of each row of a table's body, cells separated by a bar. */
const rowsOf = (page: string, table: string): string[] => {
  const body = page.split(`id="${table}"`)[1]?.split("<tbody")[1]?.split("</tbody>")[0] ?? "";
  return body
    .split("</tr>")
    .slice(0, -1)
    .map((row) =>
      row
        .split(/<\/t[hd]>/)
        .slice(0, -1)
        .map((cell) =>
          cell
            .replace(/^.*?<t[hd][^>]*>/s, "")
            .replaceAll("<small>", ", ")
            .replaceAll(/<[^>]+>/g, "")
            .trim(),
        )
        .join(" | "),
    );
};

describe("the page in a browser", { skip: leftOut("chromium") }, () => {
  it("shows targets and sources, and breaks none of its own rules", async () => {
    await using app = await serve(board);
    const { page, said } = await look(app.url, 3);
    assert.deepEqual(said, []);
    assert.deepEqual(rowsOf(page, "targets"), [
      "orders-billing, events | throttled | 18.2 s ↘ falling, 17,290 messages | 950/s | 481/s | 431/s | 18.2 s behind, holding 10 s; consumers complete 950/s | 2 s ago",
      "&lt;b&gt;mails&lt;/b&gt;, events | failing, only observing | 18.2 s ↘ falling, 17,290 messages | 950/s | 481/s | closed | 18.2 s behind, holding 10 s; consumers complete 950/s | 2 s ago",
      "images, tasks | blind | unknown | unknown | unknown | no limit | never observed, so nothing limits | never",
    ]);
    assert.deepEqual(rowsOf(page, "sources"), [
      "events, kafka | answers | 2 | 2 s ago, took 13 ms, 3 requests | none",
      "tasks, kafka | does not answer | 2 | 2 s ago, took 13 ms, 3 requests | 12 s ago: unreachable, connect ECONNREFUSED 127.0.0.1:9324",
    ]);
    assert.match(page, /<p id="summary">3 targets: 1 failing, 1 blind, 1 throttled<\/p>/);
    assert.match(page, /id="gone"[^>]* hidden/);
    assert.match(page, /<th [^>]*scope="row"[^>]*role="rowheader"/);
  });

  it("says so when the daemon is gone, keeps what it knew, and recovers by itself", async () => {
    let asked = 0;
    const flaky = {
      ...board,
      sources: () => {
        asked += 1;
        // The second and third looks are not answered.
        if (asked === 2 || asked === 3) throw new Error("gone");
        return board.sources();
      },
    };
    await using app = await serve(flaky);
    const lost = await look(app.url, 3);
    assert.match(lost.page, /<body class="stale">/);
    assert.match(lost.page, /id="gone"[^>]*role="alert">Headgate has not answered since [^<]+from then\.</);
    assert.equal(rowsOf(lost.page, "targets").length, 3);
    asked = 1;
    const back = await look(app.url, 9);
    assert.doesNotMatch(back.page, /<body class="stale">/);
    assert.match(back.page, /id="gone"[^>]* hidden/);
    assert.equal(rowsOf(back.page, "targets").length, 3);
  });
});
