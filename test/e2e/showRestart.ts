/** The run of restart.ts at its full length, with what it found. */
import { showFindings, teller } from "./findings.ts";
import { findings, runRestart } from "./restart.ts";

/** How many of the findings are not as they must be. */
export async function showRestart(bootstrap: readonly string[]): Promise<number> {
  process.stdout.write(
    "the daemon is killed with -9 for 30 s; the consumer can do 300/s, two producers lease\n\n",
  );
  const figures = await runRestart(
    bootstrap,
    { settleSeconds: 50, awaySeconds: 30, backSeconds: 50 },
    teller(),
  );
  return showFindings(findings(figures));
}
