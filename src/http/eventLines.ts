/** A target's events as the lines that replay reads. */
import type { TargetEvent } from "../core/controller/events.ts";
import type { TargetState } from "../core/controller/step.ts";
import type { Instant } from "../core/units.ts";
import { isoInstant, overrideBody } from "./wire.ts";

/** Events have whole milliseconds, so that what a line says is what was. */
export const eventLine = (event: TargetEvent): string => {
  const at = isoInstant(event.at);
  switch (event.event) {
    case "observed": {
      const { at: observedAt, receivedAt, ...observation } = event.observation;
      return line({ at: isoInstant(observedAt), receivedAt: isoInstant(receivedAt), ...observation });
    }
    case "pollFailed":
      return line({ event: event.event, at, error: event.failure });
    case "override": {
      const { override } = event;
      return line({ event: event.event, at, override: override && overrideBody(override) });
    }
    default:
      return line({ ...event, at });
  }
};

/** What a recording begins with. */
export const stateLine = (at: Instant, state: TargetState): string =>
  line({ event: "state", at: isoInstant(at), ticks: true, state });

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
