/** One call of Kafka's protocol in one version, in the shape that the client's connection sends. */
import type { ClientCall } from "kafkajs/src/protocol/requests/index.js";
import { type Cursor, createWriter, cursor, readInt32, skipTags, type Writer } from "../bytes.ts";

export type Call<Answer> = ClientCall<unknown, Answer>;

export interface Definition<Answer> {
  /** Kafka's name of the call. */
  readonly name: string;
  readonly key: number;
  readonly version: number;
  /** Whether this version is flexible: tagged fields then close the headers of request and answer. */
  readonly flexible: boolean;
  write(to: Writer): void;
  /**
   * Reads the answer after its first field, which is `throttle_time_ms => INT32` in all that are defined here. Throws
   * a RangeError where the bytes cannot be such an answer.
   */
  read(from: Cursor): Answer;
}

export const call = <Answer>(definition: Definition<Answer>): Call<Answer> => ({
  request: {
    apiKey: definition.key,
    apiVersion: definition.version,
    apiName: definition.name,
    encode: async () => {
      const to = createWriter();
      if (definition.flexible) to.zeros(1);
      definition.write(to);
      const bytes = to.bytes();
      return { buf: bytes, buffer: bytes };
    },
  },
  response: {
    decode: async (body: Buffer) => {
      const from = cursor(body);
      if (definition.flexible) skipTags(from);
      const throttleMs = readInt32(from);
      // By this name the connection holds back what it sends next for as long as the broker asked.
      return { clientSideThrottleTime: throttleMs, answer: definition.read(from) };
    },
    parse: async (decoded: { answer: Answer }) => decoded.answer,
  },
  logResponseError: false,
});

/** Versions of each call that a broker takes, by the call's key. */
export type Versions = ReadonlyMap<number, { readonly min: number; readonly max: number }>;

/** The highest version of call `key` that the broker takes and we write, of `low` to `high`; undefined if none. */
export const commonVersion = (
  versions: Versions,
  key: number,
  low: number,
  high: number,
): number | undefined => {
  const range = versions.get(key);
  if (range === undefined) return undefined;
  const version = Math.min(high, range.max);
  return version >= Math.max(low, range.min) ? version : undefined;
};

/** `items` in lists of at most `size`: what can grow is asked for in several requests. */
export const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
