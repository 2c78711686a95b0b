/**
 * What several keys of a configuration must be together. Each rule reads what was written, through the schema of
 * the keys that it is about, and is silent where one of those is not valid by itself: so one wrong value hides
 * no other problem.
 */
import { BlockList, isIPv6 } from "node:net";
import { templateName } from "../core/sharing/tenants.ts";
import type { Document } from "./document.ts";
import { type Draft, isMapping, list, mapping, readDraft, type Target, valid } from "./draft.ts";
import type { Fault, Path, Suggestion } from "./problem.ts";
import { opsSchema, serverSchema, stepSchema, targetSchema, tenantSchema } from "./schema.ts";
import { addresses, formatDuration, kinds } from "./values.ts";

type Report = (fault: Fault) => void;

export interface Rule {
  /** For the reference. */
  readonly says: string;
  /** A warning: the configuration is taken nevertheless. */
  readonly warns?: boolean;
  check(draft: Draft, report: Report): void;
}

/** A rule about one target at a time. */
const perTarget = (says: string, check: (target: Target, report: Report, draft: Draft) => void): Rule => ({
  says,
  check: (draft, report) => {
    for (const target of draft.targets.values()) check(target, report, draft);
  },
});

/** A fault whose sentence says no more than what is allowed. */
const mustBe = (path: Path, allowed: string): Fault => ({ path, says: `is not ${allowed}`, allowed });

const t = targetSchema.shape;
const leaseKeys = t.lease.unwrap().shape;
const nameSchema = t.broker;
const nameAllowed = kinds.get(nameSchema)?.allowed;

