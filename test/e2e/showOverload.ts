/** The run of overload.ts at its full length, with a picture and its figures. */
import { drawChart } from "../../src/cli/chart.ts";
import { type Figures, type Look, runOverload, setpointSeconds } from "./overload.ts";

const fixed = (value: number, digits = 0) => value.toFixed(digits);
const percent = (share: number) => `${fixed(100 * share, 1)} %`;

/** What each phase has to show. */
const required: {
  readonly name: string;
  readonly ok: (figures: Figures) => boolean;
  readonly show: (figures: Figures) => string;
}[] = [
  {
    name: `settled lag within ± 20 % of ${setpointSeconds} s`,
    ok: ({ settledLagSeconds }) => Math.abs(settledLagSeconds / setpointSeconds - 1) <= 0.2,
    show: ({ settledLagSeconds, furthest }) =>
      `${fixed(settledLagSeconds, 2)} s (furthest off ${percent(furthest)})`,
  },
  {
    name: "consumer busy at least 98 % of the time",
    ok: ({ busy }) => busy >= 0.98,
    show: ({ busy }) => percent(busy),
  },
  {
    name: "the producer sends what the consumer can do, within 5 %",
    ok: ({ sentShare }) => Math.abs(sentShare - 1) <= 0.05,
    show: ({ sentShare }) => percent(sentShare),
  },
];
/** How many of the figures are missed. */
export async function showOverload(bootstrap: readonly string[], phaseSeconds = 60): Promise<number> {
  process.stdout.write(
    `4 partitions; the producer wants 1500/s; setpoint ${setpointSeconds} s, poll 1 s\n` +
      `the consumer can do 500/s, from ${phaseSeconds} s on 200/s, from ${2 * phaseSeconds} s on 500/s again\n\n` +
      "   time  state      rate allowed  lag (true)    without Headgate\n",
  );
  let lines = 0;
  const { looks, figures } = await runOverload(bootstrap, phaseSeconds, (look) => {
    if (look.seconds < 2 * lines) return;
    lines = Math.floor(look.seconds / 2) + 1;
    const rate = look.rate === null ? "any" : `${fixed(look.rate)}/s`;
    process.stdout.write(
      `${fixed(look.seconds).padStart(5)} s  ${look.state.padEnd(10)} ${rate.padStart(12)}  ${fixed(look.lagSeconds, 1).padStart(6)} s  ${fixed(look.without.lagSeconds, 1).padStart(14)} s\n`,
    );
  });

  const color = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  const size = { height: 10, width: process.stdout.columns ?? 100, color };
  const line = (
    name: string,
    shade: "gray" | "yellow" | "green" | "cyan" | "magenta",
    value: (look: Look) => number,
  ) => ({
    name,
    color: shade,
    values: looks.map(value),
  });
  const lag = line("lag", "yellow", ({ lagSeconds }) => lagSeconds);
  const setpoint = line("setpoint", "gray", () => setpointSeconds);
  const without = line("without Headgate", "magenta", (look) => look.without.lagSeconds);
  const sending = looks.map((look, index) => {
    const before = looks[Math.max(0, index - 8)] ?? look;
    return look === before ? 0 : (look.sent - before.sent) / (look.seconds - before.seconds);
  });
  process.stdout.write(
    `\n${drawChart([setpoint, lag], { ...size, title: "lag", unit: "seconds" })}\n\n` +
      `${drawChart([line("consumer can", "green", (look) => look.consumersCan), { name: "producer sends", color: "cyan", values: sending }], { ...size, title: "rate", unit: "messages per second" })}\n\n` +
      `${drawChart([without, lag], { ...size, title: "lag beside the same run without Headgate", unit: "seconds" })}\n\n`,
  );

  let missed = 0;
  for (const one of figures) {
    process.stdout.write(`${one.phase}\n`);
    for (const { name, ok, show } of required) {
      if (!ok(one)) missed += 1;
      process.stdout.write(`  ${ok(one) ? "ok    " : "MISSED"}  ${name}: ${show(one)}\n`);
    }
    process.stdout.write(`          without Headgate, at its end: ${fixed(one.withoutLagSeconds, 1)} s\n`);
  }
  return missed;
}
