/** `headgate record TARGET`: a running daemon's events of a target as JSON lines, its state first, until stopped. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { parseArgs } from "node:util";
import { call, defaultUrl } from "./call.ts";
import { exit, type Io } from "./io.ts";

const usage = `headgate record TARGET [--url ${defaultUrl}]`;

export async function record(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { url: { type: "string", default: defaultUrl } },
    allowPositionals: true,
  });
  const { signal, stdout, stderr } = io;
  const [target, ...more] = positionals;
  if (target === undefined || more.length > 0) {
    stderr.write(`usage: ${usage}\n`);
    return exit.usage;
  }
  const answer = await call(values.url, `/v1/targets/${encodeURIComponent(target)}/events`, { signal });
  if (!answer.ok) {
    if (signal.aborted) return exit.done;
    stderr.write(`${answer.says}\n`);
    return exit.problem;
  }
  try {
    const { body } = answer.response;
    if (body !== null)
      await pipeline(Readable.fromWeb(body as ReadableStream), stdout, { end: false, signal });
  } catch {
    if (signal.aborted) return exit.done;
  }
  stderr.write("the recording ends here: the daemon stopped, or it cut off a reader that was too slow\n");
  return exit.problem;
}
