/** The text of a configuration as plain values, with the place of each. YAML; JSON is YAML too. */
import { LineCounter, parseDocument, type YAMLError } from "yaml";
import type { Environment } from "./environment.ts";
import { type Fault, formatPath, type Path, type Problem, type Written } from "./problem.ts";
import { buildTree, type Place, tooDeep } from "./tree.ts";

/** Bytes of UTF-8. */
export const maxFileSize = 1 << 20;

export const tooLong = "the file is longer than 1 MiB";

export interface Document {
  /** Mappings as objects, lists as arrays, scalars as YAML's core schema reads them, `${NAME}` substituted. */
  readonly value: Readonly<Record<string, unknown>>;
  /** What is wrong whatever the keys mean: keys that stand twice, variables that are not set. */
  readonly faults: readonly Fault[];
  /** The value at `path` as a message may show it, `${NAME}` as it stands; undefined where there is none. */
  show(path: Path): string | undefined;
  problem(fault: Fault): Problem;
}

export type Reading =
  | { readonly ok: true; readonly document: Document }
  | { readonly ok: false; readonly problem: Problem };

/** A problem of the file as a whole. */
export const fileProblem = (message: string, line = 1, column = 1): Problem => ({
  path: "",
  line,
  column,
  message,
});

export const readDocument = (text: string, env: Environment): Reading => {
  if (Buffer.byteLength(text) > maxFileSize) return { ok: false, problem: fileProblem(tooLong) };
  const lines = new LineCounter();
  const position = (offset: number): [line: number, column: number] => {
    const { line, col } = lines.linePos(offset);
    return [Math.max(1, line), Math.max(1, col)];
  };
  const refuse = (message: string, offset = 0): Reading => ({
    ok: false,
    problem: fileProblem(message, ...position(offset)),
  });
  // Keys that stand twice are found by the walk below: the library's own check takes time with the square of
  // the number of keys.
  const yaml = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
    resolveKnownTags: false,
  });
  // The first error only: those that follow are mostly its consequences. An unknown tag is a mere warning to
  // YAML, but `!secret x` is not what whoever wrote it expects.
  const error = yaml.errors[0] ?? yaml.warnings[0];
  if (error !== undefined) return refuse(describe(error, text), error.pos[0]);

  const { value, place: root, faults, fatal } = buildTree(yaml.contents, env);
  if (fatal !== undefined) return refuse(fatal.says, fatal.offset);
  if (root.kind === "list") return refuse("the file is a list; it must be a mapping (key: value)");
  if (root.kind === "scalar")
    return refuse(
      root.written === null
        ? "the file is empty; it needs brokers and targets"
        : "the file is a single value; it must be a mapping (key: value)",
    );

  const problem = (fault: Fault): Problem => {
    const { place, inside } = find(root, fault.path);
    const value = fault.hideValue !== true && inside ? scalarOf(place) : undefined;
    const shown = fault.hideValue !== true && inside ? showPlace(place) : undefined;
    const [line, column] = position(fault.offset ?? place.offset);
    return {
      path: formatPath(fault.path),
      line,
      column,
      ...(value === undefined ? {} : { value }),
      message: shown === undefined ? fault.says : `${shown} ${fault.says}`,
      ...(fault.allowed === undefined ? {} : { allowed: fault.allowed }),
      ...(fault.nearest === undefined ? {} : { nearest: fault.nearest }),
    };
  };
  const show = (path: Path): string | undefined => {
    const { place, inside } = find(root, path);
    return inside ? showPlace(place) : undefined;
  };
  return { ok: true, document: { value: value as Record<string, unknown>, faults, show, problem } };
};

const describe = ({ code, message, pos: [offset] }: YAMLError, text: string): string => {
  switch (code) {
    case "TAB_AS_INDENT":
      return "the line is indented with a tab; YAML takes blanks only";
    case "MULTIPLE_DOCS":
      return "a second document begins here (---); a configuration is one";
    case "RESOURCE_EXHAUSTION":
      return tooDeep;
    case "NON_STRING_KEY":
      return "a key is a list or a mapping; it must be a plain name";
    case "TAG_RESOLVE_FAILED":
      return "a tag (!name) stands here; tags mean nothing in a configuration";
  }
  if (text.slice(offset - 1, offset + 1) === "${")
    return `inside { } and [ ] a value with \${NAME} needs quotes: "\${NAME}"`;
  // What the library quotes of the file may be a secret that should not stand there.
  return `not valid YAML: ${message.replace(/: ".*/s, "")}`;
};

/**
 * The place at `path`, or else the nearest above it. `inside` says whether what `path` means stands there: it
 * does in a text that holds several values, such as addresses with commas between them.
 */
const find = (root: Place, path: Path): { readonly place: Place; readonly inside: boolean } => {
  let place = root;
  for (const step of path) {
    const next = place.kind === "scalar" ? undefined : place.inner.get(step);
    if (next === undefined) return { place, inside: place.kind === "scalar" };
    place = next;
  }
  return { place, inside: true };
};

/** What stands before an @ may be a user and a password, whoever put them there. */
const redact = (text: string): string =>
  text.replace(/[^\s,/]+/g, (word) => {
    const at = word.lastIndexOf("@");
    return at === -1 ? word : `***${word.slice(at)}`;
  });

const scalarOf = (place: Place): Written | undefined =>
  place.kind !== "scalar"
    ? undefined
    : typeof place.written === "string"
      ? redact(place.written)
      : place.written;

const longestShown = 100;

const showPlace = (place: Place): string | undefined => {
  const value = scalarOf(place);
  if (value === undefined) return place.kind === "list" ? "a list" : "a mapping";
  if (value === null) return undefined;
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > longestShown ? `${value.slice(0, longestShown)}…` : value);
};
