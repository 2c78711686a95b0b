/** The run of sharing.ts at its full length, with what it found. */
import { showFindings, teller } from "./findings.ts";
import { findings, runSharing } from "./sharing.ts";

const measureSeconds = 40;

/** How many of the findings are not as they must be. */
export async function showSharing(bootstrap: readonly string[]): Promise<number> {
  process.stdout.write(
    "tenants with the weights 1, 2 and 4, then three classes; the consumer can do 500/s and commits every 500 ms\n\n",
  );
  const figures = await runSharing(bootstrap, measureSeconds, teller());
  return showFindings(findings(figures));
}
