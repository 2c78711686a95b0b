/** From the board's values to the contract's: instants become ISO 8601, what is absent becomes null. */
import type { Decision } from "../contract/decision.ts";
import type { Readiness } from "../contract/health.ts";
import type { Override as WireOverride } from "../contract/override.ts";
import type { Source } from "../contract/source.ts";
import type { Part, Target } from "../contract/target.ts";
import type { Assessment, PartAssessment } from "../core/assessment.ts";
import type { Override } from "../core/decision.ts";
import type { Instant } from "../core/units.ts";
import type { Board, LeaseView, PublishedDecision, SourceView, TargetView } from "../daemon/board.ts";

export const isoInstant = (instant: Instant): string => new Date(instant).toISOString();

const isoOrNull = (instant: Instant | null | undefined): string | null =>
  instant === null || instant === undefined ? null : isoInstant(instant);

/** Three decimals are finer than anything that is measured here. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;

export const roundedOrNull = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : rounded(value);

export const overrideBody = ({ kind, rate, note, author, until }: Override): WireOverride => ({
  kind,
  rate,
  note,
  author,
  until: isoInstant(until),
});

export const reasonBody = ({
  signal,
  value,
  setpoint,
  text,
}: PublishedDecision["reason"]): Decision["reason"] => ({
  signal,
  value: roundedOrNull(value),
  setpoint: roundedOrNull(setpoint),
  text,
});

export const decisionBody = (decision: PublishedDecision): Decision => {
  const { target, state, mode, override, rate, reason, lag, observedAt, validUntil, version } = decision;
  return {
    target,
    state,
    mode,
    override: override && overrideBody(override),
    rate: roundedOrNull(rate),
    reason: reasonBody(reason),
    lag: {
      messages: roundedOrNull(lag.messages),
      seconds: roundedOrNull(lag.seconds),
      method: lag.method,
      trend: lag.trend,
    },
    observedAt: isoOrNull(observedAt),
    validUntil: isoInstant(validUntil),
    version,
  };
};

const partBody = ({ part, lag, held, lost, quality, flags, drain, seconds }: PartAssessment): Part => ({
  part,
  lag: roundedOrNull(lag),
  held: roundedOrNull(held),
  lost,
  quality,
  flags: [...flags],
  drain: roundedOrNull(drain),
  seconds: roundedOrNull(seconds),
});

/** An assessment and its parts, as they stand beside a decision. */
export const viewBody = (assessment: Assessment): Pick<Target, "assessment" | "parts"> => {
  const { lag } = assessment;
  const seconds = lag.seconds.quality === "unknown" ? undefined : lag.seconds;
  return {
    assessment: {
      at: isoOrNull(assessment.at),
      status: assessment.status,
      lag: {
        messages: roundedOrNull(lag.messages),
        quality: lag.quality,
        seconds: roundedOrNull(seconds?.seconds),
        secondsQuality: lag.seconds.quality,
        method: seconds?.method ?? null,
        trend: lag.trend,
        covers: { ...lag.covers },
      },
      held: roundedOrNull(assessment.held),
      delayed: roundedOrNull(assessment.delayed),
      lost: assessment.lost,
      inflow: roundedOrNull(assessment.inflow),
      exogenousInflow: roundedOrNull(assessment.exogenousInflow),
      basis: assessment.basis ?? null,
      drain: roundedOrNull(assessment.drain),
      capacity: roundedOrNull(assessment.capacity),
      timeToDrainMs:
        assessment.timeToDrainSeconds === undefined ? null : Math.round(assessment.timeToDrainSeconds * 1000),
      timeToLossMs:
        assessment.timeToLossSeconds === undefined ? null : Math.round(assessment.timeToLossSeconds * 1000),
      retention: {
        ms: assessment.retention?.seconds === undefined ? null : 1000 * assessment.retention.seconds,
        messages: assessment.retention?.messages ?? null,
      },
      worstPart:
        assessment.worstPart === undefined
          ? null
          : { part: assessment.worstPart.part, seconds: rounded(assessment.worstPart.seconds) },
      consumers: roundedOrNull(assessment.consumers),
      groupState: assessment.groupState,
    },
    parts: assessment.parts.map(partBody),
  };
};

/** `leases`: those to be shown one by one. */
export const targetBody = (
  view: TargetView,
  withParts: boolean,
  leases: readonly LeaseView[] = [],
): Target => {
  const { target, broker, decision, assessment, sharing } = view;
  return {
    target,
    broker,
    mode: decision.mode,
    override: decision.override && overrideBody(decision.override),
    decision: decisionBody(decision),
    ...viewBody(withParts ? assessment : { ...assessment, parts: [] }),
    leases: {
      count: sharing.leases,
      rate: roundedOrNull(sharing.leasedRate),
      inFlightMax: sharing.inFlightMax,
      shown: leases.map((lease) => ({
        ...lease,
        rate: roundedOrNull(lease.rate),
        expiresAt: isoInstant(lease.expiresAt),
      })),
    },
  };
};

export const sourceBody = (view: SourceView): Source => ({
  broker: view.broker,
  type: view.type,
  targets: view.targets,
  reachable: view.reachable,
  pollMs: view.pollMs,
  lastPollAt: isoOrNull(view.lastPollAt),
  lastPollMs: roundedOrNull(view.lastPollMs),
  lastPollRequests: view.lastPollRequests,
  polls: view.polls,
  requests: { ...view.requests },
  errors: { ...view.errors },
  lastError: view.lastError === null ? null : { ...view.lastError, at: isoInstant(view.lastError.at) },
});

const storeTrouble = (board: Board): Readiness["degraded"] => {
  const store = board.store();
  return store === null || store.failing === null
    ? []
    : [
        {
          kind: "store",
          name: store.path,
          text: `cannot be used (${store.failing}); decisions go on, from memory alone`,
        },
      ];
};

/** Ready as soon as decisions are served: what is not ready would take its producers down with it. */
export const readinessBody = (board: Board): Readiness => ({
  ready: true,
  degraded: [
    ...storeTrouble(board),
    ...board
      .sources()
      .filter(({ reachable }) => reachable === false)
      .map(({ broker, lastError }) => ({
        kind: "source" as const,
        name: broker,
        text: lastError === null ? "does not answer" : `${lastError.kind}: ${lastError.message}`,
      })),
    ...board
      .targets()
      .filter(({ decision }) => decision.state === "blind")
      .map(({ target, decision }) => ({ kind: "target" as const, name: target, text: decision.reason.text })),
  ],
});
