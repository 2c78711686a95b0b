/** docs/configuration.md, out of the schema and the rules. */
import * as z from "zod";
import { rules } from "./rules.ts";
import { brokerSchemas, defaultOf, fileSchema, laterBrokerTypes, laterKeys } from "./schema.ts";
import { kinds } from "./values.ts";

/** A key as the reference tells of it. */
export interface ReferenceKey {
  /** Within its section: `lease.ttl`, `thresholds.messages[].above`. */
  readonly key: string;
  readonly type: string;
  /** As one would write it; undefined where the key is needed. */
  readonly fallback: string | undefined;
  readonly allowed: string;
  readonly meaning: string;
}

export interface ReferenceSection {
  /** From the top of the file, `NAME` for a name of one's own: `targets.NAME`. */
  readonly path: string;
  readonly meaning: string;
  readonly needed: boolean;
  readonly keys: readonly ReferenceKey[];
}

/** Without what says only that a key may be absent, or how its value is prepared. */
const unwrap = (schema: z.ZodType): z.ZodType => {
  if (kinds.get(schema) !== undefined) return schema;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault)
    return unwrap(schema.def.innerType as z.ZodType);
  return schema instanceof z.ZodPipe ? unwrap(schema.def.out as z.ZodType) : schema;
};

const keysOf = (schema: z.ZodType, prefix = ""): readonly ReferenceKey[] => {
  const core = unwrap(schema);
  if (core instanceof z.ZodArray) return keysOf(core.element as z.ZodType, `${prefix.slice(0, -1)}[].`);
  if (!(core instanceof z.ZodObject)) return [];
  return Object.entries(core.shape as Record<string, z.ZodType>).flatMap(([name, value]) => [
    keyOf(prefix + name, value),
    ...keysOf(value, `${prefix}${name}.`),
  ]);
};

const keyOf = (key: string, schema: z.ZodType): ReferenceKey => ({
  key,
  ...kindOf(unwrap(schema)),
  fallback: fallbackOf(schema),
  meaning: schema.description ?? "",
});

const kindOf = (core: z.ZodType): Pick<ReferenceKey, "type" | "allowed"> => {
  if (core instanceof z.ZodLiteral) return { type: "text", allowed: [...core.values].join(", ") };
  if (!(core instanceof z.ZodArray))
    return kinds.get(core) ?? { type: "mapping", allowed: "with the keys below" };
  const item = kindOf(unwrap(core.element as z.ZodType));
  return { type: `list of ${item.type}`, allowed: `at least one; each ${item.allowed}` };
};

const fallbackOf = (schema: z.ZodType): string | undefined => {
  const told = schema.meta()?.fallback;
  if (typeof told === "string") return told;
  const written = defaultOf(schema);
  if (typeof written === "object") return "as below";
  if (written !== undefined) return code(String(written));
  return schema instanceof z.ZodOptional ? "none" : undefined;
};

const code = (text: string): string => `\`${text}\``;

/** Every key that a file may have. */
export const referenceSections: readonly ReferenceSection[] = Object.entries(
  fileSchema.shape as Record<string, z.ZodType>,
).flatMap(([name, schema]) => {
  const head = { meaning: schema.description ?? "", needed: fallbackOf(schema) === undefined };
  const core = unwrap(schema);
  if (!(core instanceof z.ZodRecord)) return [{ ...head, path: name, keys: keysOf(core) }];
  const path = `${name}.NAME`;
  const value = core.valueType as z.ZodType;
  if (value instanceof z.ZodDiscriminatedUnion)
    return Object.values(brokerSchemas).map((broker) => ({ ...head, path, keys: keysOf(broker) }));
  return value instanceof z.ZodArray
    ? [{ ...head, path: name, keys: [keyOf("NAME", value)] }]
    : [{ ...head, path, keys: keysOf(value) }];
});

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const sectionPage = ({ path, meaning, needed, keys }: ReferenceSection): string => {
  const type = keys.find(({ key }) => key === "type")?.allowed;
  return `## ${code(path)}${type === undefined ? "" : `, ${code(`type: ${type}`)}`}

${meaning} ${needed ? "At least one is needed." : "It may be left out."}

${table(
  ["key", "type", "default", "allowed", "meaning"],
  keys.map(({ key, type, fallback, allowed, meaning }) => [
    code(key),
    type,
    fallback ?? "needed",
    allowed,
    meaning,
  ]),
)}
`;
};

const bullets = (texts: readonly string[]): string => texts.map((text) => `- ${text}`).join("\n");
const codes = (texts: readonly string[]): string => texts.map(code).join(", ");

/** The page as Markdown. */
export const configurationReference = (): string => `# Configuration

One file, YAML or JSON, at most 1 MiB. \`headgate check FILE\` lists every problem with it at once;
\`headgate serve --config FILE\` starts only without any. [deploy/headgate.yaml](../deploy/headgate.yaml) is
an example with all keys.

- **Durations** are written with their unit: \`500ms\`, \`10s\`, \`5m\`, \`2h\`, \`7d\`. A bare number is refused.
- **Rates** are messages per second.
- **Names** of brokers, targets and gates are 1 to 128 of \`A-Z a-z 0-9 . _ ~ -\`.
- \`\${NAME}\` in a text is replaced by the environment variable of that name, which must be set; \`$\${\` stands for
  \`\${\` itself. Numbers and \`true\` or \`false\` can come from the environment too. Inside \`{ }\` and \`[ ]\` put
  quotes around it: \`"\${NAME}"\`. Messages show \`\${NAME}\`, never what it stands for.
- A key that is not listed here is refused, and so is a key without a value or one that stands twice.

${referenceSections.map(sectionPage).join("\n")}
## What must hold between keys

${bullets(rules.filter(({ warns }) => !warns).map(({ says }) => says))}

A warning is given, and the file taken, where one of these applies:

${bullets(rules.filter(({ warns }) => warns).map(({ says }) => says))}

## Not in this version

These are known words, and refused so that nobody takes them to be in force:

${bullets([
  `at the top: ${codes(laterKeys.file)}`,
  `in ${code("server")}: ${codes(laterKeys.server)}`,
  `in a broker: ${codes(laterKeys.broker)}; as its ${code("type")}: ${codes(laterBrokerTypes)}`,
  `in a target: ${codes(laterKeys.target)}`,
])}
`;
