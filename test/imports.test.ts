/** The table of who may import what (biome.json holds it) fails where it should, and only there. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const from = (specifier: string) => `import { a } from "${specifier}";\na();\n`;

const refused: [folder: string, code: string][] = [
  ["core", from("../daemon/board.ts")],
  ["core", from("zod")],
  ["core", from("node:fs")],
  ["core", 'const a = await import("../daemon/board.ts");\na();\n'],
  ["core", 'export * from "../daemon/board.ts";\n'],
  ["core", "export const now = () => Date.now();\n"],
  ["core", "export const later = () => setTimeout(() => {}, 1);\n"],
  ["core/lag", from("../../config/config.ts")],
  ["contract", from("../core/units.ts")],
  ["contract", from("express")],
  ["config", from("../daemon/board.ts")],
  ["adapters/kafka", from("../memory/queue.ts")],
  ["adapters/kafka", from("prom-client")],
  ["adapters/kafka/protocol", from("../../memory/queue.ts")],
  ["adapters/memory", from("kafkajs")],
  ["daemon", from("../adapters/memory/queue.ts")],
  ["daemon", from("../metrics/metrics.ts")],
  ["http", from("../cli/io.ts")],
  ["http", from("../config/config.ts")],
  ["http", from("prom-client")],
  ["store", from("../config/config.ts")],
  ["store", from("prom-client")],
  ["metrics", 'import type { a } from "../daemon/board.ts";\nexport type b = a;\n'],
  ["lab", from("../daemon/board.ts")],
  ["lab/laws", from("../../cli/io.ts")],
  ["ui", from("../http/app.ts")],
  ["daemon", from("../main.ts")],
];

const allowed: [folder: string, code: string][] = [
  ["core", from("./units.ts")],
  ["core/lag", from("../units.ts")],
  ["contract", from("zod")],
  ["config", from("../core/ports.ts")],
  ["adapters/kafka", from("kafkajs/src/cluster/index.js")],
  ["adapters/kafka/protocol", from("../bytes.ts")],
  ["adapters/kafka/protocol", from("../../../core/ports.ts")],
  ["daemon", from("../core/ports.ts")],
  ["http", from("../daemon/board.ts")],
  ["http", from("../contract/problem.ts")],
  ["http", from("express")],
  ["metrics", from("prom-client")],
  ["store", from("node:sqlite")],
  ["lab", from("../core/units.ts")],
  ["cli", from("../lab/series.ts")],
  ["cli", from("../adapters/memory/queue.ts")],
];

const nameOf = ([folder, code]: [string, string], index: number) =>
  `src/${folder}/case${index}.ts ${code.split("\n")[0]}`;

/** The paths that the linter complains of, among the cases written below a copy of the project's own rules. */
async function complaints(cases: readonly [string, string][]): Promise<Set<string>> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-imports-"));
  try {
    await copyFile(join(root, "biome.json"), join(folder, "biome.json"));
    for (const [index, [place, code]] of cases.entries()) {
      const path = join(folder, "src", place, `case${index}.ts`);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, code);
    }
    const only = ["--only=style/noRestrictedImports", "--only=style/noRestrictedGlobals"];
    const output = await new Promise<string>((resolve) => {
      const args = ["lint", "--vcs-enabled=false", "--reporter=json", "--max-diagnostics=none", ...only, "."];
      execFile(join(root, "node_modules/.bin/biome"), args, { cwd: folder }, (_, stdout) => resolve(stdout));
    });
    const report: { diagnostics: { location: { path: string } }[] } = JSON.parse(output);
    return new Set(report.diagnostics.map(({ location }) => location.path));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("import table", async () => {
  const cases = [...refused, ...allowed];
  const found = await complaints(cases);
  cases.forEach((one, index) => {
    const wanted = index < refused.length;
    it(`${wanted ? "refuses" : "allows"} ${nameOf(one, index)}`, () =>
      assert.equal(found.has(`src/${one[0]}/case${index}.ts`), wanted));
  });
});
