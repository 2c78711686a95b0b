// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is the syntax under test
/** Values from the environment: missing ones are named, none is ever shown. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { address, broker, brokers, type Case, onKafka, problemsOf, said, target, targets } from "./texts.ts";

const environment: readonly Case[] = [
  [
    "a variable that is not set",
    target('broker: events, group: "${TEAM}"'),
    ['targets.t.group: "${TEAM}" needs TEAM in the environment, where it is not set'],
  ],
  [
    "two of them",
    target('broker: events, group: "${TEAM}-${TOWN}"'),
    ['targets.t.group: "${TEAM}-${TOWN}" needs TEAM and TOWN in the environment, where it is not set'],
  ],
  [
    "a variable that every object has",
    target('broker: events, group: "${toString}"'),
    ['targets.t.group: "${toString}" needs toString in the environment, where it is not set'],
  ],
  [
    "a default as shells have it",
    target('broker: events, group: "${TEAM:-x}"'),
    [
      'targets.t.group: "${TEAM:-x}" has ${ without a variable\'s name and }; write ${NAME}, or $${ for the characters themselves',
    ],
  ],
  [
    "nothing more is said of a value that is missing",
    broker('type: kafka, bootstrap: ["${NONE}"], poll: "${NONE}"'),
    [
      'brokers.events.bootstrap[0]: "${NONE}" needs NONE in the environment, where it is not set',
      'brokers.events.poll: "${NONE}" needs NONE in the environment, where it is not set',
    ],
  ],
  [
    "a wrong value is not shown",
    broker('type: kafka, bootstrap: "${KAFKA}"'),
    [`brokers.events.bootstrap[0]: "\${KAFKA}" ${address}`],
  ],
  [
    "nor in another key's sentence",
    onKafka('max: "5s", setpoint: "${SLOW}"'),
    ['targets.t.max: "5s" is not above setpoint ("${SLOW}")'],
  ],
  [
    "nor through an alias",
    `${brokers.replace("[k:1]", '&x ["${KAFKA}"]').replace(" }, local", " }, other: { type: kafka, bootstrap: *x }, local")}\n${targets}`,
    [
      `brokers.events.bootstrap[0]: "\${KAFKA}" ${address}`,
      `brokers.other.bootstrap[0]: "\${KAFKA}" ${address}`,
    ],
  ],
  [
    "a variable in { } without quotes",
    target("broker: events, group: ${GROUP}"),
    ['inside { } and [ ] a value with ${NAME} needs quotes: "${NAME}"'],
  ],
];

const env = { KAFKA: "hunter2", SLOW: "1h" };

describe("a value from the environment", () => {
  for (const [title, text, expected] of environment)
    it(title, () => assert.deepEqual(problemsOf(text, env).map(said), expected));
});
