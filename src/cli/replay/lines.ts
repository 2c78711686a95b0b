/** A stream of bytes as lines, one at a time as they come; nothing is read ahead of whoever takes them. */

/** Bytes of one line: an observation of a hundred thousand parts fits. */
export const longestLine = 16 << 20;

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Undefined where the line is longer than it may be. */
  readonly text: string | undefined;
}

export async function* linesOf(
  input: AsyncIterable<Uint8Array | string>,
  longest = longestLine,
): AsyncGenerator<Line> {
  let number = 0;
  let pieces: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer): void => {
    length += piece.length;
    // What belongs to a line that is too long is dropped as it comes.
    if (length > longest) pieces = [];
    else pieces.push(piece);
  };
  const end = (): Line => {
    number += 1;
    const text = length > longest ? undefined : Buffer.concat(pieces).toString("utf8");
    pieces = [];
    length = 0;
    return { number, text };
  };
  for await (const chunk of input) {
    let rest =
      typeof chunk === "string"
        ? Buffer.from(chunk)
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
      take(rest.subarray(0, at));
      rest = rest.subarray(at + 1);
      yield end();
    }
    if (rest.length > 0) take(rest);
  }
  if (length > 0) yield end();
}
