import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseArguments } from "./arguments.ts";

const disk: Record<string, "file" | "folder"> = { "test/core": "folder", "test/a.test.ts": "file" };
const parse = (line: string) => parseArguments(line === "" ? [] : line.split(" "), (path) => disk[path]);

describe("the command line of npm test", () => {
  const cases: readonly [string, ReturnType<typeof parse>][] = [
    ["", { without: [], options: [], files: ["test/**/*.test.ts"] }],
    ["--without kafka", { without: ["kafka"], options: [], files: ["test/**/*.test.ts"] }],
    [
      "--without=kafka,promtool test/core",
      { without: ["kafka", "promtool"], options: [], files: ["test/core/**/*.test.ts"] },
    ],
    [
      "test/core test/a.test.ts",
      { without: [], options: [], files: ["test/core/**/*.test.ts", "test/a.test.ts"] },
    ],
    [
      "--test-name-pattern lag test/a.test.ts",
      { without: [], options: ["--test-name-pattern", "lag"], files: ["test/a.test.ts"] },
    ],
    ["test/missing.test.ts", { without: [], options: [], files: ["test/missing.test.ts"] }],
  ];
  for (const [line, expected] of cases) it(line || "nothing", () => assert.deepEqual(parse(line), expected));

  it("refuses to leave out what it does not know", () => {
    for (const line of ["--without", "--without kafak", "--without kafka,"])
      assert.throws(() => parse(line), /takes kafka, promtool, chromium/);
  });
});
