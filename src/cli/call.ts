/** A call to a running daemon, for commands; what went wrong is told in one line. */
import type { Problem } from "../contract/problem.ts";

export const defaultUrl = "http://127.0.0.1:4290";

export type CallAnswer =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly says: string };

export async function call(url: string, path: string, init: RequestInit = {}): Promise<CallAnswer> {
  let response: Response;
  try {
    response = await fetch(new URL(path, url), init);
  } catch (error) {
    return { ok: false, says: `no answer from ${url}: ${reasonOf(error)}` };
  }
  if (response.ok) return { ok: true, response };
  const text = await response.text().catch(() => "");
  return { ok: false, says: problemText(text) ?? `${url} answered ${response.status}` };
}

const reasonOf = (error: unknown): string => {
  const { cause } = error as { cause?: unknown };
  const inner = cause instanceof Error ? cause : error;
  return inner instanceof Error ? inner.message : String(inner);
};

/** The sentence of a problem document, with what did not fit. */
const problemText = (text: string): string | undefined => {
  try {
    const { detail, errors = [] } = JSON.parse(text) as Partial<Problem>;
    if (typeof detail !== "string") return undefined;
    const lines = errors.map(
      ({ field, value, allowed }) => `  ${field}: ${value ?? "nothing"}; allowed is ${allowed}`,
    );
    return errors.length > 1 ? [detail, ...lines].join("\n") : detail;
  } catch {
    return undefined;
  }
};
