/** The run of circuit.ts at its full length, with what it found. */

import { type Acts, findings, pollSeconds, runCircuit, setpointSeconds } from "./circuit.ts";
import { showFindings } from "./findings.ts";

/** Seconds. */
const acts: Acts = { healthy: 20, rebalance: 30, restart: 24, transaction: 70, failing: 40, recovery: 60 };

/** How many of the findings are not as they must be. */
export async function showCircuit(bootstrap: readonly string[]): Promise<number> {
  process.stdout.write(
    `two consumers that can do 100/s each and report every message; producers want 600/s; setpoint ${setpointSeconds} s, poll ${pollSeconds} s\n\n` +
      "   time  act          state       circuit   rate allowed  lag (true)  group\n",
  );
  let lines = 0;
  const run = await runCircuit(bootstrap, acts, (look) => {
    if (look.seconds < 2 * lines) return;
    lines = Math.floor(look.seconds / 2) + 1;
    const rate = look.rate === null ? "any" : `${look.rate.toFixed(1)}/s`;
    process.stdout.write(
      `${look.seconds.toFixed(0).padStart(5)} s  ${look.act.padEnd(11)}  ${look.state.padEnd(10)}  ${look.circuit.padEnd(8)}  ${rate.padStart(12)}  ${look.lagSeconds.toFixed(1).padStart(8)} s  ${look.group}\n`,
    );
  });
  return showFindings(findings(run));
}
