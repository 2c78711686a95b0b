/** What a command may touch of the process around it. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { destroy(): void };
  readonly stdout: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls `act` at each SIGHUP, which ends the process otherwise. */
  onHangup(act: () => void): void;
  /** Aborts when the process is asked to end. */
  readonly signal: AbortSignal;
}

/** Exit codes of every command. */
export const exit = { done: 0, problem: 1, usage: 2 } as const;

export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
