/**
 * Taking a changed configuration while the daemon runs: all of it or nothing. Listeners and the store are opened
 * once, at the start: a change of those is refused, so that nobody takes it to be in force.
 */
import type { Config } from "../config/config.ts";
import type { ConfigResult } from "../config/load.ts";
import type { Problem } from "../config/problem.ts";
import type { ProblemError } from "../contract/problem.ts";
import type { Log } from "../core/ports.ts";
import type { Reconfigured } from "../daemon/daemon.ts";
import type { Reload, ReloadAnswer } from "../http/reload.ts";

/** More are not told at once. */
const mostProblems = 100;

export function createReload(
  begun: Config,
  log: Log,
  load: () => Promise<ConfigResult>,
  take: (config: Config) => Promise<Reconfigured>,
): { readonly answer: Reload; readonly counts: { readonly taken: number; readonly refused: number } } {
  const counts = { taken: 0, refused: 0 };
  let underWay: Promise<unknown> = Promise.resolve();

  const reload = async (): Promise<ReloadAnswer> => {
    const loaded = await load();
    const problems = loaded.ok ? fixedProblems(begun, loaded.config) : loaded.problems;
    if (!loaded.ok || problems.length > 0) {
      counts.refused += 1;
      const told = problems.slice(0, mostProblems);
      for (const { path, message } of told) log.error({ path }, `configuration not taken: ${message}`);
      return { ok: false, errors: told.map(errorOf) };
    }
    const targets = await take(loaded.config);
    counts.taken += 1;
    const warnings = loaded.warnings.map(({ path, message }) => ({ path, message }));
    for (const { path, message } of warnings) log.warn({ path }, message);
    log.info({ ...targets }, "the changed configuration is in force");
    const { added, removed, changed, unchanged } = targets;
    return {
      ok: true,
      targets: { added: [...added], removed: [...removed], changed: [...changed], unchanged },
      warnings,
    };
  };

  return {
    counts,
    // One after the other: the last file that was read is the one in force.
    answer: () => {
      const answer = underWay.then(reload);
      underWay = answer.catch(() => {});
      return answer;
    },
  };
}

/** What cannot change while the daemon runs. */
const fixedProblems = (begun: Config, next: Config): readonly Problem[] =>
  (["server", "ops", "store"] as const)
    .filter((section) => JSON.stringify(begun[section]) !== JSON.stringify(next[section]))
    .map((section) => ({
      path: section,
      line: 1,
      column: 1,
      message: `${section} is not as it was at the start, and changes only with a restart of the daemon`,
      allowed: `as it was: ${JSON.stringify(begun[section])}`,
    }));

const errorOf = ({ path, value, message, allowed, nearest }: Problem): ProblemError => ({
  field: path === "" ? "file" : path,
  value: value === undefined || value === null ? null : String(value).slice(0, 100),
  allowed: allowed ?? "see message",
  message,
  ...(nearest === undefined ? {} : { nearest: [nearest] }),
});
