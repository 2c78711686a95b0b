/** The demo's picture: lag against its setpoint, what producers send against what consumers can do. */
import { styleText } from "node:util";
import { clamp } from "../../core/units.ts";
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
  /** Of the terminal. */
  readonly width: number;
  readonly height: number;
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

const eventsShown = 5;
/** Lines of the picture beside the plots and the events: the head, the charts' titles, what is empty. */
const otherLines = 9;

/** An m ends it. */
const colourBegin = "\x1b[";

/** What of a line fits: a line that wraps, or one too many, and the next picture cannot be drawn over this one. */
const cut = (line: string, width: number): string => {
  let left = width;
  return line
    .split(colourBegin)
    .map((piece, index) => {
      const begin = index === 0 ? 0 : piece.indexOf("m") + 1;
      const shown = piece.slice(begin, begin + left);
      left -= shown.length;
      return piece.slice(0, begin) + shown;
    })
    .join(colourBegin);
};

/** The whole screen, one line an element; all fit into it, the cursor below them. `looks` is not empty. */
export function drawPicture(
  looks: readonly Look[],
  events: readonly string[],
  setup: PictureSetup,
): string[] {
  const { color, width, height } = setup;
  const last = looks.at(-1);
  if (last === undefined) return [];
  const { decision } = last.view;
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    color ? styleText(format, text, { validateStream: false }) : text;
  const plotLines = Math.floor((height - 1 - otherLines - eventsShown) / 2);
  const chart = { height: clamp(plotLines - 1, 2, 7), width: Math.min(width, 110), color };
  const lines = [
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
    ...events.slice(-eventsShown).map((event) => paint("gray", event)),
  ];
  return lines.slice(0, height - 1).map((line) => cut(line, width));
}

/** The same in one line, where the output is no terminal. */
export const plainLine = ({ seconds, view: { decision }, lagSeconds, sent, consumersCan }: Look): string =>
  `${fixed(seconds).padStart(4)} s  ${decision.state.padEnd(10)} lag ${fixed(lagSeconds, 1).padStart(5)} s  ` +
  `producers send ${fixed(sent).padStart(4)}/s of ${decision.rate === null ? "any rate" : `${fixed(decision.rate)}/s`} allowed  consumers can ${fixed(consumersCan)}/s`;
