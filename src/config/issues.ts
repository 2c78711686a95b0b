/** The schema's issues as faults. */
import type * as z from "zod";
import { type Fault, notAvailable, type Path, suggest } from "./problem.ts";
import { laterBrokerTypes } from "./schema.ts";
import { choiceRefusal, type Details } from "./values.ts";

type Issue = z.core.$ZodIssue;

/** `root` is what the schema was given. */
export const toFault = (issue: Issue, root: unknown): Fault => {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  switch (issue.code) {
    case "custom":
      return { path, says: issue.message, ...detailsOf(issue, path) };
    case "invalid_type":
      return { path, ...wrongType(issue.expected, valueAt(root, path)) };
    case "too_small":
      return { path, says: "is empty; remove the key or list something", hideValue: true };
    case "invalid_union": {
      const written = valueAt(root, path);
      const options = "options" in issue ? issue.options.map(String) : [];
      if (written === undefined || written === null)
        return { path, says: `is missing; it takes ${options.join(" or ")}`, allowed: options.join(", ") };
      const [says, details] = choiceRefusal(written, options, laterBrokerTypes);
      return { path, says, ...details };
    }
    default:
      return { path, says: issue.message, hideValue: true };
  }
};

const detailsOf = ({ params }: z.core.$ZodIssueCustom, path: Path): Partial<Fault> => {
  const { known, later = [], ...details }: Details = params ?? {};
  return known === undefined ? details : unknownKey(path.at(-1), known, later);
};

const unknownKey = (key: unknown, known: readonly string[], later: readonly string[]): Partial<Fault> => {
  const allowed = known.join(", ");
  if (later.some((name) => name === key))
    return {
      says: `${notAvailable}; remove it, so that nobody takes it to be in force`,
      hideValue: true,
      allowed,
    };
  const { hint, nearest } = suggest(key, known);
  return {
    says: `is not a known key${hint === "" ? `; known here: ${allowed}` : hint}`,
    hideValue: true,
    allowed,
    ...(nearest === undefined ? {} : { nearest }),
  };
};

const wrongType = (expected: string, written: unknown): Pick<Fault, "says" | "allowed"> => {
  const allowed = expected === "array" ? "a list ([a, b])" : "a mapping (key: value)";
  if (written === undefined) return { says: `is missing; it takes ${allowed}`, allowed };
  if (written === null) return { says: `has no value; give it ${allowed}, or remove the key`, allowed };
  return { says: `is not ${allowed}`, allowed };
};

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? Reflect.get(value, step)
        : undefined,
    root,
  );
