/** A strict reader of Prometheus' text format, as far as Headgate writes it. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const labelPattern = /([a-z_]+)="((?:[^"\\]|\\["\\n])*)"/y;
const unescaped = (text: string): string =>
  text.replace(/\\(["\\n])/g, (_, char) => (char === "n" ? "\n" : char));

const labelsOf = (text: string): Record<string, string> => {
  const labels: [string, string][] = [];
  labelPattern.lastIndex = 0;
  for (let at = 0; at < text.length; at = labelPattern.lastIndex) {
    if (at > 0 && text[at] !== ",") throw new Error(`not a list of labels: ${text}`);
    labelPattern.lastIndex = at > 0 ? at + 1 : 0;
    const [, name = "", value = ""] = labelPattern.exec(text) ?? [];
    if (name === "") throw new Error(`not a list of labels: ${text}`);
    labels.push([name, unescaped(value)]);
  }
  return Object.fromEntries(labels);
};

/** All samples of a body; throws at a line that is neither comment, sample nor empty, or has no `# TYPE`. */
export const samplesOf = (body: string): Sample[] => {
  const typed = new Set<string>();
  return body.split("\n").flatMap((line) => {
    const type = /^# TYPE ([a-z0-9_]+) (?:gauge|counter|histogram|summary)$/.exec(line);
    if (type?.[1] !== undefined) typed.add(type[1]);
    if (line === "" || line.startsWith("# TYPE ") || line.startsWith("# HELP ")) return [];
    const [, name = "", labels = "", value = ""] = /^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/s.exec(line) ?? [];
    if (!typed.has(name) && !typed.has(name.replace(/_(bucket|sum|count)$/, "")))
      throw new Error(`not a sample of a typed metric: ${line}`);
    return [{ name, labels: labelsOf(labels), value: Number(value) }];
  });
};
