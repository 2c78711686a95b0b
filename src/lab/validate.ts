/**
 * A scenario out of JSON: every problem with its field, its value and what is allowed; what is not given has a
 * default; what is not known is refused.
 */
import { defaultPriority, priorities } from "../core/sharing/priorities.ts";
import {
  count,
  flag,
  list,
  number,
  oneOf,
  type Reader,
  type Report,
  record,
  show,
  text,
  yes,
} from "./reading.ts";
import {
  counters,
  figureNames,
  type Requirement,
  type Scenario,
  statistics,
  type TenantGroup,
  type Window,
} from "./scenario.ts";
import type { Signal } from "./signal.ts";

export interface ScenarioProblem {
  readonly field: string;
  readonly problem: string;
}

export type ScenarioResult =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] };

const longestSeconds = 7200;
const instant = number(0, longestSeconds);
const rate = number(0, 1e6);
const share = number(0, 1);

const piece = record(["from", "value"], (get) => ({ from: get("from", instant), value: get("value", rate) }));
const sine = record(["share", "periodSeconds"], (get) => ({
  share: get("share", share),
  periodSeconds: get("periodSeconds", number(1, longestSeconds)),
}));
const wander = record(["share", "tauSeconds"], (get) => ({
  share: get("share", share),
  tauSeconds: get("tauSeconds", number(0.1, longestSeconds)),
}));

const signal: Reader<Signal> = (value, field, report) => {
  if (typeof value === "number") return { pieces: [{ from: 0, value: rate(value, field, report) }] };
  if (typeof value !== "object" || value === null) {
    report(field, `${show(value)} is not allowed: a number, or an object with pieces, sine, wander`);
    return { pieces: [] };
  }
  const read = record(["pieces", "sine", "wander"], (get, optional) => {
    const swing = optional("sine", sine);
    const drift = optional("wander", wander);
    return {
      pieces: get("pieces", list(piece, 1, 1000)),
      ...(swing && { sine: swing }),
      ...(drift && { wander: drift }),
    };
  })(value, field, report);
  read.pieces.forEach(({ from }, index) => {
    const before = read.pieces[index - 1];
    if (before === undefined ? from !== 0 : from <= before.from)
      report(`${field}.pieces[${index}].from`, `${from} is not allowed: 0 first, then later ones`);
  });
  return read;
};

const span = record(["from", "to"], (get) => ({ from: get("from", instant), to: get("to", instant) }));
const window: Reader<Window> = record(["name", "from", "to"], (get) => ({
  name: get("name", text),
  from: get("from", instant),
  to: get("to", instant),
}));

const bound = number(-1e9, 1e9);
const requirement: Reader<Requirement> = record(
  ["window", "figure", "statistic", "atMost", "atLeast", "atMostOracle", "unlessOracle", "polls"],
  (get, optional) => {
    const [atMost, atLeast, atMostOracle] = [
      optional("atMost", bound),
      optional("atLeast", bound),
      optional("atMostOracle", number(0, 1000)),
    ];
    const unlessOracle = optional("unlessOracle", yes);
    const polls = optional("polls", list(number(0.25, 60), 1, 20));
    return {
      window: get("window", text),
      figure: get("figure", oneOf(figureNames)),
      statistic: get("statistic", oneOf(statistics)),
      ...(atMost !== undefined && { atMost }),
      ...(atLeast !== undefined && { atLeast }),
      ...(atMostOracle !== undefined && { atMostOracle }),
      ...(unlessOracle !== undefined && { unlessOracle }),
      ...(polls !== undefined && { polls }),
    };
  },
);

const retention = record(["seconds", "setpoints", "messages"], (_, optional) => {
  const [seconds, setpoints, messages] = [
    optional("seconds", number(1, longestSeconds)),
    optional("setpoints", number(1, 1000)),
    optional("messages", number(1, 1e9)),
  ];
  return {
    ...(seconds !== undefined && { seconds }),
    ...(setpoints !== undefined && { setpoints }),
    ...(messages !== undefined && { messages }),
  };
});

const producers = record(["count", "late", "deaf"], (get) => ({
  count: get("count", count(1, 1000), 20),
  late: get(
    "late",
    record(["count", "seconds"], (inner) => ({
      count: inner("count", count(0, 1000)),
      seconds: inner("seconds", number(0, 600)),
    })),
    { count: 0, seconds: 0 },
  ),
  deaf: get("deaf", count(0, 1000), 0),
}));

const tenantGroup: Reader<TenantGroup> = record(["name", "count", "weight", "priority", "demand"], (get) => ({
  name: get("name", text),
  count: get("count", count(1, 1000), 1),
  weight: get("weight", number(0.001, 1000), 1),
  priority: get("priority", oneOf(priorities), defaultPriority),
  demand: get("demand", signal),
}));

