/** The run of sharing.ts at its full length, with what it found. */
import { findings, runSharing } from "./sharing.ts";

const measureSeconds = 40;

/** How many of the findings are not as they must be. */
export async function showSharing(bootstrap: readonly string[]): Promise<number> {
  process.stdout.write(
    "tenants with the weights 1, 2 and 4, then three classes; the consumer can do 500/s and commits every 500 ms\n\n",
  );
  const began = performance.now();
  const figures = await runSharing(bootstrap, measureSeconds, (line) => {
    process.stdout.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
  });
  process.stdout.write("\n");
  const found = findings(figures);
  for (const { name, ok, shown } of found)
    process.stdout.write(`  ${ok ? "ok    " : "MISSED"}  ${name}: ${shown}\n`);
  return found.filter(({ ok }) => !ok).length;
}
