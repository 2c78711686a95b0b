/** The demo's picture: lag against its setpoint, what producers send against what consumers can do. */
import { styleText } from "node:util";
import type { TargetView } from "../../daemon/board.ts";
import { drawChart } from "../chart.ts";

/** One look at the demo, each second or so. Rates are messages per second. */
export interface Look {
  readonly seconds: number;
  readonly view: TargetView;
  readonly lagSeconds: number;
  readonly sent: number;
  readonly consumersCan: number;
}

export interface PictureSetup {
  readonly url: string;
  readonly setpointSeconds: number;
  readonly width: number;
  readonly color: boolean;
}

const stateColors = {
  open: "green",
  throttled: "yellow",
  recovering: "cyan",
  shedding: "red",
  blind: "gray",
  failing: "red",
} as const;

const fixed = (value: number, digits = 0): string => value.toFixed(digits);

/** The whole screen, one line an element. `looks` is not empty. */
export function drawPicture(
  looks: readonly Look[],
  events: readonly string[],
  setup: PictureSetup,
): string[] {
  const { color, width } = setup;
  const last = looks.at(-1);
  if (last === undefined) return [];
  const { decision } = last.view;
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    color ? styleText(format, text, { validateStream: false }) : text;
  const chart = { height: 7, width: Math.min(width, 110), color };
  return [
    `${paint("bold", "Headgate")}  ${paint("underline", setup.url)}  ${paint("gray", "Ctrl-C ends it")}`,
    "",
    `  producers (2) ${paint("bold", `${fixed(last.sent)}/s`)} ──▶ ▐ orders ▌ ${fixed(decision.lag.messages ?? 0)} waiting ──▶ consumer ${fixed(last.consumersCan)}/s`,
    `  ${paint(["bold", stateColors[decision.state]], decision.state.padEnd(10))} rate ${decision.rate === null ? "unlimited" : `${fixed(decision.rate)}/s`} · ${decision.reason.text}`,
    "",
    ...drawChart(
      [
        { name: "setpoint", color: "gray", values: looks.map(() => setup.setpointSeconds) },
        { name: "lag", color: "yellow", values: looks.map(({ lagSeconds }) => lagSeconds) },
      ],
      { ...chart, title: "lag", unit: "seconds" },
    ).split("\n"),
    "",
    ...drawChart(
      [
        { name: "consumers can", color: "green", values: looks.map(({ consumersCan }) => consumersCan) },
        { name: "producers send", color: "cyan", values: looks.map(({ sent }) => sent) },
      ],
      { ...chart, title: "rate", unit: "messages per second" },
    ).split("\n"),
    "",
    ...events.slice(-5).map((event) => paint("gray", event)),
  ];
}

/** The same in one line, where the output is no terminal. */
export const plainLine = ({ seconds, view: { decision }, lagSeconds, sent, consumersCan }: Look): string =>
  `${fixed(seconds).padStart(4)} s  ${decision.state.padEnd(10)} lag ${fixed(lagSeconds, 1).padStart(5)} s  ` +
  `producers send ${fixed(sent).padStart(4)}/s of ${decision.rate === null ? "any rate" : `${fixed(decision.rate)}/s`} allowed  consumers can ${fixed(consumersCan)}/s`;
