/** Lines over time, for a terminal. */
import chart from "asciichart";

const palette = {
  cyan: chart.cyan,
  yellow: chart.yellow,
  green: chart.green,
  magenta: chart.magenta,
  gray: chart.darkgray,
  blue: chart.blue,
} as const;

export interface Line {
  readonly name: string;
  readonly color: keyof typeof palette;
  readonly values: readonly number[];
}

export interface ChartOptions {
  readonly title: string;
  readonly unit: string;
  readonly height: number;
  readonly width: number;
  readonly color: boolean;
}

const labelWidth = 8;
const reset = "\x1b[39m";

/** A title with a legend, and the lines below it, each squeezed or cut to `width` columns. Ends without a newline. */
export function drawChart(lines: readonly Line[], options: ChartOptions): string {
  const { title, unit, height, width, color } = options;
  const columns = Math.max(2, width - labelWidth - 3);
  const series = lines.map(({ values }) => squeeze(values, columns));
  const top = Math.max(1, ...series.flat());
  const legend = lines
    .map(({ name, color: c }) => (color ? `${palette[c]}── ${name}${reset}` : name))
    .join("  ");
  const plot = chart.plot(
    series.map((values) => (values.length > 0 ? values : [0])),
    {
      min: 0,
      max: top,
      height,
      // The lowest label may come out as -0.0.
      format: (value) =>
        Math.max(0, value)
          .toFixed(top < 10 ? 1 : 0)
          .padStart(labelWidth),
      colors: lines.map((line) => (color ? palette[line.color] : undefined)),
    },
  );
  return `${title} (${unit})  ${legend}\n${plot}`;
}

/** At most `columns` values: as they are, or the mean of each bucket. */
function squeeze(values: readonly number[], columns: number): number[] {
  if (values.length <= columns) return [...values];
  const size = values.length / columns;
  return Array.from({ length: columns }, (_, column) => {
    const bucket = values.slice(
      Math.floor(column * size),
      Math.max(Math.floor((column + 1) * size), Math.floor(column * size) + 1),
    );
    return bucket.reduce((sum, value) => sum + value, 0) / bucket.length;
  });
}