export const rules: readonly Rule[] = [
  {
    says: "`server.host` is a loopback address unless `server.insecure` is true.",
    check({ file }, report) {
      const server = mapping(file.server);
      const host = valid(serverSchema.shape.host, server.host);
      const insecure = valid(serverSchema.shape.insecure, server.insecure);
      if (host === undefined || insecure !== false || isLoopback(host)) return;
      report({
        path: ["server", "host"],
        says:
          "lets other machines in, and this version asks nobody for a token, so whoever reaches the port reads " +
          "all decisions and uses up producers' rates; listen on 127.0.0.1, or accept that with insecure: true",
        allowed: "a loopback address, or any with insecure: true",
      });
    },
  },
  {
    says: "`server` and `ops` do not listen on the same port.",
    check({ file }, report) {
      if (file.ops === undefined) return;
      const port = valid(opsSchema.shape.port, mapping(file.ops).port);
      if (port === undefined || port === 0) return;
      if (port === valid(serverSchema.shape.port, mapping(file.server).port))
        report({
          path: ["ops", "port"],
          says: "is the port of server too; each needs its own",
          allowed: "another port than that of server",
        });
    },
  },
  {
    // Not by the schema, which would look at nothing below a name that is none.
    says: "What stands in `brokers`, `targets`, `gates` and `tenants` has a name; a tenant may be `*`.",
    check({ file }, report) {
      for (const section of ["brokers", "targets", "gates", "tenants"])
        for (const key of Object.keys(mapping(file[section])))
          if (valid(nameSchema, key) === undefined && !(section === "tenants" && key === templateName))
            report({ path: [section, key], says: `is not ${nameAllowed}`, hideValue: true });
    },
  },
  perTarget("A target's `broker` is one of `brokers`.", ({ keys, path }, report, { brokers, suggest }) => {
    const name = valid(t.broker, keys.broker);
    if (name !== undefined && !brokers.has(name))
      report(notAmong(path("broker"), "brokers", suggest(name, brokers)));
  }),
  perTarget(
    "A target on Kafka has a `group` and no `queue`; one on the embedded broker a `queue`, no `group` and no `topics`.",
    ({ keys, path, broker }, report) => {
      if (broker === undefined) return;
      const [needed, strange] =
        broker.type === "kafka" ? (["group", ["queue"]] as const) : (["queue", ["group", "topics"]] as const);
      if (keys[needed] === undefined)
        report({
          path: path(needed),
          says: `is missing; a target on a ${broker.type} broker needs its ${needed}`,
        });
      for (const key of strange)
        if (keys[key] !== undefined)
          report({
            path: path(key),
            says: `means nothing on a ${broker.type} broker; remove it`,
            hideValue: true,
          });
    },
  ),
  perTarget("A target has `setpoint` and `max`, or `thresholds`, not both.", ({ keys, path }, report) => {
    if (keys.thresholds === undefined) return;
    for (const key of ["setpoint", "max"])
      if (keys[key] !== undefined)
        report({ path: path(key), says: "has no meaning beside thresholds; remove one of the two" });
  }),
  perTarget("`max` is above `setpoint`.", ({ keys, path }, report, { quote }) => {
    const setpoint = valid(t.setpoint, keys.setpoint);
    const max = valid(t.max, keys.max);
    if (setpoint !== undefined && max !== undefined && max <= setpoint)
      report(mustBe(path("max"), `above setpoint (${quote(path("setpoint"), t.setpoint)})`));
  }),
  perTarget(
    "`thresholds` has either `messages` or `seconds`; its steps ascend by `above`, and each is `below` its `above`.",
    ({ keys, path }, report) => {
      if (!isMapping(keys.thresholds)) return;
      const { messages, seconds } = keys.thresholds;
      if ((messages === undefined) === (seconds === undefined))
        report({ path: path("thresholds"), says: "needs either messages or seconds", hideValue: true });
      for (const [unit, steps] of Object.entries({ messages, seconds }))
        if (Array.isArray(steps)) checkSteps(steps, path("thresholds", unit), report);
    },
  ),
  perTarget("`minRate` and `safeRate` are not above `maxRate`.", ({ keys, path }, report, { quote }) => {
    const maxRate = valid(t.maxRate, keys.maxRate);
    const minRate = valid(t.minRate, keys.minRate);
    const safeRate = valid(t.safeRate, keys.safeRate);
    if (maxRate === undefined) return;
    if (minRate !== undefined && minRate > maxRate)
      report({
        path: path("maxRate"),
        says: `is below minRate (${quote(path("minRate"), t.minRate)})`,
        allowed: "minRate or above",
      });
    if (typeof safeRate === "number" && safeRate > maxRate)
      report({
        path: path("safeRate"),
        says: `is above maxRate (${quote(path("maxRate"), t.maxRate)})`,
        allowed: "maxRate or below",
      });
  }),
  {
    says: "A tenant's `minRate` is not above its `maxRate`.",
    check({ file, quote }, report) {
      for (const [tenant, written] of Object.entries(mapping(file.tenants))) {
        const { minRate, maxRate } = tenantSchema.shape;
        const least = valid(minRate, mapping(written).minRate);
        const most = valid(maxRate, mapping(written).maxRate);
        if (least === undefined || most === undefined || least <= most) continue;
        const shown = quote(["tenants", tenant, "maxRate"], maxRate);
        report(mustBe(["tenants", tenant, "minRate"], `at most maxRate (${shown})`));
      }
    },
  },
  perTarget("`lease.refresh` is shorter than `lease.ttl`.", ({ keys, path }, report, { quote }) => {
    const lease = mapping(keys.lease);
    const ttl = valid(leaseKeys.ttl, lease.ttl);
    const refresh = valid(leaseKeys.refresh, lease.refresh);
    if (ttl === undefined || refresh === undefined || refresh < ttl) return;
    const [ttlPath, refreshPath] = [path("lease", "ttl"), path("lease", "refresh")];
    // Told of the one that stands in the file.
    report(
      lease.refresh === undefined
        ? mustBe(ttlPath, `longer than refresh (${quote(refreshPath, leaseKeys.refresh)})`)
        : mustBe(refreshPath, `shorter than ttl (${quote(ttlPath, leaseKeys.ttl)})`),
    );
  }),
  {
    says: "A gate lists targets that there are, and does not have the name of one.",
    check({ file, targets, suggest }, report) {
      for (const [gate, members] of Object.entries(mapping(file.gates))) {
        if (targets.has(gate))
          report({
            path: ["gates", gate],
            says: "is a target's name, and every target is already a gate of that name; name the gate otherwise",
            hideValue: true,
          });
        for (const [index, member] of list(members).entries()) {
          const name = valid(t.broker, member);
          if (name !== undefined && !targets.has(name))
            report(notAmong(["gates", gate, index], "targets", suggest(name, targets)));
        }
      }
    },
  },
  {
    says: "Nothing stands twice in a list of `bootstrap`, `topics` or targets of a gate.",
    check({ file, targets }, report) {
      const lists: [Path, unknown][] = [];
      for (const [name, broker] of Object.entries(mapping(file.brokers)))
        lists.push([["brokers", name, "bootstrap"], addresses(mapping(broker).bootstrap)]);
      for (const { path, keys } of targets.values()) lists.push([path("topics"), keys.topics]);
      for (const [name, members] of Object.entries(mapping(file.gates)))
        lists.push([["gates", name], members]);
      for (const [path, items] of lists) {
        const seen = new Set<unknown>();
        for (const [index, item] of list(items).entries()) {
          if (seen.has(item)) report({ path: [...path, index], says: "stands twice in the list" });
          seen.add(item);
        }
      }
    },
  },
  {
    says: "A `setpoint` below 2 × `poll` of its broker cannot be held: 2 × `poll` is.",
    warns: true,
    check({ targets, quote }, report) {
      for (const { keys, path, broker } of targets.values()) {
        const setpoint = valid(t.setpoint, keys.setpoint);
        if (keys.thresholds !== undefined || setpoint === undefined || broker?.pollMs === undefined) continue;
        if (setpoint >= 2 * broker.pollMs) continue;
        const says = `is less than 2 × poll of its broker: lag is held at ${formatDuration(2 * broker.pollMs)}`;
        report(
          keys.setpoint === undefined
            ? { path: path("setpoint"), says: `${quote(path("setpoint"), t.setpoint)} ${says}` }
            : { path: path("setpoint"), says },
        );
      }
    },
  },
  {
    says: "A broker without targets is not asked anything.",
    warns: true,
    check({ brokers, targets }, report) {
      const used = new Set([...targets.values()].map(({ keys }) => keys.broker));
      for (const [name, broker] of brokers)
        if (broker !== undefined && !used.has(name))
          report({
            path: ["brokers", name],
            says: "has no targets, and is not asked anything",
            hideValue: true,
          });
    },
  },
];

