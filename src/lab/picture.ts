/**
 * A scenario as one picture: lag above, the admitted rate below, each law a line. Plain SVG that styles itself for
 * light and dark, so that it can stand in a page or on a slide as it is.
 */
import type { Trace } from "./plant.ts";
import type { Scenario } from "./scenario.ts";

export interface Drawn {
  readonly law: string;
  readonly trace: Trace;
}

const width = 1280;
const height = 720;
const left = 92;
const right = 40;
const plotWidth = width - left - right;
const upper = { top: 132, height: 270 };
const lower = { top: 452, height: 190 };
const points = 400;

/** Light and dark, by law; the last of them for what has no colour of its own. */
const colours: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  headgate: ["#0b57d0", "#7fb3ff"],
  oracle: ["#1f1f1f", "#e8e8e8"],
  static: ["#8a6d00", "#d9b84a"],
  "on-off": ["#b3261e", "#ff8a80"],
  aimd: ["#a8560a", "#ffb26b"],
  pid: ["#0a7d4f", "#63d5a2"],
  mongodb: ["#7b3fa0", "#d0a5f0"],
  breakwater: ["#b0307a", "#ff9ccf"],
};
const colourOf = (law: string) => colours[law] ?? ["#666", "#aaa"];

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const style = (laws: readonly string[]): string => {
  const rules = (place: 0 | 1) => laws.map((law) => `.l-${law}{stroke:${colourOf(law)[place]}}`).join("");
  return `<style>
text{font:15px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:#3c3c3c}
.t{font-size:25px;font-weight:600;fill:#161616}.s{font-size:15px;fill:#5a5a5a}.n{font-size:13px}
.b{fill:#ffffff}.g{stroke:#e4e4e4;stroke-width:1}.a{stroke:#8c8c8c;stroke-width:1.2}.c,path.c{fill:#00000014;stroke:none;opacity:1}
.p{stroke:#5a5a5a;stroke-width:1.5;stroke-dasharray:7 5}
path{fill:none;stroke-width:1.6;stroke-linejoin:round;opacity:.85}.w{stroke-width:3.6;opacity:1}.o{stroke-width:2;stroke-dasharray:2 4;opacity:1}
${rules(0)}
@media (prefers-color-scheme: dark){text{fill:#c8c8c8}.t{fill:#f2f2f2}.s{fill:#a5a5a5}.b{fill:#15171a}.g{stroke:#2c2f34}.a{stroke:#7c8087}.c,path.c{fill:#ffffff1c}.p{stroke:#b5b5b5}
${rules(1)}}
</style>`;
};

/** A round number of which at most `most` steps reach `value`. */
function stepFor(value: number, most: number): number {
  const rough = value / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

/** Mean of each bucket: what a line of so many points can show. */
function thin(values: Float64Array, first: number, last: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const from = first + Math.floor((index * (last - first)) / count);
    const to = Math.max(from + 1, first + Math.floor(((index + 1) * (last - first)) / count));
    let sum = 0;
    for (let step = from; step < to; step += 1) sum += values[step] ?? 0;
    return sum / (to - from);
  });
}

interface Panel {
  readonly top: number;
  readonly height: number;
  readonly most: number;
}

const yOf = ({ top, height: tall, most }: Panel, value: number): number =>
  top + tall - (tall * Math.min(value, most * 1.02)) / most;

const path = (panel: Panel, values: readonly number[]): string =>
  values
    .map((value, index) => {
      const x = left + (plotWidth * (index + 0.5)) / values.length;
      return `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${yOf(panel, value).toFixed(1)}`;
    })
    .join("");

function axes(panel: Panel, title: string, [from, to]: readonly [number, number], timed: boolean): string {
  const lines: string[] = [`<text class="s" x="${left}" y="${panel.top - 12}">${escaped(title)}</text>`];
  const step = stepFor(panel.most, 5);
  for (let value = 0; value <= panel.most * 1.0001; value += step) {
    const y = yOf(panel, value).toFixed(1);
    lines.push(`<line class="g" x1="${left}" x2="${left + plotWidth}" y1="${y}" y2="${y}"/>`);
    lines.push(
      `<text class="n" x="${left - 10}" y="${Number(y) + 4}" text-anchor="end">${Number(value.toPrecision(6)).toLocaleString("en")}</text>`,
    );
  }
  const bottom = panel.top + panel.height;
  lines.push(`<line class="a" x1="${left}" x2="${left + plotWidth}" y1="${bottom}" y2="${bottom}"/>`);
  const tick = stepFor(to - from, 10);
  for (let t = Math.ceil(from / tick) * tick; t <= to; t += tick) {
    const x = (left + (plotWidth * (t - from)) / (to - from)).toFixed(1);
    lines.push(`<line class="a" x1="${x}" x2="${x}" y1="${bottom}" y2="${bottom + 5}"/>`);
    if (timed) lines.push(`<text class="n" x="${x}" y="${bottom + 21}" text-anchor="middle">${t}</text>`);
  }
  if (timed)
    lines.push(`<text class="s" x="${left + plotWidth}" y="${bottom + 44}" text-anchor="end">seconds</text>`);
  return lines.join("\n");
}

