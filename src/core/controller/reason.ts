/** The sentence of a decision: what was seen, what is aimed at, what consumers do. */
import type { Assessment } from "../assessment.ts";
import type { Reason } from "../decision.ts";
import { brief, type Rate } from "../units.ts";
import { openForMs, type Phase } from "./circuit.ts";
import type { Cause } from "./judgement.ts";
import { isNear } from "./retention.ts";

const perSecond = (rate: Rate): string => `${brief(rate)}/s`;

const behind = ({ lag, worstPart }: Assessment, seconds: number | undefined): string => {
  const messages = lag.messages === undefined ? undefined : `${brief(lag.messages)} messages`;
  const time = seconds === undefined ? undefined : `${brief(seconds)} s`;
  if (lag.messages === 0) return "nothing behind";
  if (worstPart !== undefined && time !== undefined) return `part ${worstPart.part} is ${time} behind`;
  return `${time ?? messages ?? "an unknown number of messages"} behind`;
};

const consumersDo = ({ capacity, drain, consumers, basis }: Assessment): string => {
  if (consumers === 0) return "no consumer is connected";
  const rate = capacity ?? drain;
  return rate === undefined
    ? basis === "nothing"
      ? "nothing tells what consumers complete"
      : "what consumers complete is not known yet"
    : basis === "lag"
      ? `consumers complete ${perSecond(rate)} beside what others send, told from lag and admissions alone`
      : `consumers complete ${perSecond(rate)}`;
};

const coverage = ({ lag: { covers } }: Assessment): string =>
  covers.fresh < covers.of ? `; seen on ${covers.fresh} of ${covers.of} parts` : "";

export const holdingText = (
  assessment: Assessment,
  seconds: number | undefined,
  setpointSeconds: number,
): string =>
  `${behind(assessment, seconds)}, holding ${brief(setpointSeconds)} s; ${consumersDo(assessment)}${coverage(assessment)}`;

export const sheddingText = (
  assessment: Assessment,
  seconds: number | undefined,
  maxSeconds: number,
): string =>
  `${behind(assessment, seconds)}, beyond the bound of ${brief(maxSeconds)} s; ${consumersDo(assessment)}${coverage(assessment)}`;

/** What will be deleted unread, where that is forecast for soon. */
export const lossText = ({ timeToLossSeconds, retention }: Assessment): string =>
  !isNear(timeToLossSeconds) || retention === undefined
    ? ""
    : timeToLossSeconds === 0
      ? "; messages are being deleted unread"
      : `; at this rate the first message is deleted unread in ${brief(timeToLossSeconds)} s`;

/** `rate`: what whoever asks next is held to; null where that is nothing. */
export const openText = (assessment: Assessment, seconds: number | undefined, rate: Rate | null): string =>
  `${behind(assessment, seconds)}; ${rate === null ? "nobody is held back" : `${perSecond(rate)} at the most`}; ${consumersDo(assessment)}${coverage(assessment)}`;

export const thresholdText = (
  assessment: Assessment,
  seconds: number | undefined,
  step: { readonly above: number; readonly below: number },
  unit: "messages" | "seconds",
): string =>
  `${behind(assessment, unit === "seconds" ? seconds : undefined)}, above ${brief(step.above)} ${unit}, ` +
  `until below ${brief(step.below)}; ${consumersDo(assessment)}${coverage(assessment)}`;

export const blindText = (
  sinceSeconds: number | undefined,
  why: string | undefined,
  doing: string,
): string => {
  const since =
    sinceSeconds === undefined
      ? "nothing was ever known of this target"
      : `nothing fresh for ${Math.floor(sinceSeconds)} s`;
  return `${since}${why === undefined ? "" : ` (${why})`}; ${doing}`;
};

const percent = (ratio: number): string => `${brief(100 * ratio)} %`;

const causeText = (cause: Cause, assessment: Assessment): string => {
  const { lag } = assessment;
  const seconds = lag.seconds.quality === "unknown" ? undefined : lag.seconds.seconds;
  switch (cause.signal) {
    case "failures":
      return `${percent(cause.value)} of ${brief(cause.outcomes)} outcomes failed, where ${percent(cause.limit)} is the limit`;
    case "progress":
      return `${behind(assessment, seconds)}, and consumers had completed nothing for ${brief(cause.value)} s`;
    case "consumers":
      return `${behind(assessment, seconds)}, and no consumer had been connected for ${brief(cause.value)} s`;
  }
};

/** What was seen when the circuit opened, and what happens now. */
export const failingReason = (
  { kind, cause, reopened }: Extract<Phase, { kind: "open" | "halfOpen" }>,
  rate: Rate,
  assessment: Assessment,
): Reason => ({
  signal: cause.signal,
  value: cause.value,
  setpoint: cause.limit,
  text:
    `${causeText(cause, assessment)}; probes only, ${perSecond(rate)}, ` +
    (kind === "open"
      ? `for ${brief(openForMs(reopened) / 1000)} s`
      : "until consumers are seen to work again"),
});

export const recoveringReason = (
  { cause, reference }: Extract<Phase, { kind: "closing" }>,
  rate: Rate,
): Reason => ({
  signal: cause.signal,
  value: cause.value,
  setpoint: cause.limit,
  text: `consumers work again; rising to what they complete, ${perSecond(rate)} now of ${perSecond(reference)} before`,
});