/** A name is not a key of `section`. */
const notAmong = (path: Path, section: string, { hint, ...nearest }: Suggestion): Fault => ({
  path,
  says: `is not one of ${section}${hint}`,
  allowed: `a key of ${section}`,
  ...nearest,
});

const checkSteps = (steps: readonly unknown[], path: Path, report: Report): void => {
  let last: number | undefined;
  for (const [index, step] of steps.entries()) {
    const above = valid(stepSchema.shape.above, mapping(step).above);
    const below = valid(stepSchema.shape.below, mapping(step).below);
    if (above === undefined) continue;
    if (last !== undefined && above <= last)
      report(mustBe([...path, index, "above"], "above that of the step before it"));
    if (below !== undefined && below >= above) report(mustBe([...path, index, "below"], "below its above"));
    last = above;
  }
};

/** What the rules say of a configuration: problems and warnings. */
export const checkRules = (document: Document): { faults: readonly Fault[]; warnings: readonly Fault[] } => {
  const draft = readDraft(document);
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  for (const rule of rules) rule.check(draft, (fault) => (rule.warns ? warnings : faults).push(fault));
  return { faults, warnings };
};

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const isLoopback = (host: string): boolean =>
  host.toLowerCase() === "localhost" || loopback.check(host, isIPv6(host) ? "ipv6" : "ipv4");
