/** The JSON body of a request, by its schema, whose messages say what is allowed. */
import type * as z from "zod";

export type Body = z.ZodType;
export type BodyValue<B extends Body> = z.infer<B>;

/** One trouble with a body. */
export interface BodyTrouble {
  /** `leases[0].wants`; `body` for the whole of it. */
  readonly field: string;
  /** What stands there; undefined where nothing does. */
  readonly value: unknown;
  readonly allowed: string;
}

export const readBodyValue = <B extends Body>(
  value: unknown,
  body: B,
):
  | { readonly ok: true; readonly value: BodyValue<B> }
  | { readonly ok: false; readonly troubles: readonly BodyTrouble[] } => {
  const result = body.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, troubles: result.error.issues.flatMap((issue) => troublesOf(issue, value)) };
};

const troublesOf = (issue: z.core.$ZodIssue, root: unknown): readonly BodyTrouble[] => {
  const at = (path: readonly PropertyKey[]) => ({
    field: path.length === 0 ? "body" : nameOf(path),
    value: path.reduce<unknown>(
      (value, step) => (typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined),
      root,
    ),
  });
  if (issue.code !== "unrecognized_keys") return [{ ...at(issue.path), allowed: issue.message }];
  return issue.keys.map((key) => ({ ...at([...issue.path, key]), allowed: "no such member" }));
};

const nameOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((name, step) => {
    if (typeof step === "number") return `${name}[${step}]`;
    return name === "" ? String(step) : `${name}.${String(step)}`;
  }, "");
