/** Programs that tests run: to their end, or beside the test, where they never outlive it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, constants, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface Finished {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Ended by force after this; default two minutes. */
  readonly timeoutMs?: number;
}

/** A command that is not on the PATH, as opposed to one that failed. */
export class MissingCommand extends Error {
  readonly command: string;
  constructor(command: string) {
    super(`\`${command}\` is not on the PATH`);
    this.command = command;
  }
}

const isNotFound = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

/** Runs a program to its end, whatever its exit code. Rejects with MissingCommand, or when the time is up. */
export const run = async (
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> => {
  const timeoutMs = options.timeoutMs ?? 120_000;
  const child = spawn(command, args, {
    stdio: "pipe",
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  let tooLong = false;
  const timer = setTimeout(() => {
    tooLong = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => {}).end(options.input ?? "");
  try {
    const [code] = await once(child, "close");
    if (tooLong) throw new Error(`\`${command}\` did not end within ${timeoutMs / 1000} s\n${stderr}`);
    return { code: typeof code === "number" ? code : null, stdout, stderr };
  } catch (error) {
    throw isNotFound(error) ? new MissingCommand(command) : error;
  } finally {
    clearTimeout(timer);
  }
};

/** Whether a program can be run by its name. */
export const isOnPath = async (command: string): Promise<boolean> => {
  const name = process.platform === "win32" ? `${command}.exe` : command;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    const executable = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return true;
  }
  return false;
};

/** A process that watches this one: when it ends, however it ends, the kept processes are killed. */
export interface Guard {
  /** The processes to kill from now on; in place of those named before. */
  keep(pids: readonly number[]): void;
  /** Ends the guard, which kills what it still keeps and deletes its folder. Resolves when that is done. */
  release(): Promise<void>;
}

/**
 * Kills by SIGKILL and deletes `folders` when this process has gone, by a signal or a crash too: the guard reads a
 * pipe that only this process holds open. Without a shell (Windows) nothing is guarded.
 */
export const startGuard = (...folders: readonly string[]): Guard => {
  const clear = async (): Promise<void> => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  };
  if (process.platform === "win32") return { keep: () => {}, release: clear };
  const script =
    'pids=; while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -9 $pids; rm -rf -- "$@"';
  // Detached: Ctrl-C in a terminal reaches the whole foreground group, and must not take the guard first.
  const child = spawn("sh", ["-c", script, "guard", ...folders], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  child.unref();
  child.stdin.on("error", () => {});
  (child.stdin as Socket).unref();
  return {
    keep: (pids) => void child.stdin.write(`${pids.join(" ")}\n`),
    release: async () => {
      const ended = exited(child);
      child.stdin.end();
      await ended;
    },
  };
};

/** Resolves when the process has ended; keeps this one alive until then. */
export const exited = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  await once(child, "exit");
};

/** Asks `attempt` again until it answers something other than undefined, at most for `timeoutMs`. */
export const until = async <T>(
  what: string,
  timeoutMs: number,
  attempt: () => Promise<T | undefined> | T | undefined,
  pauseMs = 50,
): Promise<T> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await delay(pauseMs);
  }
};
