/** Changes of a target's circuit, each told once and counted. */
import type { Phase } from "../core/controller/circuit.ts";
import type { Decision } from "../core/decision.ts";
import type { Log } from "../core/ports.ts";

export interface Transitions {
  /** By from, to and the signal that it opened by, joined by blanks. */
  readonly counts: Readonly<Record<string, number>>;
  note(before: Phase, after: Phase, decision: Decision): void;
}

const says: Readonly<Record<Phase["kind"], string>> = {
  open: "its consumers fail: probes only",
  halfOpen: "its consumers are looked at again",
  closing: "its consumers work again: the rate rises",
  closed: "its rate is what its consumers can do again",
};

/** `seen`: what to name the error of, where consumers named one. */
export function countTransitions(
  target: string,
  log: Log,
  seen: { readonly errorClass: string | undefined },
): Transitions {
  const counts: Record<string, number> = {};
  return {
    counts,
    note(before, after, { rate, reason }) {
      const [from, to] = [before.kind, after.kind];
      // What closes was opened by something.
      const opened = after.kind === "closed" ? before : after;
      if (from === to || opened.kind === "closed") return;
      const { signal } = opened.cause;
      const key = `${from} ${to} ${signal}`;
      counts[key] = (counts[key] ?? 0) + 1;
      const { errorClass } = signal === "failures" && to === "open" ? seen : {};
      log[to === "open" ? "warn" : "info"](
        {
          target,
          from,
          to,
          signal,
          rate,
          reason: reason.text,
          ...(errorClass !== undefined && { errorClass }),
        },
        says[to],
      );
    },
  };
}
