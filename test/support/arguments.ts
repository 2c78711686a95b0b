/** The command line of `npm test`. */
import { type Need, needs } from "./given.ts";

export interface RunArguments {
  readonly without: readonly Need[];
  /** Options for `node --test`. */
  readonly options: readonly string[];
  /** Test files, or patterns of them; those of the whole project where none is named. */
  readonly files: readonly string[];
}

const isNeed = (name: string): name is Need => needs.some((need) => need === name);

/**
 * `[--without NAME[,NAME]]… [options of node --test]… [files or folders]…`. `kind` tells what a word is on the disk:
 * one that is neither file nor folder is an option or the value of one. Throws for an unknown name.
 */
export const parseArguments = (
  words: readonly string[],
  kind: (path: string) => "file" | "folder" | undefined,
): RunArguments => {
  const without: Need[] = [];
  const options: string[] = [];
  const files: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--without" || word.startsWith("--without=")) {
      const value = word === "--without" ? (words[++at] ?? "") : word.slice("--without=".length);
      for (const name of value.split(",")) {
        if (!isNeed(name))
          throw new Error(`--without ${name || "…"}: takes ${needs.join(", ")}, or several with commas`);
        without.push(name);
      }
      continue;
    }
    const found = word.startsWith("-") ? undefined : kind(word);
    if (found === "file") files.push(word);
    else if (found === "folder") files.push(`${word.replace(/\/+$/, "")}/**/*.test.ts`);
    else if (/\.ts$|\*/.test(word)) files.push(word);
    else options.push(word);
  }
  return { without, options, files: files.length > 0 ? files : ["test/**/*.test.ts"] };
};
