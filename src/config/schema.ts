/**
 * The configuration file: its keys, what each allows, its default and its meaning. The check, the defaults, the
 * messages and docs/configuration.md all come from here. What several keys must be together is in rules.ts.
 */
import * as z from "zod";
import { blindPolicies, modes, signals } from "../core/settings.ts";
import { priorities } from "../core/sharing/priorities.ts";
import { plainTerms } from "../core/sharing/tenants.ts";
import {
  address,
  addresses,
  amount,
  anyText,
  choice,
  type Details,
  duration,
  flag,
  host,
  name,
  port,
  rate,
  rateOrAuto,
  ratio,
  size,
  topic,
  weight,
  whole,
} from "./values.ts";

/** Keys that mean something, but not in this version, by the section that they belong to. */
export const laterKeys = {
  file: ["discover", "upstream", "auth", "tls", "webhooks"],
  server: ["auth", "tls"],
  store: ["history"],
  broker: ["auth", "tls"],
  target: ["deadLetters"],
} as const;
export const laterBrokerTypes = ["rabbitmq", "sqs"] as const;

/** A mapping of these keys and no others. */
const section = <S extends z.core.$ZodLooseShape>(shape: S, later: readonly string[] = []) => {
  const details: Details = { known: Object.keys(shape), later };
  // As a catch-all, so that an unknown key hides no other problem of its section.
  const unknownKey = z.unknown().check(({ issues, value }) => {
    issues.push({ code: "custom", input: value, message: "is not a known key", params: { ...details } });
  });
  return z.object(shape).catchall(unknownKey) as unknown as z.ZodObject<S, z.core.$strip>;
};

const listOf = <S extends z.ZodType>(item: S) => z.array(item).min(1);

const namedAfter = <S extends z.ZodType>(value: S, message: string) =>
  z
    .record(z.string(), value)
    .refine((entries) => Object.keys(entries).length > 0, { message, params: { hideValue: true } });

const paced = (poll: string) => ({
  poll: duration("100ms", "1h")
    .prefault(poll)
    .describe("How often the broker is asked, once for all its targets."),
  timeout: duration("100ms", "10m")
    .prefault("10s")
    .describe("How long one poll may take. A target without an answer by then has failed this poll."),
});

export const brokerSchemas = {
  kafka: section(
    {
      type: z.literal("kafka").describe("A Kafka cluster."),
      bootstrap: z
        .preprocess(addresses, listOf(address()))
        .describe("Brokers to begin with; they tell of the others. A list, or one text with commas."),
      ...paced("5s"),
    },
    laterKeys.broker,
  ),
  memory: section(
    {
      type: z.literal("memory").describe("The embedded broker: for the demo and for trying things out."),
      ...paced("1s"),
    },
    laterKeys.broker,
  ),
} as const;

export const stepSchema = section({
  above: amount().describe("In force from lag above this on, in the unit of the list."),
  below: amount().describe("In force until lag is below this."),
  rate: rate().describe("The rate of all producers together while the step is in force."),
});

export const targetSchema = section(
  {
    broker: name().describe("The broker that holds it: a key of `brokers`."),
    group: anyText().optional().describe("On Kafka, where it is needed: the consumer group."),
    topics: listOf(topic())
      .optional()
      .meta({ description: "On Kafka: the topics.", fallback: "all that the group has committed on" }),
    queue: anyText().optional().describe("On the embedded broker, where it is needed: the queue."),
    signal: choice(signals)
      .prefault("total")
      .describe(
        "What counts as its lag in seconds: that of all parts together, or that of the slowest part, with its own drain.",
      ),
    setpoint: duration("100ms", "30d")
      .prefault("10s")
      .describe(
        "The lag that is held while producers want more than consumers can do; at least 2 × `poll` of its broker.",
      ),
    max: duration("100ms", "365d").optional().meta({
      description: "Beyond this lag the lowest class of traffic is shed.",
      fallback: "6 × `setpoint`",
    }),
    thresholds: section({
      messages: listOf(stepSchema).optional().describe("Steps by lag in messages."),
      seconds: listOf(stepSchema).optional().describe("Steps by lag in seconds."),
    })
      .optional()
      .describe("Plain steps instead of `setpoint` and `max`; the last step in force holds."),
    minRate: rate()
      .prefault(1)
      .describe("The rate is never below this, so that a producer is always heard of again."),
    maxRate: rate().optional().meta({ description: "The rate is never above this.", fallback: "no limit" }),
    safeRate: rateOrAuto()
      .prefault("auto")
      .describe(
        "All producers together, while Headgate is lost or blind; `auto` is half the last known drain.",
      ),
    onBlind: choice(blindPolicies)
      .prefault("safe")
      .describe(
        "With nothing fresh to decide from: go to the safe rate, open, or close. With nothing ever known of the target, or of what its consumers can do, it is open, and says so.",
      ),
    mode: choice(modes).prefault("enforce").describe("`observe` decides and reports, and holds nobody back."),
    circuit: section({
      enabled: flag()
        .prefault(true)
        .describe("Whether failing consumers are told from busy ones; `false` leaves all to the rate."),
      failureRatio: ratio()
        .prefault(0.5)
        .describe("Consumers fail where so many of the outcomes that they report are failures."),
      minimum: whole(1, 1_000_000)
        .prefault(20)
        .describe("Fewer outcomes, or fewer messages that wait, prove nothing."),
      noProgress: duration("10s", "1d")
        .prefault("60s")
        .describe(
          "Consumers fail that complete nothing for so long, or are all gone, with lag above the setpoint; at least 3 polls.",
        ),
    })
      .prefault({})
      .describe("When consumers count as failing: then producers hear 503, and only probes pass."),
    maxInFlight: whole(1, 1_000_000_000).optional().meta({
      description: "Messages that leases together may have sent and not yet have confirmed.",
      fallback: "no limit",
    }),
    lease: section({
      ttl: duration("1s", "1h").prefault("15s").describe("How long a decision may be acted on without news."),
      refresh: duration("100ms", "1h")
        .prefault("5s")
        .describe("How soon a change of the rate reaches whoever holds it."),
    })
      .prefault({})
      .describe("How long producers go by what they were told."),
  },
  laterKeys.target,
);

