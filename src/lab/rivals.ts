/** All laws by name: Headgate's, the rivals with the gains that were fitted for the nearest poll, the oracle. */
import { readFileSync } from "node:fs";
import { withGains } from "./fit.ts";
import type { Law } from "./law.ts";
import { aimd } from "./laws/aimd.ts";
import { breakwater } from "./laws/breakwater.ts";
import { doormanFair, doormanProportional } from "./laws/doorman.ts";
import { headgate } from "./laws/headgate.ts";
import { mongodb } from "./laws/mongodb.ts";
import { onOff } from "./laws/onOff.ts";
import { oracle } from "./laws/oracle.ts";
import { pid } from "./laws/pid.ts";
import { staticQuota } from "./laws/static.ts";
import type { Gains, Rival } from "./rival.ts";
import type { Scenario } from "./scenario.ts";

export const rivals: readonly Rival[] = [staticQuota, onOff, aimd, breakwater, pid, mongodb];

/** Where tenants share, what counts is how: the rivals there share Headgate's own rate. */
const sharers: readonly Law[] = [doormanProportional, doormanFair];

const rateLaws: readonly string[] = [headgate.name, ...rivals.map(({ name }) => name), oracle.name];

export const lawNames: readonly string[] = [...rateLaws, ...sharers.map(({ name }) => name)];

/** Those that a scenario is to be run with, in the order of tables. */
export const lawsFor = ({ tenants }: Scenario): readonly string[] =>
  tenants.length === 0 ? rateLaws : [headgate.name, ...sharers.map(({ name }) => name)];

/** By rival and poll in seconds. */
export type FittedGains = Readonly<Record<string, Readonly<Record<string, Gains>>>>;

/** What `npm run bench:control -- --fit` wrote. */
export const gainsFile = new URL("gains.json", import.meta.url);
let fitted: FittedGains | undefined;

/** Throws for a name that is not in `lawNames`. */
export function lawAt(name: string, pollSeconds: number): Law {
  if (name === headgate.name) return headgate;
  if (name === oracle.name) return oracle;
  const sharer = sharers.find((one) => one.name === name);
  if (sharer !== undefined) return sharer;
  const rival = rivals.find((one) => one.name === name);
  if (rival === undefined) throw new RangeError(`no law "${name}": one of ${lawNames.join(", ")}`);
  fitted ??= (JSON.parse(readFileSync(gainsFile, "utf8")) as { gains: FittedGains }).gains;
  return withGains(rival, nearestGains(rival, fitted[name] ?? {}, pollSeconds));
}

/** The gains of the poll nearest by ratio; the published ones where none were fitted. */
function nearestGains(rival: Rival, byPoll: Readonly<Record<string, Gains>>, pollSeconds: number): Gains {
  const distance = (poll: string) => Math.abs(Math.log(Number(poll) / pollSeconds));
  const [nearest] = Object.keys(byPoll).sort((a, b) => distance(a) - distance(b));
  const gains = nearest === undefined ? undefined : byPoll[nearest];
  return (
    gains ?? Object.fromEntries(Object.entries(rival.gains).map(([name, gain]) => [name, gain.published]))
  );
}
