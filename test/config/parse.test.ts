/** What a valid configuration is read as. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/load.ts";
import { formatProblems } from "../../src/config/problem.ts";

const parse = (text: string, env: Record<string, string> = {}): Config => {
  const result = parseConfig(text, { env });
  if (!result.ok) assert.fail(formatProblems(result.problems, "file"));
  return result.config;
};

const smallest = `
brokers:
  events: { type: kafka, bootstrap: ["127.0.0.1:9092"] }
targets:
  orders: { broker: events, group: billing }
`;

const none = Number.POSITIVE_INFINITY;

const defaults = {
  policy: { kind: "setpoint", setpointSeconds: 10, maxSeconds: 60 },
  signal: "total",
  pollMs: 5000,
  minRate: 1,
  maxRate: null,
  safeRate: "auto",
  onBlind: "safe",
  mode: "enforce",
  circuit: { failureRatio: 0.5, minimum: 20, noProgressMs: 60_000 },
  maxInFlight: null,
  leaseTtlMs: 15_000,
  refreshMs: 5000,
};

describe("a valid configuration", () => {
  it("has the default of every key that is left out", () => {
    assert.deepEqual(parse(smallest), {
      server: { host: "127.0.0.1", port: 4290, insecure: false },
      ops: null,
      store: null,
      brokers: { events: { type: "kafka", bootstrap: ["127.0.0.1:9092"], pollMs: 5000, timeoutMs: 10_000 } },
      targets: new Map([
        ["orders", { broker: "events", watch: { target: "orders", group: "billing" }, settings: defaults }],
      ]),
      gates: new Map(),
      tenants: new Map(),
      log: { level: "info" },
    });
  });

  it("takes a store, with its defaults", () => {
    const { store } = parse(`${smallest}store: { path: ./h.db, maxSize: 64MiB }\n`);
    assert.deepEqual(store, { path: "./h.db", keepMs: 30 * 86_400_000, maxBytes: 64 * 2 ** 20 });
  });

  it("takes what is said over the defaults", () => {
    const config = parse(`
server: { host: 0.0.0.0, port: 0, insecure: true }
ops: { port: 9100 }
brokers:
  events: { type: kafka, bootstrap: ["a:1", "[::1]:65535"], poll: 500ms, timeout: 1.5s }
  local: { type: memory }
targets:
  orders:
    broker: events
    group: billing
    topics: [orders, orders.eu]
    signal: total
    setpoint: 5m
    max: 2h
    minRate: 0.5
    maxRate: 5000
    safeRate: 100
    onBlind: closed
    mode: observe
    circuit: { failureRatio: 0.75, minimum: 50, noProgress: 2m }
    maxInFlight: 250
    lease: { ttl: 3s, refresh: 250ms }
  mails:
    broker: local
    queue: mails
    thresholds: { seconds: [{ above: 30, below: 20.5, rate: 500 }, { above: 60, below: 0, rate: 1 }] }
gates:
  all: [orders, mails]
tenants:
  acme: { weight: 2.5, minRate: 10, maxRate: 500, maxInFlight: 1000, maxPriority: high }
  "*": { weight: "0.5" }
log: { level: debug }
`);
    assert.deepEqual(config, {
      server: { host: "0.0.0.0", port: 0, insecure: true },
      ops: { host: "127.0.0.1", port: 9100 },
      store: null,
      brokers: {
        events: { type: "kafka", bootstrap: ["a:1", "[::1]:65535"], pollMs: 500, timeoutMs: 1500 },
        local: { type: "memory", pollMs: 1000, timeoutMs: 10_000 },
      },
      targets: new Map([
        [
          "orders",
          {
            broker: "events",
            watch: { target: "orders", group: "billing", topics: ["orders", "orders.eu"] },
            settings: {
              policy: { kind: "setpoint", setpointSeconds: 300, maxSeconds: 7200 },
              signal: "total",
              pollMs: 500,
              minRate: 0.5,
              maxRate: 5000,
              safeRate: 100,
              onBlind: "closed",
              mode: "observe",
              circuit: { failureRatio: 0.75, minimum: 50, noProgressMs: 120_000 },
              maxInFlight: 250,
              leaseTtlMs: 3000,
              refreshMs: 250,
            },
          },
        ],
        [
          "mails",
          {
            broker: "local",
            watch: { target: "mails", queue: "mails" },
            settings: {
              ...defaults,
              signal: "total",
              pollMs: 1000,
              policy: {
                kind: "thresholds",
                unit: "seconds",
                steps: [
                  { above: 30, below: 20.5, rate: 500 },
                  { above: 60, below: 0, rate: 1 },
                ],
              },
            },
          },
        ],
      ]),
      gates: new Map([["all", ["orders", "mails"]]]),
      tenants: new Map([
        ["acme", { weight: 2.5, minRate: 10, maxRate: 500, maxInFlight: 1000, maxPriority: "high" }],
        ["*", { weight: 0.5, minRate: 0, maxRate: none, maxInFlight: none, maxPriority: "critical" }],
      ]),
      log: { level: "debug" },
    });
  });

  it("may be the documented example, as far as this version goes", () => {
    const config = parse(`
server: { host: 127.0.0.1, port: 4290 }   # beyond loopback it asks for tokens, or \`insecure: true\` in so many words
brokers:
  events: { type: kafka, bootstrap: ["127.0.0.1:9092"], poll: 5s }
  jobs:   { type: memory, poll: 5s }
targets:
  orders-billing:
    broker: events
    group: billing
    topics: [orders]
    signal: total              # total | worstPart
    setpoint: 10s              # lag that is held while producers want more than consumers can do
    max: 60s                   # beyond it the lowest class is shed
    minRate: 1                 # never below: a producer is always heard of again
    maxRate: 5000              # never above (absent: none)
    safeRate: auto             # all producers together, when Headgate is lost or blind; auto: half the last known drain
    onBlind: safe              # safe | open | closed; with nothing ever known of the target it is open, and says so
    mode: enforce              # enforce | observe
    circuit: { failureRatio: 0.5, minimum: 20, noProgress: 60s }
    lease: { ttl: 15s, refresh: 5s }
  orders-search: { broker: events, group: search, topics: [orders] }
  mails:
    broker: jobs
    queue: mails
    thresholds:                # instead of setpoint and max (both are an error), for who wants plain steps
      messages: [{ above: 10000, below: 8000, rate: 500 }, { above: 50000, below: 40000, rate: 50 }]
gates:
  orders: [orders-billing, orders-search]     # producers of topic \`orders\` obey whichever is slower
`);
    assert.deepEqual([...config.targets.keys()], ["orders-billing", "orders-search", "mails"]);
    assert.deepEqual(config.gates.get("orders"), ["orders-billing", "orders-search"]);
  });

  it("may be JSON, indented with tabs", () => {
    const value = {
      brokers: { local: { type: "memory" } },
      targets: { orders: { broker: "local", queue: "orders" } },
    };
    assert.equal(parse(JSON.stringify(value, null, "\t")).targets.size, 1);
  });

  it("may switch the circuit off", () => {
    const { targets } = parse(`
brokers: { local: { type: memory } }
targets: { a: { broker: local, queue: a, circuit: { enabled: false } } }
`);
    assert.equal(targets.get("a")?.settings.circuit, null);
  });

  it("may use anchors and aliases", () => {
    const config = parse(`
brokers: { local: { type: memory } }
targets:
  a: { broker: local, queue: a, lease: &quick { ttl: 2s, refresh: 1s } }
  b: { broker: local, queue: b, lease: *quick }
`);
    assert.equal(config.targets.get("b")?.settings.leaseTtlMs, 2000);
  });

  it("has max at six times the setpoint", () => {
    const config = parse(smallest.replace("billing", "billing, setpoint: 20s"));
    assert.deepEqual(config.targets.get("orders")?.settings.policy, {
      kind: "setpoint",
      setpointSeconds: 20,
      maxSeconds: 120,
    });
  });

  it("may name things after what every object has", () => {
    const config = parse(`
brokers: { constructor: { type: memory } }
targets: { toString: { broker: constructor, queue: q }, hasOwnProperty: { broker: constructor, queue: r } }
gates: { valueOf: [toString, hasOwnProperty] }
`);
    assert.deepEqual(config.gates.get("valueOf"), ["toString", "hasOwnProperty"]);
  });

  it("takes texts, lists, numbers and flags from the environment", () => {
    const config = parse(
      `
server:
  host: "0.0.0.0"
  port: \${PORT}
  insecure: "\${INSECURE}"
brokers:
  events: { type: kafka, bootstrap: "\${KAFKA}" }
targets:
  orders: { broker: events, group: "\${TEAM}-$\${TEAM}-\${SUFFIX_2}", maxRate: "\${RATE}", setpoint: "\${SECONDS}s" }
`,
      {
        PORT: "4300",
        INSECURE: "true",
        KAFKA: "a:9092, b:9092",
        TEAM: "billing",
        SUFFIX_2: "",
        RATE: "12.5",
        SECONDS: "20",
      },
    );
    assert.deepEqual(config.server, { host: "0.0.0.0", port: 4300, insecure: true });
    const events = config.brokers.events;
    assert.deepEqual(events?.type === "kafka" && events.bootstrap, ["a:9092", "b:9092"]);
    const orders = config.targets.get("orders");
    assert.equal(orders?.watch.group, "billing-$" + "{TEAM}-");
    assert.equal(orders?.settings.maxRate, 12.5);
    assert.deepEqual(orders?.settings.policy, { kind: "setpoint", setpointSeconds: 20, maxSeconds: 120 });
  });

  for (const host of ["127.0.0.1", "127.8.8.8", "localhost", "::1", "::ffff:127.0.0.1"])
    it(`may listen on ${host} without more ado`, () => {
      assert.equal(parse(`server: { host: "${host}" }\n${smallest}`).server.host, host);
    });

  it("warns of a setpoint that the poll cannot hold, and of a broker without targets", () => {
    const { ok, warnings } = parseConfig(
      `
brokers:
  events: { type: kafka, bootstrap: ["127.0.0.1:9092"], poll: 10s }
  spare: { type: memory }
targets:
  a: { broker: events, group: a }
  b: { broker: events, group: b, setpoint: 500ms }
  c: { broker: events, group: c, setpoint: 20s }
`,
      { env: {} },
    );
    assert.equal(ok, true);
    assert.equal(
      formatProblems(warnings, "file"),
      [
        "file:4:3   brokers.spare: has no targets, and is not asked anything",
        "file:6:3   targets.a.setpoint: 10s by default is less than 2 × poll of its broker: lag is held at 20s",
        'file:7:34  targets.b.setpoint: "500ms" is less than 2 × poll of its broker: lag is held at 20s',
      ].join("\n"),
    );
  });
});
