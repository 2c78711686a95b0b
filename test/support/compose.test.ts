import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { parse } from "yaml";
import { currentKafka } from "./kafkaPackages.ts";

it("docker-compose.yml is what the tests' run relies on", async () => {
  const text = await readFile(new URL("../../docker-compose.yml", import.meta.url), "utf8");
  const { kafka } = parse(text).services;
  const port = "$" + "{HEADGATE_KAFKA_PORT:-9092}";
  assert.equal(kafka.image, `apache/kafka:${currentKafka}`);
  assert.deepEqual(kafka.ports, [`127.0.0.1:${port}:${port}`]);
  assert.equal(kafka.environment.KAFKA_ADVERTISED_LISTENERS, `PLAINTEXT://127.0.0.1:${port}`);
  assert.match(kafka.environment.KAFKA_LISTENERS, /^PLAINTEXT:\/\/:\$\{HEADGATE_KAFKA_PORT:-9092\},/);
  // `up --wait` waits for this.
  assert.equal(kafka.healthcheck.test.at(-1), `127.0.0.1:${port}`);
  // A topic of a test is there when the test has made it, and not before.
  assert.equal(kafka.environment.KAFKA_AUTO_CREATE_TOPICS_ENABLE, "false");
  for (const value of Object.values(kafka.environment)) assert.equal(typeof value, "string");
});
