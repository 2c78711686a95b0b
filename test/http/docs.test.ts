/** docs/http-api.md shows what the API does: its examples are run, and each answer is compared with the one shown. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { problems } from "../../src/contract/problem.ts";
import { type Answer, fakeBoard, now, sourceView, targetView, unseenTarget } from "../support/board.ts";
import { type Ask, serve } from "./serving.ts";

const document = await readFile(new URL("../../docs/http-api.md", import.meta.url), "utf8");

const answer: Answer = (by) => {
  switch (by.target) {
    case "orders-billing":
      return { allowed: true, delayMs: 2.3, by };
    case "invoices":
      return { allowed: false, retryAfterMs: 1200, by };
    default:
      return { allowed: false, retryAfterMs: 5000, by };
  }
};

/** The world of the examples. */
const board = fakeBoard({
  targets: [
    targetView("orders-billing"),
    targetView("invoices", {
      decision: {
        rate: 0.9,
        reason: {
          signal: "lagSeconds",
          value: 12.4,
          setpoint: 10,
          text: "12.4 s behind, holding 10 s; consumers complete 1.1/s",
        },
        lag: { messages: 14, seconds: 12.4, method: "rate", trend: "steady" },
        version: "b7c1-4702",
      },
    }),
    targetView("payments", {
      decision: {
        state: "failing",
        rate: 1,
        reason: {
          signal: "progress",
          value: 60,
          setpoint: 60,
          text: "95 s behind, and consumers had completed nothing for 60 s; probes only, 1/s, for 5 s",
        },
        lag: { messages: 8120, seconds: 95, method: "rate", trend: "rising" },
        version: "b7c1-4709",
      },
    }),
    unseenTarget("mails", "jobs"),
  ],
  gates: { orders: ["orders-billing"] },
  sources: [
    sourceView("events", { targets: 3 }),
    sourceView("jobs", {
      type: "memory",
      targets: 1,
      reachable: false,
      requests: {},
      errors: { unreachable: 12 },
      lastError: { at: now - 1500, kind: "unreachable", message: "connect ECONNREFUSED 127.0.0.1:5672" },
    }),
  ],
  answer,
});

interface Example {
  readonly path: string;
  readonly ask: Ask;
  /** The answer as it is shown; undefined where it is not. */
  readonly shown: { readonly kind: string; readonly text: string } | undefined;
}

/** A curl line of the document: an address, `-X`, `-H`, `-d`, and `-i`, which the answer's kind tells already. */
const readCurl = (line: string): Pick<Example, "path" | "ask"> => {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
  const headers: Record<string, string> = {};
  let method = "GET";
  let path: string | undefined;
  let body: string | undefined;
  for (let index = 1; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "-X") method = words[++index] ?? "";
    else if (word === "-H") {
      const [name = "", value = ""] = (words[++index] ?? "").split(": ");
      headers[name] = value;
    } else if (word === "-d") body = words[++index];
    else if (word.startsWith("http://127.0.0.1:4290/")) path = word.replace("http://127.0.0.1:4290", "");
    else assert.equal(word, "-i", `an option that this test cannot read: ${line}`);
  }
  assert.ok(path !== undefined, line);
  return { path, ask: { method, headers, ...(body !== undefined && { body }) } };
};

const examples: Example[] = [
  ...document.matchAll(/```sh\n(curl [^\n]+)\n```(?:\n\n```(http|json)\n(.*?)\n```)?/gs),
].map(([, line = "", kind, text = ""]) => ({
  ...readCurl(line),
  shown: kind === undefined ? undefined : { kind, text },
}));

describe("docs/http-api.md", () => {
  it("has examples, and none in a form that is not run", () => {
    assert.ok(examples.length > 8);
    assert.equal(
      document.match(/```(?:sh|http|json)/g)?.length,
      examples.length + examples.filter(({ shown }) => shown).length,
    );
  });

  for (const { path, ask, shown } of examples)
    it(`shows what ${ask.method} ${path} answers`, async () => {
      await using app = await serve(board);
      const { status, headers, json } = await app.ask(path, ask);
      if (shown === undefined) assert.equal(status, 200);
      else if (shown.kind === "json") assert.deepEqual(JSON.parse(shown.text), json);
      else {
        const [head = "", body] = shown.text.split("\n\n");
        const [first, ...lines] = head.split("\n");
        assert.match(first ?? "", new RegExp(`^HTTP/1\\.1 ${status} `));
        for (const line of lines) {
          const at = line.indexOf(": ");
          assert.equal(headers[line.slice(0, at).toLowerCase()], line.slice(at + 2), line);
        }
        assert.deepEqual(body === undefined ? undefined : JSON.parse(body), json);
      }
    });

  it("lists every type of problem with its status", () => {
    const listed = [...document.matchAll(/^\| `(\w+)` \| (\d{3})/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    assert.deepEqual(
      listed,
      problems.map(({ code, status }) => [code, status]),
    );
  });
});
