/** What a message shows of what was sent. */

const mostShown = 100;

export const excerpt = (text: string): string =>
  text.length > mostShown ? `${text.slice(0, mostShown - 1)}…` : text;

/** Of a value out of JSON, as it stood there. */
export function excerptOf(value: unknown): string {
  try {
    return excerpt(JSON.stringify(value));
  } catch (error) {
    // What JSON.parse reads may be nested more deeply than JSON.stringify writes.
    if (error instanceof RangeError) return "(too deeply nested to be shown)";
    throw error;
  }
}
