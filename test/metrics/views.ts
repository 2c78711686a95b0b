/** Views as the board gives them, for tests of the metrics. */
import type { Board, SourceView, TargetView } from "../../src/daemon/board.ts";
import type { MetricsSnapshot } from "../../src/metrics/samples.ts";
import { unseenTarget as neverSeen, sourceView, targetView } from "../support/board.ts";

export const now = Date.parse("2026-11-23T19:20:05.000Z");
/** A throttled target of which everything is known. */
export const knownTarget = (target: string, over: Partial<TargetView> = {}): TargetView => {
  const view = targetView(target, {
    assessment: {
      at: now - 2500,
      held: 12,
      delayed: 7,
      lost: 5,
      capacity: 960,
      timeToLossSeconds: 1800,
      retention: { seconds: 86_400 },
      worstPart: { part: "orders/7", seconds: 31 },
      parts: [],
    },
  });
  return {
    ...view,
    assessment: { ...view.assessment, lag: { ...view.assessment.lag, covers: { fresh: 3, of: 4 } } },
    counters: {
      ...view.counters,
      blindSeconds: 4.25,
      failures: { timeout: 3 },
      decisions: { "open none": 2, "throttled lagSeconds": 41 },
      transitions: { "closed open failures": 1, "open halfOpen failures": 1 },
      outcomes: { acked: 480, failed: 20, deadLettered: 3, duplicates: 5 },
    },
    ...over,
  };
};

const nothingCounted = {
  attempted: 0,
  admitted: 0,
  delayed: 0,
  refused: 0,
  wouldRefuse: 0,
  blindSeconds: 0,
  observations: 0,
  failures: {},
  decisions: {},
  transitions: {},
  outcomes: { acked: 0, failed: 0, deadLettered: 0, duplicates: 0 },
};

/** A target that was never observed and that nothing limits; it follows plain steps. */
export const unseenTarget = (target: string): TargetView => {
  const unseen = neverSeen(target);
  return {
    ...unseen,
    settings: { ...unseen.settings, policy: { kind: "thresholds", unit: "messages", steps: [] } },
    counters: nothingCounted,
  };
};

export const knownSource = (broker: string, over: Partial<SourceView> = {}): SourceView =>
  sourceView(broker, {
    targets: 1,
    polls: 123,
    requests: { OffsetFetch: 123, ListOffsets: 125 },
    errors: { timeout: 3 },
    ...over,
  });

export const registry = { leases: 2, most: 100_000, refused: 3 };

/** By its type: what the board shows is what the metrics take. */
export const snapshotOf = (
  board: Pick<Board, "targets" | "sources" | "registry" | "store">,
): MetricsSnapshot => ({
  targets: board.targets(),
  sources: board.sources(),
  registry: board.registry(),
  store: board.store(),
});
