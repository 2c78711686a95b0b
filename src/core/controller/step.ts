/**
 * One target's life: a state, an event, the next state and the decision that follows. Pure; the daemon and
 * replay run the same steps.
 */
import type { Assessment } from "../assessment.ts";
import type { Decision, Override } from "../decision.ts";
import { assess } from "../lag/assess.ts";
import { beginLag, type LagState, stepLag } from "../lag/target.ts";
import type { Observation } from "../observation.ts";
import type { Failure } from "../ports.ts";
import type { TargetSettings } from "../settings.ts";
import type { Instant, Rate } from "../units.ts";
import { basisOf, completionsOf } from "./basis.ts";
import { beginCircuit, type Circuit, closed, judge, looked, reported } from "./circuit.ts";
import { decide, factsOf, type Verdict } from "./decide.ts";
import type { TargetEvent } from "./events.ts";
import { applyOverride, inForce, type Told } from "./override.ts";
import { type PartPace, stepPaces, tellParts, type WorstPart, worstOf, worstSeconds } from "./parts.ts";
import { areHeldBack, beginPressure, type Pressure, stepPressure } from "./pressure.ts";
import { beginRates, delaysFor, type Rates, stepRates, tellRates } from "./rates.ts";

export interface TargetState {
  readonly target: string;
  readonly settings: TargetSettings;
  readonly lag: LagState;
  /** Absent until the first fresh sample. */
  readonly rates: Rates | undefined;
  /** Of each part, where the slowest one counts. */
  readonly paces: readonly PartPace[];
  readonly worst: WorstPart | undefined;
  /** When the last fresh sample arrived. */
  readonly lastFreshAt: Instant | undefined;
  /** Why the last poll told nothing fresh; absent where it did. */
  readonly trouble: string | undefined;
  /** Totals of the last tick; absent while nobody counts. */
  readonly admittedTotal: number | undefined;
  readonly pressure: Pressure;
  /** Whether consumers fail, and what tells. */
  readonly circuit: Circuit;
  readonly override: Override | null;
  /** Lag is beyond the hard bound and was not yet below half of it. */
  readonly shedding: boolean;
  /** How many threshold steps are in force. */
  readonly thresholdSteps: number;
  /** The last rate that was decided while not blind; null: nothing limited. */
  readonly rate: Rate | null;
}

export interface Step {
  readonly state: TargetState;
  readonly decision: Decision;
  readonly assessment: Assessment;
}

export const beginTarget = (target: string, settings: TargetSettings, at: Instant): Step =>
  conclude(
    {
      target,
      settings,
      lag: beginLag(),
      rates: undefined,
      paces: [],
      worst: undefined,
      lastFreshAt: undefined,
      trouble: undefined,
      admittedTotal: undefined,
      pressure: beginPressure(at),
      circuit: beginCircuit(),
      override: null,
      shedding: false,
      thresholdSteps: 0,
      rate: null,
    },
    at,
  );

/** The decision for a state as it stands; the state itself is not moved on. */
export const tellTarget = (state: TargetState, at: Instant): Omit<Step, "state"> => conclude(state, at);

export const stepTarget = (state: TargetState, event: TargetEvent): Step =>
  conclude(take(state, event), event.at);

function take(state: TargetState, event: TargetEvent): TargetState {
  switch (event.event) {
    case "observed":
      return observed(state, event.observation);
    case "pollFailed":
      return { ...state, trouble: describe(event.failure) };
    case "tick":
      return {
        ...state,
        admittedTotal: event.admitted,
        pressure: stepPressure(state.pressure, event.at, event.admitted, event.attempted),
      };
    case "outcomes":
      return { ...state, circuit: reported(state.circuit, state.settings, event.at, event) };
    case "override":
      return { ...state, override: event.override };
    case "reconfigured":
      return { ...state, settings: event.settings };
  }
}

const describe = ({ kind, message }: Failure): string => `${kind}: ${message}`;

