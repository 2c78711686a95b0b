/** `${NAME}` in a text of the configuration: a value from the environment. `$${` stands for `${` itself. */

export type Environment = Readonly<Record<string, string | undefined>>;

export type Substituted =
  | { readonly ok: true; readonly text: string }
  /** `says` names the variable, never a value. */
  | { readonly ok: false; readonly says: string };

const reference = /\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?/g;

export const substitute = (text: string, env: Environment): Substituted => {
  const missing: string[] = [];
  let malformed = false;
  const result = text.replace(reference, (found, name: string | undefined) => {
    if (found === "$${") return "${";
    if (name === undefined) {
      malformed = true;
      return "";
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) missing.push(name);
    return value ?? "";
  });
  if (malformed)
    return {
      ok: false,
      says: `has \${ without a variable's name and }; write \${NAME}, or $\${ for the characters themselves`,
    };
  if (missing.length > 0)
    return { ok: false, says: `needs ${missing.join(" and ")} in the environment, where it is not set` };
  return { ok: true, text: result };
};
