/** `npm run docs`: writes the generated pages anew; with --check it only says which are out of date, exit 1 then. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { configurationReference } from "../src/config/reference.ts";
import { metricsReference } from "../src/metrics/reference.ts";

const docs = fileURLToPath(new URL("../docs", import.meta.url));

const pages = [
  ["configuration.md", configurationReference],
  ["metrics.md", metricsReference],
] as const;

const checkOnly = process.argv.includes("--check");
for (const [page, text] of pages) {
  const path = join(docs, page);
  if ((await readFile(path, "utf8").catch(() => "")) === text()) continue;
  if (checkOnly) {
    process.stderr.write(`docs/${page} is out of date; npm run docs writes it anew\n`);
    process.exitCode = 1;
  } else {
    await writeFile(path, text());
    process.stdout.write(`docs/${page} written\n`);
  }
}
