/** deploy/headgate.yaml: valid as it stands, with every key of the schema and its default. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load.ts";
import { formatProblems } from "../../src/config/problem.ts";
import { referenceSections } from "../../src/config/reference.ts";

const path = fileURLToPath(new URL("../../deploy/headgate.yaml", import.meta.url));

/** Each scalar with the path that the reference calls it by, keys that are commented out included. */
const written = (): Map<string, Set<string>> => {
  const text = readFileSync(path, "utf8").replace(/^( *)# ([A-Za-z]+: )/gm, "$1$2");
  const values = new Map<string, Set<string>>();
  const note = (key: string, value: unknown): void => {
    values.set(key, (values.get(key) ?? new Set()).add(String(value)));
  };
  const walk = (value: unknown, steps: readonly string[]): void => {
    const named = steps.map((step, index) => (index === 1 && ownNames.has(steps[0] ?? "") ? "NAME" : step));
    note(named.join(".").replaceAll(".[]", "[]"), value);
    if (Array.isArray(value)) for (const item of value) walk(item, [...steps, "[]"]);
    else if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, [...steps, key]);
  };
  walk(parse(text), []);
  return values;
};

const ownNames = new Set(["brokers", "targets", "gates", "tenants"]);

describe("deploy/headgate.yaml", () => {
  it("is valid, without a warning", async () => {
    const result = await loadConfig(path, {});
    assert.equal(result.ok ? "" : formatProblems(result.problems, path), "");
    assert.deepEqual(result.warnings, []);
  });

  const values = written();
  for (const { path: section, keys } of referenceSections)
    for (const { key, fallback } of keys) {
      const [, standard] = /^`(.*)`$/.exec(fallback ?? "") ?? [];
      it(`has ${section}.${key}${standard === undefined ? "" : `: ${standard}`}`, () => {
        const found = values.get(`${section}.${key}`);
        assert.ok(found !== undefined);
        if (standard !== undefined) assert.ok(found.has(standard), `found ${[...found]}`);
      });
    }
});
