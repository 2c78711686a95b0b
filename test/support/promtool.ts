/** Prometheus' own check of what `/metrics` answers. */
import { join } from "node:path";
import type { Report } from "./cache.ts";
import { debianPackages } from "./debian.ts";
import { isOnPath, run } from "./processes.ts";

/** The command to run: promtool on the PATH, or out of Debian's package. */
export const promtool = async (report?: Report): Promise<string> => {
  if (await isOnPath("promtool")) return "promtool";
  const wanted = { name: "promtool", packages: ["prometheus"], dependencies: false };
  return join(await debianPackages(wanted, report), "usr", "bin", "promtool");
};

export interface MetricsCheck {
  /** False for advice on names and missing help, too. */
  readonly ok: boolean;
  readonly output: string;
}

/** Checks metrics in Prometheus' text format: that it can be read, and its naming rules. */
export const promtoolCheckMetrics = async (text: string): Promise<MetricsCheck> => {
  const { code, stdout, stderr } = await run(await promtool(), ["check", "metrics"], { input: text });
  return { ok: code === 0, output: (stdout + stderr).trim() };
};