function legend(drawn: readonly Drawn[]): string {
  let x = left;
  return [
    ...drawn.map(({ law }) => {
      const item = `<path class="l-${law} ${kindOf(law).style}" d="M${x} 90h30"/><text x="${x + 38}" y="95">${law}</text>`;
      x += 58 + law.length * 8.4;
      return item;
    }),
    `<line class="p" x1="${x}" x2="${x + 30}" y1="90" y2="90"/><text x="${x + 38}" y="95">setpoint</text>`,
    `<rect class="c" x="${x + 118}" y="80" width="30" height="20"/><text x="${x + 156}" y="95">capacity</text>`,
  ].join("\n");
}

/** How prominent a law is: its class in the style, and its place in the pile. */
const kindOf = (law: string): { readonly style: string; readonly rank: number } =>
  law === "headgate"
    ? { style: "w", rank: 2 }
    : law === "oracle"
      ? { style: "o", rank: 1 }
      : { style: "", rank: 0 };

/** `drawn`: the same scenario, poll and seed under each law, in the order of the legend. */
export function drawPicture(scenario: Scenario, drawn: readonly Drawn[]): string {
  const [one] = drawn;
  if (one === undefined) throw new RangeError("nothing to draw");
  const { stepSeconds, capacity, setpointSeconds, pollSeconds } = one.trace;
  const from = Math.max(0, Math.min(...scenario.windows.map((window) => window.from)) - 40);
  const to = scenario.seconds;
  const [first, last] = [Math.round(from / stepSeconds), Math.round(to / stepSeconds)];
  const can = thin(capacity, first, last, points);
  const lines = drawn.map(({ law, trace }) => ({
    law,
    seconds: thin(trace.lag, first, last, points).map((lag, index) => lag / Math.max(1, can[index] ?? 1)),
    rate: thin(trace.admitted, first, last, points),
  }));
  // A law that lets lag run away must not press all others flat.
  const telling = lines.filter(({ law }) => law === "headgate" || law === "oracle");
  const shown = (telling.length > 0 ? telling : lines).flatMap(({ seconds }) => [...seconds]);
  const highest = Math.max(2.2 * setpointSeconds, 1.5 * Math.max(...shown));
  const upperPanel: Panel = { ...upper, most: niceTop(highest) };
  const lowerPanel: Panel = { ...lower, most: niceTop(2.2 * Math.max(...can)) };
  const beyond = lines
    .map(({ law, seconds }) => ({ law, peak: Math.max(...seconds) }))
    .filter(({ peak }) => peak > upperPanel.most);
  const note = beyond.map(({ law, peak }) => `${law} ${Math.round(peak).toLocaleString("en")} s`).join(", ");
  // Drawn last is drawn on top.
  const order = lines.toSorted((a, b) => kindOf(a.law).rank - kindOf(b.law).rank);
  const setpointY = yOf(upperPanel, setpointSeconds).toFixed(1);
  const area = `${path(lowerPanel, can)}V${lower.top + lower.height}H${left}Z`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(scenario.title)}">
${style(drawn.map(({ law }) => law))}
<rect class="b" width="${width}" height="${height}"/>
<text class="t" x="${left}" y="46">${escaped(scenario.title)}</text>
<text class="s" x="${left + plotWidth}" y="46" text-anchor="end">poll ${pollSeconds} s · one seed</text>
${legend(drawn)}
<clipPath id="u"><rect x="${left}" y="${upper.top - 2}" width="${plotWidth}" height="${upper.height + 4}"/></clipPath>
<clipPath id="v"><rect x="${left}" y="${lower.top - 2}" width="${plotWidth}" height="${lower.height + 4}"/></clipPath>
${axes(upperPanel, "Lag, in seconds of what consumers can do", [from, to], false)}
${note === "" ? "" : `<text class="s" x="${left + plotWidth}" y="${upper.top - 12}" text-anchor="end">beyond the scale: ${escaped(note)}</text>`}
<line class="p" x1="${left}" x2="${left + plotWidth}" y1="${setpointY}" y2="${setpointY}"/>
<g clip-path="url(#u)">
${order.map(({ law, seconds }) => `<path class="l-${law} ${kindOf(law).style}" d="${path(upperPanel, seconds)}"/>`).join("\n")}
</g>
${axes(lowerPanel, "Admitted, messages per second", [from, to], true)}
<g clip-path="url(#v)">
<path class="c" d="${area}"/>
${order.map(({ law, rate }) => `<path class="l-${law} ${kindOf(law).style}" d="${path(lowerPanel, rate)}"/>`).join("\n")}
</g>
</svg>
`;
}

function niceTop(value: number): number {
  const step = stepFor(value, 5);
  return Math.ceil(value / step) * step;
}
