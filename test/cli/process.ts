/** The command as a process of its own, as a user has it. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Running {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the first match in what it has written, or rejects after ten seconds or at its end. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Ends with the test that is given, if not before. */
export function headgate(
  args: readonly string[],
  t: { after(run: () => void): void },
  env: Record<string, string> = {},
): Running {
  const child = spawn(process.execPath, ["src/main.ts", ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  t.after(() => {
    child.kill("SIGKILL");
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  return {
    child,
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const give = (why: string) => reject(new Error(`${pattern} ${why}:\n${stdout}${stderr}`));
        const timer = setTimeout(() => give("was not said in time"), 10_000);
        const look = () => {
          const match = pattern.exec(stdout + stderr);
          if (match === null) return;
          clearTimeout(timer);
          resolve(match);
        };
        child.stdout.on("data", look);
        child.stderr.on("data", look);
        child.on("close", () => {
          clearTimeout(timer);
          look();
          give("was never said");
        });
        look();
      }),
  };
}
