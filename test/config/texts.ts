/** Configurations with something wrong in them, and what is said of it. */
import { parseConfig } from "../../src/config/load.ts";
import type { Problem } from "../../src/config/problem.ts";

export const problemsOf = (text: string, env: Readonly<Record<string, string>> = {}): readonly Problem[] => {
  const result = parseConfig(text, { env });
  return result.ok ? [] : result.problems;
};

/** A problem without its place. */
export const said = ({ path, message }: Problem): string => (path === "" ? message : `${path}: ${message}`);

export type Case = readonly [title: string, text: string, expected: readonly string[]];

export const brokers = "brokers: { events: { type: kafka, bootstrap: [k:1] }, local: { type: memory } }";
export const targets = "targets: { a: { broker: events, group: g }, m: { broker: local, queue: q } }";
export const sound = `${brokers}\n${targets}\n`;
export const beside = (text: string) => sound + text;
export const target = (keys: string) =>
  `${brokers}\ntargets:\n  a: { broker: events, group: g }\n  t: { ${keys} }\n`;
export const onKafka = (keys: string) => target(`broker: events, group: g, ${keys}`);
export const broker = (keys: string) =>
  `${targets}\nbrokers:\n  events: { ${keys} }\n  local: { type: memory }\n`;

export const rate = "is not a rate; write a number of messages per second, above 0";
export const unit = "is not a duration; write it with its unit, such as 500ms, 10s, 5m";
export const address = "is not host:port (an IPv6 address in brackets)";
export const targetKeys =
  "broker, group, topics, queue, signal, setpoint, max, thresholds, minRate, maxRate, safeRate, onBlind, mode, circuit, maxInFlight, lease";
