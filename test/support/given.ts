/** What the run gives to its tests: addresses of brokers, and what its caller left out. */
import { randomUUID } from "node:crypto";

/** What tests need beside Node.js. Each can be left out of a run by its name. */
export const needs = ["kafka", "promtool", "chromium"] as const;
export type Need = (typeof needs)[number];

/** Names in `HEADGATE_TEST_WITHOUT` are separated by commas; `HEADGATE_TEST_KAFKA` is a bootstrap list. */
export const listed = (value: string | undefined): readonly string[] =>
  (value ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

/**
 * For `skip` of a suite or test that needs any of these: false, or the reason why it is left out. Only the caller
 * of the run leaves out; what cannot be had fails.
 */
export const leftOut = (...needed: readonly Need[]): string | false => {
  const without = listed(process.env.HEADGATE_TEST_WITHOUT);
  const missing = needed.filter((need) => without.includes(need));
  return missing.length === 0 ? false : `left out by the caller: --without ${missing.join(",")}`;
};

/**
 * The Kafka that all tests of a run share: take names of your own for topics and groups, and stop nothing. Where the
 * caller left Kafka out, the test `t` is skipped, saying so, and there is none.
 */
export const kafkaForTests = (t: {
  skip(message?: string): void;
}): { readonly bootstrap: string[] } | undefined => {
  const reason = leftOut("kafka");
  if (reason !== false) {
    t.skip(reason);
    return undefined;
  }
  const bootstrap = [...listed(process.env.HEADGATE_TEST_KAFKA)];
  if (bootstrap.length === 0)
    throw new Error(
      "HEADGATE_TEST_KAFKA names no Kafka. Run the tests by `npm test -- PATH`, which starts one; " +
        "or start one by `npm run brokers -- kafka` and set the address that it prints.",
    );
  return { bootstrap };
};

/** A name for a topic or group that nothing else has. */
export const uniqueName = (prefix: string): string => `${prefix}-${randomUUID().slice(0, 8)}`;
