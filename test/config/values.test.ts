/** What each kind of value allows, and what is said of others. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  address,
  beside,
  broker,
  type Case,
  onKafka,
  problemsOf,
  rate,
  said,
  sound,
  target,
  unit,
} from "./texts.ts";

const name = "is not a name: 1 to 128 of A-Z, a-z, 0-9 and . _ ~ -";
const port = "is not a port; write a whole number from 0 to 65535 (0 takes any free port)";
const host = "is not an IP address (IPv6 without brackets) or the name of a host";

const values: readonly Case[] = [
  ["a duration without a unit", onKafka("setpoint: 10"), [`targets.t.setpoint: 10 ${unit}`]],
  ["a duration without a unit, as text", onKafka('setpoint: "10"'), [`targets.t.setpoint: "10" ${unit}`]],
  ["a duration in words", onKafka("setpoint: 10 s"), [`targets.t.setpoint: "10 s" ${unit}`]],
  ["a negative duration", onKafka("setpoint: -1s"), [`targets.t.setpoint: "-1s" ${unit}`]],
  [
    "no time at all",
    broker("type: kafka, bootstrap: [k:1], poll: 0s"),
    ['brokers.events.poll: "0s" is out of bounds; from 100ms to 1h is allowed'],
  ],
  [
    "more time than a timer can wait",
    broker("type: kafka, bootstrap: [k:1], timeout: 99999999d"),
    ['brokers.events.timeout: "99999999d" is out of bounds; from 100ms to 10m is allowed'],
  ],
  [
    "a size without a unit",
    beside("store: { path: x, maxSize: 1000 }"),
    ["store.maxSize: 1000 is not a size; write it with its unit, such as 64MiB or 1GiB"],
  ],
  [
    "a size that is too small",
    beside("store: { path: x, maxSize: 1KiB }"),
    ['store.maxSize: "1KiB" is out of bounds; from 1MiB to 1TiB is allowed'],
  ],
  ["a rate of zero", onKafka("minRate: 0"), [`targets.t.minRate: 0 ${rate}`]],
  ["a negative rate", onKafka("maxRate: -5"), [`targets.t.maxRate: -5 ${rate}`]],
  ["a rate without end", onKafka("maxRate: .inf"), [`targets.t.maxRate: Infinity ${rate}`]],
  ["a rate that is none", onKafka("maxRate: .nan"), [`targets.t.maxRate: NaN ${rate}`]],
  ["a rate with a unit", onKafka("maxRate: 5/s"), [`targets.t.maxRate: "5/s" ${rate}`]],
  [
    "a safe rate in words",
    onKafka("safeRate: half"),
    ['targets.t.safeRate: "half" is not a rate; write auto, or a number of messages per second, above 0'],
  ],
  ...[0, 1.5, -0.5, "half"].map(
    (written): Case => [
      `a ratio of ${written}`,
      onKafka(`circuit: { failureRatio: ${written} }`),
      [
        `targets.t.circuit.failureRatio: ${JSON.stringify(written)} is not a ratio; write a number above 0, up to 1`,
      ],
    ],
  ),
  ...[0, 1.5, 1_000_001, "many"].map(
    (written): Case => [
      `a number of messages of ${written}`,
      onKafka(`circuit: { minimum: ${written} }`),
      [`targets.t.circuit.minimum: ${JSON.stringify(written)} is not a whole number from 1 to 1000000`],
    ],
  ),
  ["a port out of range", beside("server: { port: 65536 }"), [`server.port: 65536 ${port}`]],
  ["a port with a fraction", beside("server: { port: 1.5 }"), [`server.port: 1.5 ${port}`]],
  ["a port that is a word", beside("ops: { port: http }"), [`ops.port: "http" ${port}`]],
  ["a host with a port", beside('server: { host: "127.0.0.1:80" }'), [`server.host: "127.0.0.1:80" ${host}`]],
  ["a host in brackets", beside('server: { host: "[::1]" }'), [`server.host: "[::1]" ${host}`]],
  [
    "neither true nor false",
    beside("server: { insecure: perhaps }"),
    ['server.insecure: "perhaps" is neither true nor false'],
  ],
  [
    "none of the choices, one near",
    onKafka("mode: obsreve"),
    ['targets.t.mode: "obsreve" is not one of enforce, observe; did you mean observe?'],
  ],
  [
    "none of the choices, none near",
    onKafka("onBlind: panic"),
    ['targets.t.onBlind: "panic" is not one of safe, open, closed'],
  ],
  [
    "a signal that is none",
    onKafka("signal: worstpart"),
    ['targets.t.signal: "worstpart" is not one of total, worstPart; did you mean worstPart?'],
  ],
  [
    "a broker of a later version",
    broker("type: rabbitmq, url: x"),
    ['brokers.events.type: "rabbitmq" is not available in this version of Headgate; allowed: kafka, memory'],
  ],
  [
    "a broker of an unknown type",
    broker("type: kafak"),
    ['brokers.events.type: "kafak" is not one of kafka, memory; did you mean kafka?'],
  ],
  [
    "a broker without a type",
    broker("poll: 5s"),
    ["brokers.events.type: is missing; it takes kafka or memory"],
  ],
  [
    "a broker of a type in a list",
    broker("type: [rabbitmq]"),
    ["brokers.events.type: a list is not one of kafka, memory"],
  ],
  [
    "a broker without an address",
    broker("type: kafka"),
    ["brokers.events.bootstrap: is missing; it takes a list ([a, b])"],
  ],
  [
    "addresses that are none",
    broker('type: kafka, bootstrap: [k, "k:0", ":1", "::1:9", "kafka://k:1", k:1]'),
    [
      `brokers.events.bootstrap[0]: "k" ${address}`,
      `brokers.events.bootstrap[1]: "k:0" ${address}`,
      `brokers.events.bootstrap[2]: ":1" ${address}`,
      `brokers.events.bootstrap[3]: "::1:9" ${address}`,
      `brokers.events.bootstrap[4]: "kafka://k:1" ${address}`,
    ],
  ],
  [
    "one of several addresses in a text",
    broker('type: kafka, bootstrap: "k:1, k"'),
    [`brokers.events.bootstrap[1]: "k:1, k" ${address}`],
  ],
  [
    "a password in an address",
    broker('type: kafka, bootstrap: "me:secret@k:1"'),
    [`brokers.events.bootstrap[0]: "***@k:1" ${address}`],
  ],
  [
    "topics that are none",
    onKafka('topics: ["..", a b, ""]'),
    ["..", "a b", ""].map(
      (topic, index) =>
        `targets.t.topics[${index}]: "${topic}" is not a topic: 1 to 249 of A-Z, a-z, 0-9 and . _ -`,
    ),
  ],
  ["no topics", onKafka("topics: []"), ["targets.t.topics: is empty; remove the key or list something"]],
  [
    "a topic without a list",
    onKafka("topics: orders"),
    ['targets.t.topics: "orders" is not a list ([a, b])'],
  ],
  [
    "a number for a text",
    target("broker: events, group: 12"),
    ["targets.t.group: 12 is not text; put it in quotes"],
  ],
  ["an empty text", target('broker: events, group: ""'), ['targets.t.group: "" is not a non-empty text']],
  [
    "a list for a text",
    target("broker: events, group: [g]"),
    ["targets.t.group: a list is not a non-empty text"],
  ],
  [
    "a key without a value",
    onKafka("maxRate:"),
    ["targets.t.maxRate: has no value; give it a number of messages per second, above 0, or remove the key"],
  ],
  [
    "a section without a value",
    beside("log:"),
    ["log: has no value; give it a mapping (key: value), or remove the key"],
  ],
  ["a section that is a text", beside("log: info"), ['log: "info" is not a mapping (key: value)']],
  ["a section that is a list", beside("log: [info]"), ["log: a list is not a mapping (key: value)"]],
  [
    "a target that is a text",
    `${sound.trimEnd().slice(0, -1)}, t: events }`,
    ['targets.t: "events" is not a mapping (key: value)'],
  ],
  [
    "a long text",
    onKafka(`mode: ${"x".repeat(200_000)}`),
    [`targets.t.mode: "${"x".repeat(100)}…" is not one of enforce, observe`],
  ],
  [
    "the name of a target",
    `${sound.trimEnd().slice(0, -1)}, "a b": { broker: events, group: g } }`,
    [`targets["a b"]: ${name}`],
  ],
  ["the name of a gate", beside('gates: { "a/b": [a] }'), [`gates["a/b"]: ${name}`]],
  [
    "a name of 129 letters",
    beside(`gates: { ${"x".repeat(129)}: [a] }`),
    [`gates.${"x".repeat(129)}: ${name}`],
  ],
];

describe("a wrong value", () => {
  for (const [title, text, expected] of values)
    it(title, () => assert.deepEqual(problemsOf(text).map(said), expected));
});
