/** Files that are no configuration, and how problems are told. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatProblems } from "../../src/config/problem.ts";
import { beside, onKafka, problemsOf, said, sound, targetKeys } from "./texts.ts";

/** With the place of the one problem. */
const files: readonly (readonly [title: string, text: string, expected: string])[] = [
  ["nothing", "", "1:1  the file is empty; it needs brokers and targets"],
  ["comments only", "# soon\n", "1:1  the file is empty; it needs brokers and targets"],
  ["a list", "- a\n- b\n", "1:1  the file is a list; it must be a mapping (key: value)"],
  ["one word", "orders\n", "1:1  the file is a single value; it must be a mapping (key: value)"],
  ["a tab", "brokers:\n\tevents: {}\n", "2:1  the line is indented with a tab; YAML takes blanks only"],
  [
    "two documents",
    `${sound}---\n${sound}`,
    "3:1  a second document begins here (---); a configuration is one",
  ],
  [
    "a bracket that is not closed",
    "brokers: [a\n",
    "2:1  not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  ["a quote that is not closed", 'brokers: "a\n', '2:1  not valid YAML: Missing closing "quote'],
  ["a key that is a list", "[a]: b\n", "1:1  a key is a list or a mapping; it must be a plain name"],
  ["a tag", "brokers: !secret x\n", "1:10  a tag (!name) stands here; tags mean nothing in a configuration"],
  ["what YAML quotes is not shown", 'a: "b" hunter2\n', "1:8  not valid YAML: Unexpected scalar at node end"],
  [
    "an alias of nothing",
    onKafka("lease: *nowhere"),
    "4:34  targets.t.lease: is an alias of &nowhere, which does not stand complete before it",
  ],
  [
    "an alias in what it stands for",
    onKafka("topics: &x [*x]"),
    "4:46  targets.t.topics[0]: is an alias of &x, which does not stand complete before it",
  ],
  [
    "33 levels",
    `${beside("x: ")}${"[".repeat(40)}${"]".repeat(40)}`,
    "3:36  values are nested too deeply; at most 32 levels",
  ],
  [
    "aliases that multiply",
    `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefghi"].map((key, index) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[index]}`).join(", ")}]\n`).join("")}`,
    "6:12  more than 200000 values, aliases (*) followed",
  ],
  ["more than a mebibyte", `# ${"x".repeat(1 << 20)}\n`, "1:1  the file is longer than 1 MiB"],
];

describe("a file", () => {
  for (const [title, text, expected] of files)
    it(title, () => assert.equal(formatProblems(problemsOf(text), "file"), `file:${expected}`));

  it("of a hundred thousand levels has one problem", () => {
    const problems = problemsOf("[".repeat(100_000));
    assert.deepEqual(problems.map(said), ["values are nested too deeply; at most 32 levels"]);
  });
});

describe("problems", () => {
  it("come with value, what is allowed and the nearest name, for programs", () => {
    assert.deepEqual(problemsOf(onKafka("mode: obsreve, lease: [], setpiont: 1s")), [
      {
        path: "targets.t.mode",
        line: 4,
        column: 34,
        value: "obsreve",
        message: '"obsreve" is not one of enforce, observe; did you mean observe?',
        allowed: "enforce, observe",
        nearest: "observe",
      },
      {
        path: "targets.t.lease",
        line: 4,
        column: 49,
        message: "a list is not a mapping (key: value)",
        allowed: "a mapping (key: value)",
      },
      {
        path: "targets.t.setpiont",
        line: 4,
        column: 60,
        message: "is not a known key; did you mean setpoint?",
        allowed: targetKeys,
        nearest: "setpoint",
      },
    ]);
  });

  it("suggest no more names once thousands were compared with thousands", () => {
    const count = 3000;
    const numbered = (line: (n: number) => string) =>
      Array.from({ length: count }, (_, n) => line(n)).join("\n");
    const problems = problemsOf(
      `brokers:\n${numbered((n) => `  broker${n}: { type: memory }`)}\n` +
        `targets:\n${numbered((n) => `  t${n}: { broker: brokr${n}, queue: q }`)}\n`,
    );
    assert.equal(problems.length, count);
    assert.equal(problems[0]?.nearest, "broker0");
    assert.equal(problems.at(-1)?.message, '"brokr2999" is not one of brokers');
    assert.equal(problems.filter(({ nearest }) => nearest !== undefined).length, 300_000 / count);
  });

  it("are told in the order of the file, in aligned lines", () => {
    const lines = formatProblems(
      problemsOf("log: { level: all }\nfoo: 1\nbrokers:\n  events: { type: kafka }\n"),
      "x.yaml",
    );
    assert.equal(
      lines,
      [
        "x.yaml:1:1  targets: is missing; it takes a mapping (key: value)",
        'x.yaml:1:8  log.level: "all" is not one of debug, info, warn, error',
        "x.yaml:2:1  foo: is not a known key; known here: server, ops, store, brokers, targets, gates, tenants, log",
        "x.yaml:4:3  brokers.events.bootstrap: is missing; it takes a list ([a, b])",
      ].join("\n"),
    );
  });
});
