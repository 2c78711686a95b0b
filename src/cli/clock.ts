/** The process's one clock: wall time at the start, moved on by the monotonic clock, so that it never goes back. */
import type { Clock } from "../core/ports.ts";

export const processClock: Clock = () => performance.timeOrigin + performance.now();
