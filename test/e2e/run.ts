/**
 * `npm run e2e [-- NAME...]`: what Headgate does on a real Kafka, at full length, each with its figures; all of them,
 * or those that are named. Exit 1 where one is missed.
 */
import { startKafka } from "../support/kafka.ts";
import { showCircuit } from "./showCircuit.ts";
import { showOverload } from "./showOverload.ts";
import { showRestart } from "./showRestart.ts";
import { showSharing } from "./showSharing.ts";

/** Each answers how many of its figures are missed. */
const shows: Readonly<Record<string, (bootstrap: readonly string[]) => Promise<number>>> = {
  overload: showOverload,
  circuit: showCircuit,
  sharing: showSharing,
  restart: showRestart,
};

const named = process.argv.slice(2);
const strange = named.filter((name) => !Object.hasOwn(shows, name));
if (strange.length > 0) {
  process.stderr.write(`no such run: ${strange.join(", ")}; there are ${Object.keys(shows).join(", ")}\n`);
  process.exit(2);
}
const given = process.env.HEADGATE_TEST_KAFKA?.split(",");
const kafka = given === undefined ? await startKafka() : undefined;
const bootstrap = given ?? kafka?.bootstrap ?? [];
process.stdout.write(`Kafka at ${bootstrap.join(", ")}\n`);
let missed = 0;
try {
  for (const [name, show] of Object.entries(shows)) {
    if (named.length > 0 && !named.includes(name)) continue;
    process.stdout.write(`\n== ${name}\n\n`);
    missed += await show(bootstrap);
  }
} finally {
  await kafka?.stop();
}
process.exitCode = missed === 0 ? 0 : 1;
