/** What a run on a real broker has to show, and whether it did. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly shown: string;
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Prints them; answers how many are not as they must be. */
export function showFindings(found: readonly Finding[]): number {
  process.stdout.write("\n");
  for (const { name, ok, shown } of found)
    process.stdout.write(`  ${ok ? "ok    " : "MISSED"}  ${name}: ${shown}\n`);
  return found.filter(({ ok }) => !ok).length;
}

/** Prints a line with the seconds since it was made. */
export function teller(): (line: string) => void {
  const began = performance.now();
  return (line) => {
    process.stdout.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
  };
}
