/** Fields that a request carries as strings, in its query or its headers, by their schema. */
import * as z from "zod";

export type Fields = z.ZodObject;
export type FieldValues<F extends Fields> = z.infer<F>;

/** For a call that takes none. */
export const noFields = z.object({});

/** One trouble with a field; its value is what was given. */
export interface FieldTrouble {
  readonly field: string;
  readonly allowed: string;
}

export const readFields = <F extends Fields>(
  values: Readonly<Record<string, string>>,
  fields: F,
):
  | { readonly ok: true; readonly values: FieldValues<F> }
  | { readonly ok: false; readonly troubles: readonly FieldTrouble[] } => {
  const result = fields.safeParse(values);
  if (result.success) return { ok: true, values: result.data };
  const troubles = result.error.issues.map(({ path, message }) => ({
    field: String(path[0]),
    allowed: message,
  }));
  return { ok: false, troubles };
};
