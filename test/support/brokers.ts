/** `npm run brokers -- kafka`: a real broker for a person, until Ctrl-C. */
import { provideKafka } from "./provide.ts";

const names = process.argv.slice(2);
if (names.length !== 1 || names[0] !== "kafka") {
  console.error("Usage: npm run brokers -- kafka");
  process.exit(2);
}

const report = (line: string): void => console.log(line);

try {
  const kafka = await provideKafka(report);
  const address = kafka.addresses.join(",");
  console.log(`
Kafka serves at ${address}

  in a configuration     brokers: { events: { type: kafka, bootstrap: [${kafka.addresses.map((each) => `"${each}"`).join(", ")}] } }
  for a single test      HEADGATE_TEST_KAFKA=${address} npm test -- PATH

Ctrl-C stops it and deletes its data.`);
  // Nothing else keeps this process alive: the broker runs beside it.
  const alive = setInterval(() => {}, 60_000);
  const stop = async (): Promise<void> => {
    clearInterval(alive);
    await kafka.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
} catch (error) {
  console.error(`kafka cannot be had: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
