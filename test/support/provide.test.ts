import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { kafkaForTests, leftOut } from "./given.ts";
import { run, until } from "./processes.ts";
import { provideKafka } from "./provide.ts";

/** Docker's part is played by a script, for machines of tests mostly have no engine: it notes what it is asked. */
const fakeDocker = (notes: string, engine: boolean): string => `#!/bin/sh
echo "$HEADGATE_KAFKA_PORT $*" >> "${notes}"
[ "$1" != info ] || exit ${engine ? 0 : 1}
`;

describe("where a run's Kafka comes from", { skip: leftOut("kafka") }, () => {
  let folder: string;
  let notes: string;
  const lines: string[] = [];
  const { PATH: path, HEADGATE_TEST_KAFKA: address } = process.env;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "headgate-docker-"));
    notes = join(folder, "notes");
    process.env.PATH = `${folder}${delimiter}${path}`;
  });
  after(() => rm(folder, { recursive: true }));

  const docker = async (engine: boolean): Promise<void> => {
    await writeFile(join(folder, "docker"), fakeDocker(notes, engine));
    await chmod(join(folder, "docker"), 0o755);
    await writeFile(notes, "");
  };
  const asked = async (): Promise<string> => readFile(notes, "utf8");

  it("from the environment, before all else", async (t) => {
    const given = kafkaForTests(t);
    const kafka = await provideKafka((line) => lines.push(line));
    assert.deepEqual(kafka.addresses, given?.bootstrap);
    assert.equal(kafka.from, "environment");
    await kafka.stop();
  });

  it("from Docker, where an engine runs, and it is put down after", async (t) => {
    const [host = "", port = ""] = kafkaForTests(t)?.bootstrap[0]?.split(":") ?? [];
    delete process.env.HEADGATE_TEST_KAFKA;
    t.after(() => {
      process.env.HEADGATE_TEST_KAFKA = address;
    });
    await docker(true);
    const starting = provideKafka((line) => lines.push(line));
    const put = /^(\d+) compose -f \S+docker-compose\.yml -p headgate-test-\d+ up -d --wait kafka$/m;
    const up = await until("it is put up", 30_000, async () => put.exec(await asked())?.[1]);
    // What the container would do: serve Kafka at the port that it was told.
    const server = createServer((socket) => {
      const broker = connect(Number(port), host).on("error", () => {});
      socket
        .on("error", () => {})
        .pipe(broker)
        .pipe(socket);
    }).listen(Number(up), "127.0.0.1");
    await once(server, "listening");
    const kafka = await starting;
    assert.deepEqual(kafka, { ...kafka, addresses: [`127.0.0.1:${up}`], from: "docker" });
    await kafka.stop();
    assert.match(await asked(), / down --volumes\n$/);
    server.close();
  });

  it("from packages, where no engine runs", async (t) => {
    delete process.env.HEADGATE_TEST_KAFKA;
    t.after(() => {
      process.env.HEADGATE_TEST_KAFKA = address;
    });
    await docker(false);
    const kafka = await provideKafka((line) => lines.push(line));
    assert.equal(kafka.from, "packages");
    assert.ok(
      lines.some((line) => line.includes("no Docker engine runs; starting one from its Maven packages")),
    );
    await kafka.stop();
  });
});

describe("npm test", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const runTests = async (...args: string[]) => {
    // The runner would take itself for a test of this run.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    return run(process.execPath, ["test/run.ts", ...args], { cwd: root, env });
  };
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "headgate-run-"));
  });
  after(() => rm(folder, { recursive: true }));
  const test = async (name: string, body: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, `import { it } from "node:test";\nit("a test", (t) => { ${body} });\n`);
    return file;
  };
  const nothing = "--without=kafka,promtool,chromium";

  it("says what its caller left out, and tells the tests", async () => {
    const given = new URL("given.ts", import.meta.url).href;
    const body = `return import(${JSON.stringify(given)}).then(({ kafkaForTests }) => kafkaForTests(t));`;
    const { code, stdout } = await runTests(nothing, await test("skipped.test.mjs", body));
    assert.equal(code, 0);
    assert.match(stdout, /kafka: left out by the caller; the tests that need it are skipped/);
    assert.match(stdout, /a test .*# left out by the caller: --without kafka/);
    assert.match(stdout, /skipped 1/);
  });

  it("exits with the tests' code", async () => {
    const { code, stdout } = await runTests(
      nothing,
      await test("failing.test.mjs", "throw new Error('no');"),
    );
    assert.equal(code, 1);
    assert.match(stdout, /fail 1/);
  });

  it("refuses what it does not know to leave out", async () => {
    const { code, stderr } = await runTests("--without", "kafak");
    assert.equal(code, 2);
    assert.equal(stderr, "--without kafak: takes kafka, promtool, chromium, or several with commas\n");
  });

  it("fails and names a broker that cannot be had", async () => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const without = ["test/run.ts", "--without", "promtool,chromium"];
    const { code, stderr } = await run(process.execPath, without, {
      cwd: root,
      env: { ...env, PATH: folder, HEADGATE_CACHE: join(folder, "cache") },
    });
    assert.equal(code, 1);
    assert.match(stderr, /^kafka cannot be had: Kafka \S+ cannot be fetched: `mvn` is not on the PATH/);
    assert.match(stderr, /`--without kafka` leaves out/);
  });
});