export const tenantSchema = section({
  weight: weight()
    .prefault(plainTerms.weight)
    .describe("Its share of a target's rate within a class of traffic, over those of others."),
  minRate: rate().optional().meta({
    description: "Kept for it on each target, as far as its producers ask for it.",
    fallback: "none",
  }),
  maxRate: rate().optional().meta({
    description: "On each target, all its producers together are never above this.",
    fallback: "no limit",
  }),
  maxInFlight: whole(1, 1_000_000_000).optional().meta({
    description: "On each target, what its leases together may have sent and not yet have confirmed.",
    fallback: "no limit",
  }),
  maxPriority: choice(priorities)
    .prefault(plainTerms.maxPriority)
    .describe("The highest class that its traffic may be in; what claims more is lowered to it."),
});

export const serverSchema = section(
  {
    host: host().prefault("127.0.0.1").describe("Where the API listens."),
    port: port().prefault(4290).describe("Its port."),
    insecure: flag()
      .prefault(false)
      .describe("Needed to listen beyond loopback, since this version asks nobody for a token."),
  },
  laterKeys.server,
);

export const opsSchema = section({
  host: host().prefault("127.0.0.1").describe("Where it listens."),
  port: port().prefault(4291).describe("Its port."),
});

export const storeSchema = section(
  {
    path: anyText().describe("The file. Its folder has to be there; one process at a time can have it."),
    keep: duration("7d", "365d")
      .prefault("30d")
      .describe("For how long what was saved of a target is kept that is no longer there."),
    maxSize: size("1MiB", "1TiB").prefault("1GiB").describe("The file is never larger than this."),
  },
  laterKeys.store,
);

export const fileSchema = section(
  {
    server: serverSchema.prefault({}).describe("The listener of the whole API."),
    ops: opsSchema
      .optional()
      .describe(
        "A second listener, of health, readiness and metrics only; `ops: {}` is one with the defaults.",
      ),
    store: storeSchema
      .optional()
      .describe(
        "What outlives a restart: overrides, and what was learned of each target. Without it all is in memory.",
      ),
    brokers: namedAfter(
      z.discriminatedUnion("type", [brokerSchemas.kafka, brokerSchemas.memory]),
      "is empty; at least one broker is needed",
    ).describe("Where backlogs are, by a name of your own."),
    targets: namedAfter(targetSchema, "is empty; at least one target is needed").describe(
      "What is watched and decided on, by name. Each is also a gate under its own name.",
    ),
    gates: z
      .record(z.string(), listOf(name()).describe("The targets that read it."))
      .prefault({})
      .describe(
        "What producers write to, by name, with the targets that read it; the slowest of them holds. A gate has no target's name.",
      ),
    tenants: z
      .record(z.string(), tenantSchema)
      .prefault({})
      .describe(
        "Whom producers work for, by the name that those give. `*` is for whoever is not listed: at most 1000 of them are told apart, the others share one, `other`. Who gives no name is `default`.",
      ),
    log: section({
      level: choice(["debug", "info", "warn", "error"])
        .prefault("info")
        .describe("What is logged: this and what is graver."),
    })
      .prefault({})
      .describe("What the daemon tells of itself."),
  },
  laterKeys.file,
);

/** What a key is taken to say where it does not stand in the file, as one would write it. */
export const defaultOf = (schema: z.ZodType): unknown =>
  schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined;

export type FileContent = z.output<typeof fileSchema>;
