/** `headgate override TARGET`: an operator's own decision, in place of the controller's until it ends by itself. */
import { parseArgs } from "node:util";
import { parseDuration } from "../config/values.ts";
import type { OverrideRequest } from "../contract/override.ts";
import type { Target } from "../contract/target.ts";
import { call, defaultUrl } from "./call.ts";
import { exit, type Io } from "./io.ts";

const usage = `headgate override TARGET --rate N|--open|--closed|--observe --for 10m [--note TEXT] [--author NAME]
       headgate override TARGET --clear
       both: [--url ${defaultUrl}] [--json]`;

const options = {
  rate: { type: "string" },
  open: { type: "boolean", default: false },
  closed: { type: "boolean", default: false },
  observe: { type: "boolean", default: false },
  clear: { type: "boolean", default: false },
  for: { type: "string" },
  note: { type: "string" },
  author: { type: "string" },
  url: { type: "string", default: defaultUrl },
  json: { type: "boolean", default: false },
} as const;

export async function override(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const { stdout, stderr } = io;
  const [target, ...more] = positionals;
  const request = requestOf(values, io.env);
  if (target === undefined || more.length > 0 || typeof request === "string") {
    if (typeof request === "string") stderr.write(`${request}\n`);
    stderr.write(`usage: ${usage}\n`);
    return exit.usage;
  }
  const answer = await call(
    values.url,
    `/v1/targets/${encodeURIComponent(target)}/override`,
    request === null
      ? { method: "DELETE" }
      : { method: "PUT", body: JSON.stringify(request), headers: { "content-type": "application/json" } },
  );
  if (!answer.ok) {
    stderr.write(`${answer.says}\n`);
    return exit.problem;
  }
  const text = await answer.response.text();
  if (values.json) stdout.write(text === "" ? "null\n" : `${text}\n`);
  else if (request === null) stdout.write(`${target}: no override\n`);
  else {
    const { decision, override: now } = JSON.parse(text) as Target;
    stdout.write(`${target}: ${decision.reason.text}\nuntil ${now?.until}\n`);
  }
  return exit.done;
}

/** null: the override is to end. A text says what is wrong with the arguments. */
const requestOf = (
  values: {
    readonly [name in "rate" | "for" | "note" | "author"]?: string | undefined;
  } & { readonly [name in "open" | "closed" | "observe" | "clear"]: boolean },
  env: Io["env"],
): OverrideRequest | null | string => {
  const { rate, note } = values;
  const words = (["open", "closed", "observe"] as const).filter((word) => values[word]);
  const asked = words.length + (rate === undefined ? 0 : 1) + (values.clear ? 1 : 0);
  if (asked !== 1) return "one of --rate, --open, --closed, --observe and --clear is needed";
  if (values.clear) return null;
  const ttlMs = values.for === undefined ? undefined : parseDuration(values.for);
  if (ttlMs === undefined) return "--for says how long it holds, with its unit: 30s, 10m, 2h, 7d";
  const number = Number(rate);
  if (rate !== undefined && !(number > 0 && Number.isFinite(number)))
    return `--rate: ${JSON.stringify(rate)} is not a number of messages per second, above 0`;
  const author = values.author ?? env.USER ?? env.LOGNAME;
  return {
    override: words[0] ?? number,
    ttlMs,
    ...(note !== undefined && { note }),
    ...(author !== undefined && author !== "" && { author }),
  };
};
