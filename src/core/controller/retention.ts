/**
 * What retention leaves of the setpoint and the hard bound. A message that waits longer than the broker keeps it is
 * deleted unread, so
 *
 *   time T   what is admitted now waits less than T/2:          S* ≤ 0.8·T/2, and the lowest class is shed from T/2 on
 *   size M   the line, with what is on its way, stays below 0.8·M:            lag is held at 0.7·M at the most
 *
 * What is already old only consumers can save; that is forecast (lag/loss.ts).
 */
import type { Delays } from "./delays.ts";

export interface Retention {
  /** Seconds that a message is kept, and messages that are; absent where there is no such limit or none is known. */
  readonly seconds?: number;
  readonly messages?: number;
}

const waitShare = 0.5;
const heldShare = 0.8;
const fillShare = 0.7;

/** The delays, with a setpoint that retention can bear. */
export function withinRetention(delays: Delays, retention: Retention | undefined): Delays {
  if (retention === undefined) return delays;
  const { seconds, messages } = retention;
  const wait = seconds === undefined ? Number.POSITIVE_INFINITY : waitShare * seconds;
  return {
    ...delays,
    setpointSeconds: Math.min(delays.setpointSeconds, heldShare * wait),
    maxSeconds: Math.min(delays.maxSeconds, wait),
    ...(messages !== undefined && { mostMessages: fillShare * messages }),
  };
}

/** A setpoint beyond a quarter of the retention leaves consumers that slow down too little time. */
export const isTight = (setpointSeconds: number, { seconds }: Retention): boolean =>
  seconds !== undefined && setpointSeconds > seconds / 4;

/** Seconds. Lag that rises for a moment forecasts a loss in weeks, of which nobody wants to be told: a metric has it. */
const nearSeconds = 86_400;

/** Whether a loss that is forecast is to be said aloud. */
export const isNear = (timeToLossSeconds: number | undefined): timeToLossSeconds is number =>
  timeToLossSeconds !== undefined && timeToLossSeconds <= nearSeconds;