const spans = list(span, 0, 100);
const away = record(["killed", "cutOff", "apart"], (get) => ({
  killed: get("killed", spans, []),
  cutOff: get("cutOff", spans, []),
  apart: get("apart", spans, []),
}));

const zero: Signal = { pieces: [{ from: 0, value: 0 }] };

const scenarioReader: Reader<Scenario> = record(
  [
    "name",
    "title",
    "about",
    "seconds",
    "setpointSeconds",
    "capacity",
    "demand",
    "exogenous",
    "noise",
    "jitter",
    "sampleAge",
    "lostPolls",
    "counters",
    "commitEverySeconds",
    "rebalances",
    "failures",
    "retention",
    "producers",
    "tenants",
    "leases",
    "away",
    "windows",
    "must",
  ],
  (get, optional) => ({
    name: get("name", text),
    title: get("title", text),
    about: get("about", text, "A scenario of one's own."),
    seconds: get("seconds", number(10, longestSeconds)),
    setpointSeconds: get("setpointSeconds", number(1, 3600), 10),
    capacity: get("capacity", signal),
    demand: optional("demand", signal) ?? zero,
    exogenous: get("exogenous", signal, zero),
    noise: get("noise", share, 0.05),
    jitter: get("jitter", number(0, 0.9), 0.1),
    sampleAge: get(
      "sampleAge",
      record(["polls", "seconds"], (inner) => ({
        polls: inner("polls", number(0, 10), 0),
        seconds: inner("seconds", number(0, 600), 0),
      })),
      { polls: 0.2, seconds: 0 },
    ),
    lostPolls: get("lostPolls", number(0, 0.95), 0),
    counters: get("counters", list(oneOf(counters), 0, 2), counters),
    commitEverySeconds: get("commitEverySeconds", number(0, 600), 0),
    rebalances: get("rebalances", spans, []),
    failures: get("failures", signal, zero),
    retention: get("retention", retention, {}),
    producers: get("producers", producers, { count: 20, late: { count: 0, seconds: 0 }, deaf: 0 }),
    tenants: get("tenants", list(tenantGroup, 0, 100), []),
    leases: get("leases", flag, false),
    away: get("away", away, { killed: [], cutOff: [], apart: [] }),
    windows: get("windows", list(window, 1, 20)),
    must: get("must", list(requirement, 0, 100), []),
  }),
);

/** What no single field can tell. */
function checkWhole(scenario: Scenario, report: Report): void {
  const { seconds, windows, rebalances, must, producers: senders, capacity, failures, tenants } = scenario;
  const checkSpan = (field: string, { from, to }: { from: number; to: number }) => {
    if (!(from < to && to <= seconds))
      report(
        field,
        `from ${from} to ${to} is not allowed: from before to, and to at most ${seconds} (seconds)`,
      );
  };
  windows.forEach((one, index) => {
    checkSpan(`windows[${index}]`, one);
  });
  rebalances.forEach((one, index) => {
    checkSpan(`rebalances[${index}]`, one);
  });
  for (const kind of ["killed", "cutOff", "apart"] as const)
    scenario.away[kind].forEach((one, index) => {
      checkSpan(`away.${kind}[${index}]`, one);
    });
  if ((scenario.demand === zero) === (tenants.length === 0))
    report("demand", tenants.length === 0 ? "is missing" : "is the tenants' own: leave it out");
  must.forEach(({ window: name, atMost, atLeast, atMostOracle }, index) => {
    if (!windows.some((one) => one.name === name)) {
      const names = windows.map((one) => one.name).join(", ");
      report(`must[${index}].window`, `${show(name)} is not allowed: one of ${names}`);
    }
    if ([atMost, atLeast, atMostOracle].filter((limit) => limit !== undefined).length !== 1)
      report(`must[${index}]`, "needs one of atMost, atLeast, atMostOracle");
  });
  if (failures.pieces.some(({ value }) => value > 1)) report("failures", "must be shares from 0 to 1");
  if (senders.late.count + senders.deaf > senders.count)
    report("producers", `${senders.late.count} late and ${senders.deaf} deaf are more than ${senders.count}`);
  if (!(capacity.pieces[0] !== undefined && capacity.pieces[0].value > 0))
    report("capacity", "must be above 0 at the start");
}

export function parseScenario(json: unknown): ScenarioResult {
  const problems: ScenarioProblem[] = [];
  const report: Report = (field, problem) =>
    void problems.push({ field: field === "" ? "scenario" : field, problem });
  const scenario = scenarioReader(json, "", report);
  if (problems.length === 0) checkWhole(scenario, report);
  return problems.length === 0 ? { ok: true, scenario } : { ok: false, problems };
}
