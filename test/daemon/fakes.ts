/** Time and brokers that a test drives by hand. */
import type { Answer, Log, PollReport, Source, Watch } from "../../src/core/ports.ts";
import type { Schedule } from "../../src/daemon/schedule.ts";

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export interface FakeTime {
  readonly schedule: Schedule;
  readonly clock: () => number;
  /** Moves the clock on and runs what is due on the way, in order; promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Timers that are armed. */
  armed(): number;
}

export function fakeTime(begunAt = 1_000_000): FakeTime {
  let now = begunAt;
  let timers: { at: number; periodMs?: number; run: () => void }[] = [];
  const arm = (timer: { at: number; periodMs?: number; run: () => void }) => {
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    clock: () => now,
    armed: () => timers.length,
    schedule: {
      after: (delayMs, run) => arm({ at: now + delayMs, run }),
      every: (periodMs, run) => arm({ at: now + periodMs, periodMs, run }),
    },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (;;) {
        const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = Math.max(now, next.at);
        if (next.periodMs === undefined) timers = timers.filter((other) => other !== next);
        else next.at += next.periodMs;
        next.run();
        await settle();
      }
      now = until;
    },
  };
}

export interface FakeSource extends Source {
  polls: number;
  stopped: number;
}

/** A source that answers each watch with what `answer` says; a promise that never settles is a stalled broker. */
export function fakeSource(
  answer: (watch: Watch, poll: number) => Answer | Promise<Answer>,
  sent: ReadonlyMap<string, number> = new Map([["Fetch", 1]]),
): FakeSource {
  const source: FakeSource = {
    polls: 0,
    stopped: 0,
    async poll(watches, signal): Promise<PollReport> {
      source.polls += 1;
      const number = source.polls;
      const timeout: Answer = { kind: "failed", failure: { kind: "timeout", message: "no answer in time" } };
      const aborted = new Promise<Answer>((resolve) => {
        signal.addEventListener("abort", () => resolve(timeout), { once: true });
      });
      const answers = await Promise.all(
        watches.map(
          async (watch): Promise<[string, Answer]> => [
            watch.target,
            await Promise.race([answer(watch, number), aborted]),
          ],
        ),
      );
      return { answers: new Map(answers), requests: sent };
    },
    async stop() {
      source.stopped += 1;
    },
  };
  return source;
}
