/** What the README and the pages show is run or parsed: configurations, commands, links. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parseConfig } from "../src/config/load.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync(join(root, "docs"))
    .filter((page) => page.endsWith(".md"))
    .map((page) => `docs/${page}`),
];
const scripts: Record<string, string> = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts;
const commands = ["demo", "serve", "check", "override", "record", "replay", "simulate"];

const blocksOf = (text: string, language: string): string[] =>
  [...text.matchAll(/^```(\w+)\n(.*?)^```/gms)]
    .filter(([, kind]) => kind === language)
    .map(([, , body = ""]) => body);

for (const page of pages) {
  const text = readFileSync(join(root, page), "utf8");

  describe(page, () => {
    it("links to what is there", () => {
      for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (/^https?:/.test(target)) continue;
        const path = join(root, dirname(page), target);
        assert.ok(existsSync(path), `${page} links to ${relative(root, path)}`);
      }
    });

    it("names only scripts and commands that there are", () => {
      for (const [, name = ""] of text.matchAll(/npm run ([\w:-]+)/g))
        assert.ok(scripts[name], `npm run ${name}`);
      for (const [, name = ""] of text.matchAll(/node src\/main\.ts (\w+)/g))
        assert.ok(commands.includes(name), name);
    });

    for (const [index, body] of blocksOf(text, "yaml").entries()) {
      it(`shows a configuration that is right (${index + 1})`, () => {
        const whole = /^brokers:/m.test(body);
        if (!whole) return assert.fail(`a configuration without brokers cannot be checked:\n${body}`);
        const parsed = parseConfig(body, { env: process.env });
        assert.ok(parsed.ok, parsed.ok ? "" : JSON.stringify(parsed.problems));
      });
    }
  });
}
