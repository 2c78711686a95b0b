/**
 * One source's pace: polls one after the other, never two at once, each begun `pollMs` after the last began or
 * as soon as that is over. A poll that takes longer than its time is aborted; each watch has its answer then.
 */
import type { Answer, Clock, FailureKind, Log, Source, Watch } from "../core/ports.ts";
import type { Instant } from "../core/units.ts";
import type { SourceView } from "./board.ts";
import type { Schedule } from "./schedule.ts";

export interface PollingSetup {
  readonly broker: string;
  readonly type: string;
  readonly source: Source;
  readonly pollMs: number;
  /** How long one poll may take. */
  readonly timeoutMs: number;
  readonly watches: readonly Watch[];
}

export interface PollingDeps {
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly log: Log;
  /** Before each poll: what has been counted so far belongs to the sample that it takes. */
  onBegin(broker: string): void;
  onAnswer(watch: Watch, answer: Answer): void;
  onEnd(broker: string, durationMs: number): void;
}

export interface Polling {
  start(): void;
  /** From the next poll on. */
  watch(watches: readonly Watch[]): void;
  stop(): Promise<void>;
  view(): SourceView;
}

export function createPolling(setup: PollingSetup, deps: PollingDeps): Polling {
  const { broker, source, pollMs, timeoutMs } = setup;
  let { watches } = setup;
  const { clock, schedule, log } = deps;
  const requests: Record<string, number> = {};
  const errors: Partial<Record<FailureKind, number>> = {};
  const failing = new Map<string, FailureKind>();
  let stopped = false;
  let cancelNext = () => {};
  let abort = () => {};
  let underWay = Promise.resolve();
  let view: SourceView = {
    broker,
    type: setup.type,
    targets: watches.length,
    reachable: null,
    pollMs,
    lastPollAt: null,
    lastPollMs: null,
    lastPollRequests: null,
    polls: 0,
    requests,
    errors,
    lastError: null,
  };

  const noteFailure = (target: string, answer: Answer, at: Instant): void => {
    const before = failing.get(target);
    if (answer.kind === "observed") {
      failing.delete(target);
      if (before !== undefined) log.info({ broker, target }, "observed again");
      return;
    }
    const { kind, message } = answer.failure;
    errors[kind] = (errors[kind] ?? 0) + 1;
    view = { ...view, lastError: { at, kind, message } };
    failing.set(target, kind);
    // Said once when it begins or changes; a broker that asks to come back in a moment is no news.
    if (before !== kind) log[kind === "notReady" ? "debug" : "warn"]({ broker, target, kind }, message);
  };

  const pollOnce = async (): Promise<void> => {
    const controller = new AbortController();
    abort = () => controller.abort();
    const cancelTimeout = schedule.after(timeoutMs, abort);
    const began = clock();
    const watched = watches;
    deps.onBegin(broker);
    const { answers, sent } = await source.poll(watched, controller.signal).then(
      (report) => ({ answers: report.answers, sent: report.requests }),
      (error: unknown) => {
        log.error({ broker, err: error }, "poll failed by a fault of Headgate's own");
        return { answers: new Map<string, Answer>(), sent: new Map<string, number>() };
      },
    );
    cancelTimeout();
    if (stopped) return;
    const ended = clock();
    let sentNow = 0;
    for (const [name, count] of sent) {
      requests[name] = (requests[name] ?? 0) + count;
      sentNow += count;
    }
    let answered = 0;
    for (const watch of watched) {
      const answer = answers.get(watch.target) ?? noAnswer;
      if (isAnswered(answer)) answered += 1;
      noteFailure(watch.target, answer, ended);
      deps.onAnswer(watch, answer);
    }
    view = {
      ...view,
      reachable: watched.length === 0 ? null : answered > 0,
      lastPollAt: began,
      lastPollMs: ended - began,
      lastPollRequests: sentNow,
      polls: view.polls + 1,
    };
    deps.onEnd(broker, ended - began);
    cancelNext = schedule.after(Math.max(0, began + pollMs - clock()), run);
  };
  const run = (): void => {
    if (!stopped) underWay = pollOnce();
  };

  return {
    start: run,
    watch(next) {
      watches = next;
      view = { ...view, targets: next.length };
      const names = new Set(next.map(({ target }) => target));
      for (const target of failing.keys()) if (!names.has(target)) failing.delete(target);
    },
    async stop() {
      stopped = true;
      cancelNext();
      abort();
      await source.stop();
      await underWay;
    },
    view: () => view,
  };
}

const noAnswer: Answer = {
  kind: "failed",
  failure: { kind: "internal", message: "the poll had no answer for it" },
};

/** The broker spoke, if only to say that something is missing, not ready or not allowed. */
const isAnswered = (answer: Answer): boolean =>
  answer.kind === "observed" || !["unreachable", "timeout", "internal"].includes(answer.failure.kind);
