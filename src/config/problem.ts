/** What is wrong with a configuration, for people and for programs. */
import { nearest } from "../core/nearest.ts";

/** Keys and list indices from the top of the file to a value; empty is the file as a whole. */
export type Path = readonly (string | number)[];

/** A scalar as it stands in the file, `${NAME}` unsubstituted; other values are not repeated in a problem. */
export type Written = string | number | boolean | null;

export interface Problem {
  /** `targets.orders.topics[0]`; empty for the file as a whole. */
  readonly path: string;
  /** From 1, of the key (for a list: of the item), or of the nearest key above it where it is missing. */
  readonly line: number;
  readonly column: number;
  /** What stands in the file; absent where nothing does, or a list or a mapping. */
  readonly value?: Written;
  /** A sentence without the path, with the value. */
  readonly message: string;
  readonly allowed?: string;
  readonly nearest?: string;
}

/** A problem before it has its place in the file. */
export interface Fault {
  readonly path: Path;
  /** Goes on where the value ends: `is not a duration`. */
  readonly says: string;
  /** The sentence is about the key or the file: the value, which may be anything, is not repeated. */
  readonly hideValue?: boolean;
  readonly allowed?: string;
  readonly nearest?: string;
  /** Nothing more can be said of the value, or of what is in it. */
  readonly final?: boolean;
  /** Where it stands, if not where `path` does. */
  readonly offset?: number;
}

/** The end of a sentence on a name that is not known, and the nearest of those that are. */
export interface Suggestion {
  readonly hint: string;
  readonly nearest?: string;
}

export const suggest = (name: unknown, known: Iterable<string>): Suggestion => {
  const [best] = typeof name === "string" ? nearest(name, known, 1) : [];
  return best === undefined ? { hint: "" } : { hint: `; did you mean ${best}?`, nearest: best };
};

export const notAvailable = "is not available in this version of Headgate";

const plain = /^[A-Za-z0-9_~-]+$/;

/** `targets.orders.topics[0]`; a key with a dot or a stranger letter in it as `targets["a.b"]`. */
export const formatPath = (path: Path): string => {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!plain.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
};

/** One line a problem: `headgate.yaml:12:5  targets.a.setpoint: "10" is not a duration; …`. */
export const formatProblems = (problems: readonly Problem[], fileName: string): string => {
  const places = problems.map(({ line, column }) => `${fileName}:${line}:${column}`);
  const width = places.reduce((widest, place) => Math.max(widest, place.length), 0);
  return problems
    .map(({ path, message }, index) => {
      const place = (places[index] ?? fileName).padEnd(width);
      return `${place}  ${path === "" ? "" : `${path}: `}${message}`;
    })
    .join("\n");
};
