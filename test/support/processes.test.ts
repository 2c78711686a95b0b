import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { isOnPath, MissingCommand, run, startGuard, until } from "./processes.ts";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const gone = (path: string): Promise<true | undefined> =>
  access(path).then(
    () => undefined,
    () => true,
  );

const sleeper = (): ChildProcess => spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);

describe("running a program to its end", () => {
  it("gives its exit code and what it wrote", async () => {
    const script = "process.stdin.on('data', (d) => console.log(String(d) + '!')); process.exitCode = 3";
    const result = await run(process.execPath, ["-e", script], { input: "hello" });
    assert.deepEqual(result, { code: 3, stdout: "hello!\n", stderr: "" });
  });

  it("tells a command that is missing from one that fails", async () => {
    assert.equal(await isOnPath("no-such-command"), false);
    await assert.rejects(run("no-such-command", []), MissingCommand);
  });

  it("ends one that takes too long", async () => {
    await assert.rejects(
      run(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { timeoutMs: 100 }),
      /did not end within 0.1 s/,
    );
  });
});

describe("a guard", { skip: process.platform === "win32" ? "needs a shell" : false }, () => {
  it("kills what it keeps and deletes its folder when it is released", async () => {
    const folder = await mkdtemp(join(tmpdir(), "headgate-guard-"));
    const [kept, dropped] = [sleeper(), sleeper()];
    const guard = startGuard(folder);
    guard.keep([kept.pid ?? 0, dropped.pid ?? 0]);
    guard.keep([kept.pid ?? 0]);
    const ended = once(kept, "exit");
    await guard.release();
    await ended;
    assert.ok(await gone(folder));
    assert.ok(isAlive(dropped.pid ?? 0));
    dropped.kill("SIGKILL");
  });

  for (const signal of ["SIGKILL", "SIGTERM", "SIGINT"] as const)
    it(`does so when its process ends by ${signal}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "headgate-guard-"));
      const script = `
        import { spawn } from "node:child_process";
        import { startGuard } from ${JSON.stringify(new URL("processes.ts", import.meta.url).href)};
        const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true });
        startGuard(${JSON.stringify(folder)}).keep([child.pid]);
        console.log(child.pid);
        setInterval(() => {}, 1000);
      `;
      const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [pid] = await once(createInterface(parent.stdout), "line");
      assert.ok(isAlive(Number(pid)));
      parent.kill(signal);
      await until("the folder is deleted", 5_000, () => gone(folder));
      await until("the child is gone", 5_000, () => !isAlive(Number(pid)) || undefined);
    });
});
