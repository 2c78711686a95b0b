/** Kafka from its Maven artifacts: a folder of jars in the cache, and Java to run their classes. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, type Report, reportToStderr } from "./cache.ts";
import { MissingCommand, run } from "./processes.ts";

export const currentKafka = "4.3.1";

/** Slf4j's version is the one of the API that Kafka's own jars bring; its simple logger writes to stderr. */
const artifacts = (version: string): readonly string[] => [
  `org.apache.kafka:kafka_2.13:${version}`,
  `org.apache.kafka:kafka-tools:${version}`,
  "org.slf4j:slf4j-simple:1.7.36",
];

const dependency = (artifact: string): string => {
  const [group, name, version] = artifact.split(":");
  return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
};

const project = (version: string): string =>
  `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>` +
  `<groupId>headgate</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>` +
  `<dependencies>${artifacts(version).map(dependency).join("")}</dependencies></project>\n`;

/** The lines in which Maven says what is wrong, without its colours and its advice. */
const mavenError = (output: string): string =>
  output.split("\n").find((line) => line.startsWith("[ERROR]")) ?? output.trim().slice(-500);

const fetchJars = async (version: string, folder: string, report: Report): Promise<void> => {
  report(`Kafka ${version}: fetching its jars with Maven (about 55 MB, once) ...`);
  const startedAt = performance.now();
  await writeFile(join(folder, "pom.xml"), project(version));
  const args = ["-B", "-q", "-Dstyle.color=never", "dependency:copy-dependencies"];
  const result = await run("mvn", [...args, `-DoutputDirectory=${join(folder, "libs")}`], {
    cwd: folder,
    timeoutMs: 600_000,
  }).catch((error: unknown) => {
    throw error instanceof MissingCommand
      ? new Error(`Kafka ${version} cannot be fetched: ${error.message}. Install Maven.`)
      : error;
  });
  if (result.code !== 0)
    throw new Error(`Kafka ${version} cannot be fetched: ${mavenError(result.stdout + result.stderr)}`);
  report(`Kafka ${version}: fetched in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
};

/** The class path of Kafka's jars, fetched where the cache has none. Rejects with one line that says what is missing. */
export const kafkaClassPath = async (version: string, report: Report = reportToStderr): Promise<string> => {
  const folder = await cached(`kafka-${version}`, (filling) => fetchJars(version, filling, report));
  return join(folder, "libs", "*");
};

export const javaMissing = (version: string): Error =>
  new Error(`Kafka ${version} cannot be started: \`java\` is not on the PATH. Install Java 17 or newer.`);