function observed(state: TargetState, observation: Observation): TargetState {
  const lag = stepLag(state.lag, observation);
  if (lag === state.lag) return state;
  const { sample } = lag;
  if (sample === undefined || sample.lag.quality === "unknown" || sample.lag.quality === "stale") {
    return { ...state, lag, trouble: lag.trouble ?? "its lag is unknown" };
  }
  const counts = {
    lagMessages: sample.lag.value,
    producedTotal: sample.producedTotal,
    consumedTotal: sample.consumedTotal,
    admittedTotal: observation.admitted,
  };
  const basis = basisOf(counts, sample.at, state.rates, state.settings.pollMs);
  const reading = {
    ...counts,
    at: sample.at,
    receivedAt: sample.receivedAt,
    consumedTotal: completionsOf(basis, counts),
    basis,
    isApproximate: sample.lag.quality === "approximate",
    ...(sample.isReset && { isReset: sample.isReset }),
  };
  const rates =
    state.rates === undefined
      ? beginRates(reading)
      : stepRates(state.rates, reading, delaysFor(state.settings, state.rates));
  const look = {
    at: sample.at,
    lagMessages: sample.lag.value,
    consumedTotal: sample.consumedTotal,
    consumers: lag.consumers,
    groupState: lag.groupState,
  };
  const { signal, pollMs } = state.settings;
  const paces = signal === "worstPart" ? stepPaces(state.paces, lag, sample.at, pollMs) : [];
  return {
    ...state,
    lag: paces.length === 0 ? lag : { ...lag, assessments: tellParts(lag.assessments, paces) },
    rates,
    paces,
    worst: worstOf(paces),
    trouble: undefined,
    lastFreshAt: sample.receivedAt,
    circuit: looked(
      state.circuit,
      state.settings,
      sample.receivedAt,
      look,
      rates.capacity?.peak ?? 0,
      observation.outcomes,
    ),
  };
}

/** The decision for the state as it is at `at`, and what of it the next one builds on. */
function conclude(state: TargetState, at: Instant): Step {
  const { settings } = state;
  const known = assess(state.lag, state.rates === undefined ? {} : tellRates(state.rates));
  const { worst } = state;
  const assessment =
    worst === undefined ? known : { ...known, worstPart: { part: worst.part, seconds: worstSeconds(worst) } };
  const circuit = judge(state.circuit, factsOf(state, assessment, at));
  const verdict: Verdict = decide({ ...state, circuit }, assessment, at);
  const override = inForce(state.override, at);
  const decided = { ...verdict, mode: settings.mode };
  const told: Told =
    override === null
      ? decided
      : applyOverride(override, decided, (rate) => areHeldBack(state.pressure, at, rate, assessment.inflow));
  const { lag } = assessment;
  const seconds = lag.seconds.quality === "unknown" ? undefined : lag.seconds;
  return {
    state: {
      ...state,
      circuit: verdict.reached ? closed(circuit) : circuit,
      override,
      shedding: verdict.shedding,
      thresholdSteps: verdict.thresholdSteps,
      rate: verdict.state === "blind" ? state.rate : verdict.rate,
    },
    assessment,
    decision: {
      target: state.target,
      state: told.state,
      mode: told.mode,
      override,
      rate: told.rate,
      reason: told.reason,
      lag: {
        messages: lag.messages ?? null,
        seconds: seconds?.seconds ?? null,
        method: seconds?.method ?? null,
        trend: lag.trend,
      },
      observedAt: state.rates?.sample.at ?? null,
      decidedAt: at,
      validUntil: Math.min(at + settings.leaseTtlMs, override?.until ?? Number.POSITIVE_INFINITY),
      ...(told.retryAfterMs !== undefined && { retryAfterMs: told.retryAfterMs }),
      ...(verdict.bound && told.state === "shedding" && { shedding: verdict.bound }),
    },
  };
}
