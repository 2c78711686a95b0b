/**
 * A configuration as it was written, read leniently: what the rules look at while parts of it may be wrong.
 */
import type * as z from "zod";
import type { Document } from "./document.ts";
import { type Path, type Suggestion, suggest } from "./problem.ts";
import { brokerSchemas, defaultOf } from "./schema.ts";

export type Mapping = Readonly<Record<string, unknown>>;

export interface Broker {
  readonly type: keyof typeof brokerSchemas;
  readonly pollMs: number | undefined;
}

export interface Target {
  readonly name: string;
  /** As written. */
  readonly keys: Mapping;
  readonly path: (...steps: Path) => Path;
  /** Undefined where the target names none whose type is known. */
  readonly broker: Broker | undefined;
}

export interface Draft {
  readonly file: Mapping;
  /** Undefined where the type is none that is known. */
  readonly brokers: ReadonlyMap<string, Broker | undefined>;
  readonly targets: ReadonlyMap<string, Target>;
  /** A value for a sentence: as it stands in the file, or its default. */
  readonly quote: (path: Path, schema: z.ZodType) => string;
  /** The nearest of `known`; none once names were compared as often as a file is worth. */
  readonly suggest: (name: string, known: ReadonlyMap<string, unknown>) => Suggestion;
}

/** Well under a second. Thousands of unknown names among thousands would take minutes, and nobody reads that far. */
const mostComparisons = 300_000;

export const readDraft = ({ value: file, show }: Document): Draft => {
  const brokers = new Map(
    Object.entries(mapping(file.brokers)).map(([name, keys]) => [name, readBroker(mapping(keys))]),
  );
  const targets = new Map(
    Object.entries(mapping(file.targets)).map(([name, written]): [string, Target] => {
      const keys = mapping(written);
      const broker = typeof keys.broker === "string" ? brokers.get(keys.broker) : undefined;
      return [name, { name, keys, path: (...steps) => ["targets", name, ...steps], broker }];
    }),
  );
  const quote: Draft["quote"] = (path, schema) => show(path) ?? `${defaultOf(schema)} by default`;
  let comparisons = 0;
  const suggestWithin: Draft["suggest"] = (name, known) => {
    comparisons += known.size;
    return comparisons > mostComparisons ? { hint: "" } : suggest(name, known.keys());
  };
  return { file, brokers, targets, quote, suggest: suggestWithin };
};

const readBroker = ({ type, poll }: Mapping): Broker | undefined =>
  type === "kafka" || type === "memory"
    ? { type, pollMs: valid(brokerSchemas[type].shape.poll, poll) }
    : undefined;

/** What the schema makes of a value; undefined where that is not valid. */
export const valid = <S extends z.ZodType>(schema: S, written: unknown): z.output<S> | undefined =>
  schema.safeParse(written).data;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const mapping = (value: unknown): Mapping => (isMapping(value) ? value : {});

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
