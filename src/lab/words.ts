/** Figures in words and digits, for tables and lines. */
import type { FigureName } from "./scenario.ts";
import type { Ruling } from "./series.ts";

export const figureWords: Readonly<Record<FigureName, string>> = {
  peakSeconds: "peak, s",
  overshootPercent: "overshoot, %",
  peakOverSeconds: "peak over the unavoidable, s",
  peakOverDelay: "the same over what delay costs",
  settlesSeconds: "settles, s",
  strayPercent: "mean stray, %",
  biasPercent: "bias, %",
  variationPercent: "variation, %",
  growth: "growth",
  utilisationPercent: "utilisation, %",
  idleSeconds: "idle, s",
  heldBackPercent: "held back, %",
  mostAdmitted: "most admitted, messages/s",
  jain: "Jain's index",
  fairRefreshes: "fair after, refreshes",
  topHeldBackPercent: "held back of the top class, %",
  lostMessages: "lost, messages",
  failedMessages: "failed, messages",
  failingSeconds: "failing, s",
  opensPolls: "opens, polls",
};

/** Two decimals below 10, one below 1,000, else none; what is no number is a dash, what never comes is said so. */
export const digits = (value: number): string => {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return "never";
  const size = Math.abs(value);
  const text = value.toFixed(size >= 1000 ? 0 : size >= 10 ? 1 : 2);
  return Number(text) === 0 ? "0" : text;
};

export const rulingText = ({ requirement, value, bound }: Ruling): string => {
  const { window, figure, statistic, atLeast, atMostOracle, unlessOracle } = requirement;
  const sign = atLeast === undefined ? "≤" : "≥";
  const whose = atMostOracle === undefined ? "" : ` (${atMostOracle} × oracle)`;
  const where = unlessOracle === undefined ? "" : " where the oracle attains it";
  return `${window}: ${figureWords[figure]}, ${statistic} ${digits(value)} ${sign} ${digits(bound)}${whose}${where}`;
};
