/**
 * `headgate demo`: the embedded broker, a consumer that slows to 40 % and recovers, two producers that pace
 * themselves through the real HTTP API; a live picture in a terminal, plain lines elsewhere.
 */
import { parseArgs } from "node:util";
import { createMemoryBroker } from "../adapters/memory/queue.ts";
import { createMemorySource } from "../adapters/memory/source.ts";
import { parseConfig } from "../config/load.ts";
import type { Log } from "../core/ports.ts";
import { processClock } from "./clock.ts";
import { run } from "./compose.ts";
import { drawPicture, type Look, plainLine } from "./demo/picture.ts";
import { actAt } from "./demo/story.ts";
import { consume, produce } from "./demo/traffic.ts";
import { exit, type Io } from "./io.ts";

const setpointSeconds = 5;
const lookMs = 500;
const looksKept = 200;
const producers = [
  { name: "checkout-1", wants: 300 },
  { name: "checkout-2", wants: 150 },
];

const configuration = (port: string) => `
server: { host: 127.0.0.1, port: ${port} }
brokers:
  embedded: { type: memory, poll: 1s }
targets:
  orders: { broker: embedded, queue: orders, setpoint: ${setpointSeconds}s, lease: { ttl: 3s, refresh: 1s } }
`;

/** The picture is the demo's output; what the daemon has to say beside it only disturbs. */
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export async function demo(args: readonly string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { port: { type: "string", default: "4290" }, seconds: { type: "string" } },
  });
  const lastSecond = values.seconds === undefined ? Number.POSITIVE_INFINITY : Number(values.seconds);
  const parsed = parseConfig(configuration(values.port), { env: {} });
  if (!parsed.ok || !(lastSecond > 0)) {
    io.stderr.write("usage: headgate demo [--port PORT] [--seconds N]\n");
    return exit.usage;
  }

  const broker = createMemoryBroker(processClock);
  const queue = broker.queue("orders");
  const begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;
  const ending = new AbortController();
  const signal = AbortSignal.any([io.signal, ending.signal]);
  const consumer = consume(queue, () => actAt(elapsed()).consumersCan, signal);
  const source = createMemorySource(broker, processClock);
  const running = await run(parsed.config, silent, { make: async () => source }).catch((error: unknown) => {
    // Or the consumer would keep the process alive.
    ending.abort();
    throw error;
  });
  const traffic = producers.map((producer) => {
    const counts = { sent: 0 };
    return { counts, done: produce(producer, running.url, queue, counts, signal) };
  });

  await show(io, running.url, signal, () => {
    const seconds = elapsed();
    if (seconds >= lastSecond) ending.abort();
    const view = running.daemon.board.target("orders");
    if (view === undefined) return undefined;
    const { consumersCan, says } = actAt(seconds);
    const { ready, unacked } = queue.counts();
    return {
      says,
      sentTotal: traffic.reduce((sum, { counts }) => sum + counts.sent, 0),
      look: { seconds, view, consumersCan, lagSeconds: (ready + unacked) / consumersCan },
    };
  });
  await Promise.all([consumer, ...traffic.map(({ done }) => done)]);
  await running.stop();
  return exit.done;
}

interface Glance {
  readonly says: string;
  readonly sentTotal: number;
  readonly look: Omit<Look, "sent">;
}

/** Looks twice a second until the signal aborts: redraws the picture in place, or writes a line. */
async function show(
  io: Io,
  url: string,
  signal: AbortSignal,
  glance: () => Glance | undefined,
): Promise<void> {
  const { stdout } = io;
  const live = stdout.isTTY === true;
  const looks: Look[] = [];
  const events: string[] = [];
  let drawn = 0;
  let said = "";
  let state = "";
  let before = { seconds: 0, sentTotal: 0, sent: 0 };

  if (!live) stdout.write(`Headgate's demo: ${url}\n`);
  const tell = (seconds: number, text: string) => {
    const line = `${seconds.toFixed(0).padStart(4)} s  ${text}`;
    events.push(line);
    if (!live) stdout.write(`${line}\n`);
  };
  const once = () => {
    const seen = glance();
    if (seen === undefined) return;
    const { seconds, view } = seen.look;
    const span = seconds - before.seconds;
    const rateNow = span > 0 ? (seen.sentTotal - before.sentTotal) / span : 0;
    const sent = before.seconds === 0 ? rateNow : before.sent + 0.4 * (rateNow - before.sent);
    before = { seconds, sentTotal: seen.sentTotal, sent };
    const look = { ...seen.look, sent };
    looks.push(look);
    if (looks.length > looksKept) looks.shift();
    if (seen.says !== said) tell(seconds, seen.says);
    said = seen.says;
    if (view.decision.state !== state) tell(seconds, `${view.decision.state}: ${view.decision.reason.text}`);
    state = view.decision.state;
    if (events.length > 100) events.splice(0, 50);

    if (!live) {
      if (looks.length % 2 === 0) stdout.write(`${plainLine(look)}\n`);
      return;
    }
    const lines = drawPicture(looks, events, {
      url,
      setpointSeconds,
      width: stdout.columns ?? 80,
      height: stdout.rows ?? 24,
      color: io.env.NO_COLOR === undefined,
    });
    // Up to where the last picture began, and each line cleared to its end: no flicker.
    const up = drawn > 0 ? `\x1b[${drawn}A` : "";
    stdout.write(`${up}${lines.map((line) => `${line}\x1b[K\n`).join("")}\x1b[J`);
    drawn = lines.length;
  };

  await new Promise<void>((resolve) => {
    const timer = setInterval(once, lookMs);
    const end = () => {
      clearInterval(timer);
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}
