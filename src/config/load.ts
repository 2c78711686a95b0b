/** From the text of a configuration to a checked one, or to all that is wrong with it. */
import { promises as files } from "node:fs";
import { type Config, toConfig } from "./config.ts";
import { fileProblem, maxFileSize, readDocument, tooLong } from "./document.ts";
import type { Environment } from "./environment.ts";
import { toFault } from "./issues.ts";
import { type Fault, formatPath, type Path, type Problem } from "./problem.ts";
import { checkRules } from "./rules.ts";
import { fileSchema } from "./schema.ts";

export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Problem[] }
  /** `problems` has at least one; both lists are in the order of the file. */
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** `text` is YAML or JSON; `${NAME}` in it is taken from `env`. Never throws. */
export const parseConfig = (text: string, { env }: { readonly env: Environment }): ConfigResult => {
  const reading = readDocument(text, env);
  if (!reading.ok) return { ok: false, problems: [reading.problem], warnings: [] };
  const { document } = reading;
  const parsed = fileSchema.safeParse(document.value);
  const issues = parsed.error?.issues.map((issue) => toFault(issue, document.value)) ?? [];
  const rules = checkRules(document);
  const inOrder = (faults: readonly Fault[]): readonly Problem[] =>
    faults.map(document.problem).sort((a, b) => a.line - b.line || a.column - b.column);
  const final = new Set(document.faults.filter((fault) => fault.final).map(({ path }) => formatPath(path)));
  const open = [...issues, ...rules.faults].filter(({ path }) => !isBelow(final, path));
  const problems = inOrder([...document.faults, ...open]);
  const warnings = inOrder(rules.warnings);
  return parsed.success && problems.length === 0
    ? { ok: true, config: toConfig(parsed.data), warnings }
    : { ok: false, problems, warnings };
};

/** Reads the file at `path`, at most 1 MiB of it. A file that cannot be read is a problem like others. */
export const loadConfig = async (path: string, env: Environment): Promise<ConfigResult> => {
  const refuse = (message: string): ConfigResult => ({
    ok: false,
    problems: [fileProblem(message)],
    warnings: [],
  });
  let text: string;
  try {
    const file = await files.open(path);
    const bytes = await readUpTo(file, maxFileSize + 1).finally(() => file.close());
    if (bytes.length > maxFileSize) return refuse(tooLong);
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    return refuse(unreadable(error));
  }
  return parseConfig(text, { env });
};

/** Not by the size that the file claims: a pipe has none, a device no end. */
const readUpTo = async (file: files.FileHandle, limit: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  while (length < limit) {
    const { bytesRead } = await file.read(buffer, length, limit - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
};

const unreadable = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EACCES":
      return "the file may not be read (permission denied)";
    case "EISDIR":
      return "this is a directory, not a file";
    case "ERR_ENCODING_INVALID_ENCODED_DATA":
      return "the file is not UTF-8 text";
    default:
      return `the file cannot be read: ${message}`;
  }
};

/** Whether `path` or one above it is among `tops`. */
const isBelow = (tops: ReadonlySet<string>, path: Path): boolean =>
  tops.size > 0 && [...path.keys(), path.length].some((end) => tops.has(formatPath(path.slice(0, end))));
