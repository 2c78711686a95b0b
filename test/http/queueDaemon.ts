/** A daemon of one target whose queue is always as long, after twenty seconds on a clock that a test drives. */
import { createDaemon } from "../../src/daemon/daemon.ts";
import { settings } from "../core/controller/settings.ts";
import { fakeSource, fakeTime, silent } from "../daemon/fakes.ts";

/** Its consumers complete 100/s. */
export const queueDaemon = async (ready: number, begunAt?: number) => {
  const time = fakeTime(begunAt);
  const source = fakeSource((_, poll) => ({
    kind: "observed",
    observation: {
      at: time.clock(),
      receivedAt: time.clock(),
      ready,
      unacked: 0,
      produced: 100 * poll + ready,
      consumed: 100 * poll,
      consumers: 1,
    },
  }));
  const daemon = createDaemon(
    {
      brokers: [{ broker: "b", type: "memory", source, pollMs: 1000, timeoutMs: 2000 }],
      targets: [
        { target: "orders", broker: "b", watch: { target: "orders", queue: "orders" }, settings: settings() },
      ],
      gates: new Map(),
      tenants: new Map(),
    },
    { clock: time.clock, random: () => 0.5, schedule: time.schedule, log: silent },
  );
  daemon.start();
  await time.advance(20_000);
  return { time, daemon, board: daemon.board };
};
