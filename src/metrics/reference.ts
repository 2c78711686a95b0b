/** docs/metrics.md, out of the catalogue. */
import { labelMeanings, metricSpecs } from "./catalogue.ts";

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const code = (text: string): string => `\`${text}\``;

/** The page as Markdown. */
export const metricsReference = (): string => `# Metrics

\`GET /metrics\` answers in the text format of Prometheus. What is unknown has no sample, and what left the
configuration leaves no series. Counters begin at 0 when the daemon starts.

${table(
  ["metric", "kind", "unit", "labels", "meaning"],
  metricSpecs.map((spec) => [
    code(spec.name),
    spec.kind,
    spec.unit === "flag" ? "0 or 1" : spec.unit,
    spec.labels.map(code).join(", "),
    spec.help,
  ]),
)}

## Labels

${table(
  ["label", "meaning"],
  Object.entries(labelMeanings).map(([label, meaning]) => [code(label), meaning]),
)}

To have a target's broker or mode in a query, join its info:
\`headgate_target_lag_seconds * on (target) group_left (broker, mode) headgate_target_info\`.

## The process

Beside these stand the metrics of the process, under the names that dashboards for Node.js expect:
\`process_*\` (CPU, memory, file descriptors, start) and \`nodejs_*\` (heap, garbage collection, lag of the
event loop at the scrape, active resources). Percentiles of the event loop's lag are left out: they need a
timer that costs an idle daemon more than all its other work.
`;
