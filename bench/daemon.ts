/** What the whole daemon costs, as a process of its own, by its own metrics. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Watch } from "../src/core/ports.ts";

export interface DaemonCost {
  /** Of one CPU. */
  readonly share: number;
  readonly memoryBytes: number;
}

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const warmUpMs = 10_000;

/** Runs it on `watches` at a poll of 5 s, and measures for so many seconds after its start has passed. */
export async function daemonCost(
  bootstrap: readonly string[],
  watches: readonly Watch[],
  seconds: number,
): Promise<DaemonCost> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-bench-"));
  const path = join(folder, "headgate.json");
  const configuration = {
    server: { host: "127.0.0.1", port: 0 },
    brokers: { events: { type: "kafka", bootstrap, poll: "5s" } },
    targets: Object.fromEntries(
      watches.map(({ target, group, topics }) => [target, { broker: "events", group, topics }]),
    ),
  };
  await writeFile(path, JSON.stringify(configuration));
  const daemon = spawn(process.execPath, [main, "serve", "--config", path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let text = "";
      daemon.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const [, found] = /answers at (http:[^"]+)/.exec(text) ?? [];
        if (found !== undefined) resolve(found);
      });
      daemon.once("exit", () => reject(new Error(`the daemon ended: ${text}`)));
    });
    const metric = async (name: string): Promise<number> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
    };
    await delay(warmUpMs);
    const before = await metric("process_cpu_seconds_total");
    await delay(1000 * seconds);
    const after = await metric("process_cpu_seconds_total");
    return {
      share: (after - before) / seconds,
      memoryBytes: await metric("process_resident_memory_bytes"),
    };
  } finally {
    daemon.kill();
    await rm(folder, { recursive: true });
  }
}
