/**
 * Bytes as Kafka writes them: big-endian numbers, lengths before strings and lists. In a *flexible* version of a
 * call lengths are unsigned varints plus one (0 is null) and each structure ends in a section of tagged fields.
 */

/** A place in an answer. Reading moves it on; reading past the end throws a RangeError. */
export interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

export const cursor = (bytes: Buffer): Cursor => ({ bytes, at: 0 });

/** Moves over `length` bytes and gives where they began. */
const advance = (from: Cursor, length: number): number => {
  const at = from.at;
  if (length < 0 || at + length > from.bytes.length)
    throw new RangeError(`${length} bytes expected at ${at} of ${from.bytes.length}`);
  from.at = at + length;
  return at;
};

export const skip = (from: Cursor, length: number): void => void advance(from, length);

export const readInt8 = (from: Cursor): number => from.bytes.readInt8(advance(from, 1));

export const readInt16 = (from: Cursor): number => from.bytes.readInt16BE(advance(from, 2));

export const readInt32 = (from: Cursor): number => from.bytes.readInt32BE(advance(from, 4));

/** Offsets stay below 2^53, where numbers are exact. */
export const readInt64 = (from: Cursor): number => {
  const at = advance(from, 8);
  return from.bytes.readInt32BE(at) * 0x1_0000_0000 + from.bytes.readUInt32BE(at + 4);
};

export const readVarint = (from: Cursor): number => {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = from.bytes.readUInt8(advance(from, 1));
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError(`a varint of more than 5 bytes at ${from.at}`);
};

const text = (from: Cursor, length: number): string => {
  const at = advance(from, length);
  return from.bytes.toString("utf8", at, at + length);
};

/** Null is the empty string. */
export const readString = (from: Cursor): string => text(from, Math.max(0, readInt16(from)));

export const readCompactString = (from: Cursor): string => text(from, Math.max(0, readVarint(from) - 1));

export const skipString = (from: Cursor): void => skip(from, Math.max(0, readInt16(from)));

export const skipCompactString = (from: Cursor): void => skip(from, Math.max(0, readVarint(from) - 1));

export const skipBytes = (from: Cursor): void => skip(from, Math.max(0, readInt32(from)));

/** Sixteen bytes in hexadecimal; undefined for the id that stands for none. */
export const readUuid = (from: Cursor): string | undefined => {
  const at = advance(from, 16);
  const id = from.bytes.toString("hex", at, at + 16);
  return /[^0]/.test(id) ? id : undefined;
};

/** A length that cannot be: no element is shorter than a byte. It would otherwise be allocated before it is read. */
const plausible = (from: Cursor, count: number): number => {
  if (count > from.bytes.length - from.at) throw new RangeError(`a list of ${count} at ${from.at}`);
  return Math.max(0, count);
};

/** The length of a list; null counts as empty. */
export const readCount = (from: Cursor): number => plausible(from, readInt32(from));

export const readCompactCount = (from: Cursor): number => plausible(from, readVarint(from) - 1);

export const skipTags = (from: Cursor): void => {
  for (let left = readVarint(from); left > 0; left -= 1) {
    readVarint(from);
    skip(from, readVarint(from));
  }
};

/** Writes a request; each method gives the writer back. */
export interface Writer {
  int8(value: number): Writer;
  int16(value: number): Writer;
  int32(value: number): Writer;
  int64(value: number): Writer;
  varint(value: number): Writer;
  string(value: string): Writer;
  compactString(value: string): Writer;
  /** The length of a list, whose elements follow. */
  count(length: number): Writer;
  compactCount(length: number): Writer;
  /** As many zero bytes. A single one is null as a compact value, false, or an empty section of tags. */
  zeros(length: number): Writer;
  bytes(): Buffer;
}

export const createWriter = (): Writer => {
  let buffer = Buffer.alloc(1024);
  let end = 0;
  const room = (length: number): number => {
    const at = end;
    end += length;
    if (end > buffer.length) {
      const larger = Buffer.alloc(Math.max(end, buffer.length * 2));
      buffer.copy(larger, 0, 0, at);
      buffer = larger;
    }
    return at;
  };
  const put = (method: "writeInt8" | "writeInt16BE" | "writeInt32BE", length: number) => (value: number) => {
    const at = room(length);
    buffer[method](value, at);
    return writer;
  };
  const text = (value: string): Writer => {
    const at = room(Buffer.byteLength(value));
    buffer.write(value, at);
    return writer;
  };
  const writer: Writer = {
    int8: put("writeInt8", 1),
    int16: put("writeInt16BE", 2),
    int32: put("writeInt32BE", 4),
    int64: (value) => {
      const at = room(8);
      buffer.writeBigInt64BE(BigInt(value), at);
      return writer;
    },
    varint: (value) => {
      let rest = value;
      for (; rest >= 0x80; rest >>>= 7) writer.int8(((rest & 0x7f) | 0x80) - 0x100);
      return writer.int8(rest);
    },
    string: (value) => {
      writer.int16(Buffer.byteLength(value));
      return text(value);
    },
    compactString: (value) => {
      writer.varint(Buffer.byteLength(value) + 1);
      return text(value);
    },
    count: (length) => writer.int32(length),
    compactCount: (length) => writer.varint(length + 1),
    zeros: (length) => {
      const at = room(length);
      buffer.fill(0, at, at + length);
      return writer;
    },
    bytes: () => buffer.subarray(0, end),
  };
  return writer;
};
