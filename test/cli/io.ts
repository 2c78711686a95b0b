/** What a command may touch, kept for a test to look at. */
import { PassThrough } from "node:stream";
import type { Io } from "../../src/cli/io.ts";

export interface Captured extends Io {
  output(): string;
  errors(): string;
}

export const captured = (env: Io["env"] = {}): Captured => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [output, errors]: [Buffer[], Buffer[]] = [[], []];
  stdout.on("data", (piece: Buffer) => output.push(piece));
  stderr.on("data", (piece: Buffer) => errors.push(piece));
  return {
    stdin: new PassThrough(),
    stdout,
    stderr,
    env,
    signal: new AbortController().signal,
    onHangup: () => {},
    output: () => Buffer.concat(output).toString(),
    errors: () => Buffer.concat(errors).toString(),
  };
};
