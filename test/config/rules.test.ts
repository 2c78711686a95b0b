/** Keys that are not there or should not be, and what keys must be together. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  beside,
  broker,
  brokers,
  type Case,
  onKafka,
  problemsOf,
  rate,
  said,
  target,
  targetKeys,
  unit,
} from "./texts.ts";

const later =
  "is not available in this version of Headgate; remove it, so that nobody takes it to be in force";
const beyond =
  "lets other machines in, and this version asks nobody for a token, so whoever reaches the port reads all " +
  "decisions and uses up producers' rates; listen on 127.0.0.1, or accept that with insecure: true";

const keys: readonly Case[] = [
  [
    "no brokers and no targets",
    "log: {}",
    [
      "brokers: is missing; it takes a mapping (key: value)",
      "targets: is missing; it takes a mapping (key: value)",
    ],
  ],
  [
    "empty brokers and targets",
    "brokers: {}\ntargets: {}",
    ["brokers: is empty; at least one broker is needed", "targets: is empty; at least one target is needed"],
  ],
  [
    "an unknown key, one near",
    onKafka("setpiont: 10s"),
    ["targets.t.setpiont: is not a known key; did you mean setpoint?"],
  ],
  [
    "an unknown key, none near",
    beside("log: { colour: blue }"),
    ["log.colour: is not a known key; known here: level"],
  ],
  ["an unknown section", beside("sevrer: { port: 1 }"), ["sevrer: is not a known key; did you mean server?"]],
  [
    "a key of another broker",
    broker("type: memory, bootstrap: [k:1]"),
    [
      "targets.a.queue: is missing; a target on a memory broker needs its queue",
      "targets.a.group: means nothing on a memory broker; remove it",
      "brokers.events.bootstrap: is not a known key; known here: type, poll, timeout",
    ],
  ],
  [
    "sections of a later version",
    beside("webhooks: { path: x }\ntls: {}"),
    [`webhooks: ${later}`, `tls: ${later}`],
  ],
  ["keys of a later version", onKafka("deadLetters: {}"), [`targets.t.deadLetters: ${later}`]],
  [
    "a key of a later version does not show its value",
    beside("auth: { token: hunter2 }"),
    [`auth: ${later}`],
  ],
  [
    "a key that stands twice",
    onKafka("mode: observe, mode: enforce"),
    ["targets.t.mode: stands twice; one of the two must go"],
  ],
  [
    "a key that objects cannot have",
    beside("gates: { __proto__: [a] }"),
    ["gates.__proto__: is not a key that can be used"],
  ],
  [
    "a merge key",
    onKafka("<<: { mode: observe }"),
    [`targets.t["<<"]: is not a known key; known here: ${targetKeys}`],
  ],
];

const rules: readonly Case[] = [
  ["beyond loopback", beside("server: { host: 0.0.0.0 }"), [`server.host: "0.0.0.0" ${beyond}`]],
  [
    "beyond loopback, IPv6",
    beside('server: { host: "::", insecure: false }'),
    [`server.host: "::" ${beyond}`],
  ],
  [
    "beyond loopback, by name",
    beside("server: { host: example.org }"),
    [`server.host: "example.org" ${beyond}`],
  ],
  [
    "two listeners on one port",
    beside("ops: { port: 4290 }"),
    ["ops.port: 4290 is the port of server too; each needs its own"],
  ],
  [
    "a broker that is not there",
    target("broker: evnts, group: g"),
    ['targets.t.broker: "evnts" is not one of brokers; did you mean events?'],
  ],
  [
    "a target without a broker",
    target("group: g"),
    ["targets.t.broker: is missing; it takes a name: 1 to 128 of A-Z, a-z, 0-9 and . _ ~ -"],
  ],
  [
    "Kafka without a group",
    target("broker: events"),
    ["targets.t.group: is missing; a target on a kafka broker needs its group"],
  ],
  ["a queue on Kafka", onKafka("queue: q"), ["targets.t.queue: means nothing on a kafka broker; remove it"]],
  [
    "a group and topics on the embedded broker",
    target("broker: local, group: g, topics: [t]"),
    [
      "targets.t.queue: is missing; a target on a memory broker needs its queue",
      "targets.t.group: means nothing on a memory broker; remove it",
      "targets.t.topics: means nothing on a memory broker; remove it",
    ],
  ],
  [
    "max at the setpoint",
    onKafka("setpoint: 60s, max: 1m"),
    ['targets.t.max: "1m" is not above setpoint ("60s")'],
  ],
  [
    "max below the default setpoint",
    onKafka("max: 5s"),
    ['targets.t.max: "5s" is not above setpoint (10s by default)'],
  ],
  [
    "thresholds beside setpoint and max",
    onKafka("setpoint: 20s, max: 60s, thresholds: { messages: [{ above: 2, below: 1, rate: 1 }] }"),
    [
      'targets.t.setpoint: "20s" has no meaning beside thresholds; remove one of the two',
      'targets.t.max: "60s" has no meaning beside thresholds; remove one of the two',
    ],
  ],
  [
    "thresholds of nothing",
    onKafka("thresholds: {}"),
    ["targets.t.thresholds: needs either messages or seconds"],
  ],
  [
    "thresholds of both",
    onKafka(
      "thresholds: { messages: [{ above: 2, below: 1, rate: 1 }], seconds: [{ above: 2, below: 1, rate: 1 }] }",
    ),
    ["targets.t.thresholds: needs either messages or seconds"],
  ],
  [
    "thresholds out of order",
    onKafka(
      "thresholds: { seconds: [{ above: 9, below: 9, rate: 1 }, { above: 9, below: 1, rate: -1 }, { below: -1, rate: 1 }] }",
    ),
    [
      "targets.t.thresholds.seconds[0].below: 9 is not below its above",
      "targets.t.thresholds.seconds[1].above: 9 is not above that of the step before it",
      `targets.t.thresholds.seconds[1].rate: -1 ${rate}`,
      "targets.t.thresholds.seconds[2].above: is missing; it takes a number, 0 or above",
      "targets.t.thresholds.seconds[2].below: -1 is not a number of 0 or above",
    ],
  ],
  [
    "minRate and safeRate above maxRate",
    onKafka("minRate: 3, maxRate: 2, safeRate: 4"),
    ["targets.t.maxRate: 2 is below minRate (3)", "targets.t.safeRate: 4 is above maxRate (2)"],
  ],
  [
    "maxRate below the default minRate",
    onKafka("maxRate: 0.5"),
    ["targets.t.maxRate: 0.5 is below minRate (1 by default)"],
  ],
  [
    "a refresh as long as the lease",
    onKafka("lease: { ttl: 5s, refresh: 5s }"),
    ['targets.t.lease.refresh: "5s" is not shorter than ttl ("5s")'],
  ],
  [
    "a lease shorter than the default refresh",
    onKafka("lease: { ttl: 4s }"),
    ['targets.t.lease.ttl: "4s" is not longer than refresh (5s by default)'],
  ],
  [
    "a gate with a target's name",
    beside("gates: { a: [m] }"),
    ["gates.a: is a target's name, and every target is already a gate of that name; name the gate otherwise"],
  ],
  [
    "a gate over a target that is not there",
    `${target("broker: events, group: g")}gates: { x: [t, orders] }`,
    ['gates.x[1]: "orders" is not one of targets'],
  ],
  [
    "a gate over a target with another name",
    `${brokers}\ntargets: { orders-billing: { broker: events, group: g } }\ngates: { x: [order-billing] }`,
    ['gates.x[0]: "order-billing" is not one of targets; did you mean orders-billing?'],
  ],
  [
    "a gate over nothing",
    beside("gates: { x: [] }"),
    ["gates.x: is empty; remove the key or list something"],
  ],
  [
    "doubles among addresses in one text",
    broker('type: kafka, bootstrap: "k:1, l:1, k:1"'),
    ['brokers.events.bootstrap[2]: "k:1, l:1, k:1" stands twice in the list'],
  ],
  ["a list with doubles", beside("gates: { x: [a, m, a] }"), ['gates.x[2]: "a" stands twice in the list']],
  [
    "a name that is none hides no problem below it",
    `${target("broker: events, group: g")}  "b c": { broker: events, group: g, setpoint: 5, mode: all }\ngates: { "": [none] }`,
    [
      'targets["b c"]: is not a name: 1 to 128 of A-Z, a-z, 0-9 and . _ ~ -',
      `targets["b c"].setpoint: 5 ${unit}`,
      'targets["b c"].mode: "all" is not one of enforce, observe',
      'gates[""]: is not a name: 1 to 128 of A-Z, a-z, 0-9 and . _ ~ -',
      'gates[""][0]: "none" is not one of targets',
    ],
  ],
  [
    "one wrong value hides no other problem",
    onKafka("setpoint: 5, topics: [a, a, ''], maxRate: 0.5, lease: { ttl: 1s }, x: 1"),
    [
      `targets.t.setpoint: 5 ${unit}`,
      'targets.t.topics[1]: "a" stands twice in the list',
      'targets.t.topics[2]: "" is not a topic: 1 to 249 of A-Z, a-z, 0-9 and . _ -',
      "targets.t.maxRate: 0.5 is below minRate (1 by default)",
      'targets.t.lease.ttl: "1s" is not longer than refresh (5s by default)',
      `targets.t.x: is not a known key; known here: ${targetKeys}`,
    ],
  ],
];

const tenants: readonly Case[] = [
  [
    "a tenant's values",
    beside("tenants: { acme: { weight: 0, minRate: -1, maxInFlight: 2.5, maxPriority: highest } }"),
    [
      "tenants.acme.weight: 0 is not a number above 0 and at most 1000",
      "tenants.acme.minRate: -1 is not a rate; write a number of messages per second, above 0",
      "tenants.acme.maxInFlight: 2.5 is not a whole number from 1 to 1000000000",
      'tenants.acme.maxPriority: "highest" is not one of critical, high, normal, bulk; did you mean high?',
    ],
  ],
  [
    "a tenant's name and keys",
    beside('tenants: { "a b": {}, "*": { wieght: 2 } }'),
    [
      'tenants["a b"]: is not a name: 1 to 128 of A-Z, a-z, 0-9 and . _ ~ -',
      'tenants["*"].wieght: is not a known key; did you mean weight?',
    ],
  ],
  [
    "a minimum above the maximum",
    beside("tenants: { acme: { minRate: 20, maxRate: 10 } }"),
    ["tenants.acme.minRate: 20 is not at most maxRate (10)"],
  ],
];

describe("tenants that do not fit", () => {
  for (const [title, text, expected] of tenants)
    it(title, () => assert.deepEqual(problemsOf(text).map(said), expected));
});

describe("a wrong key", () => {
  for (const [title, text, expected] of keys)
    it(title, () => assert.deepEqual(problemsOf(text).map(said), expected));
});

describe("keys that do not go together", () => {
  for (const [title, text, expected] of rules)
    it(title, () => assert.deepEqual(problemsOf(text).map(said), expected));
});
