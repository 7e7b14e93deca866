/**
 * Small pieces from which the stored records' encodings are put together: fixed order, lengths in front,
 * numbers 8 bytes big-endian. Reading refuses with `bad_encoding` whatever writing would not make.
 */
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { be32, be64 } from '../encoding/integers.ts';
import { CryptoError } from '../errors.ts';

/** Writes values of one type and reads them back. */
export interface Codec<T> {
  write(value: T, out: Uint8Array[]): void;
  read(reader: ByteReader): T;
}

/** The type that a codec reads. */
export type Decoded<C> = C extends Codec<infer T> ? T : never;

/** A whole number up to 2^53 − 1. */
export const uint: Codec<number> = {
  write: (value, out) => out.push(be64(value)),
  read: (reader) => reader.number(8),
};

/** Exactly `length` bytes. */
export function fixedBytes(length: number): Codec<Uint8Array> {
  return {
    write: (value, out) => {
      assertBytes(value, 'field', length);
      out.push(value);
    },
    read: (reader) => reader.take(length),
  };
}

/** Up to `max` bytes behind their length. */
export function lengthPrefixed(max: number): Codec<Uint8Array> {
  return {
    write: (value, out) => {
      if (value.length > max) throw new RangeError('field: too long');
      out.push(be32(value.length), value);
    },
    read: (reader) => reader.take(count(reader, max)),
  };
}

/** Up to `max` values. */
export function list<T>(item: Codec<T>, max: number): Codec<T[]> {
  return {
    write: (values, out) => {
      if (values.length > max) throw new RangeError('list: too long');
      out.push(be32(values.length));
      for (const value of values) item.write(value, out);
    },
    read: (reader) => {
      const length = count(reader, max);
      const values: T[] = [];
      for (let i = 0; i < length; i++) values.push(item.read(reader));
      return values;
    },
  };
}

/** A value or nothing. */
export function optional<T>(item: Codec<T>): Codec<T | undefined> {
  return {
    write: (value, out) => {
      out.push(Uint8Array.of(value === undefined ? 0 : 1));
      if (value !== undefined) item.write(value, out);
    },
    read: (reader) => {
      const present = reader.number(1);
      if (present > 1) throw new CryptoError('bad_encoding');
      return present === 1 ? item.read(reader) : undefined;
    },
  };
}

/** Named fields in the order of `fields`. */
export function fields<T extends object>(codecs: { [K in keyof T]: Codec<T[K]> }): Codec<T> {
  const names = Object.keys(codecs) as (keyof T)[];
  return {
    write: (value, out) => {
      for (const name of names) codecs[name].write(value[name], out);
    },
    read: (reader) => {
      const value: Partial<T> = {};
      for (const name of names) value[name] = codecs[name].read(reader);
      return value as T;
    },
  };
}

/** One of several names. */
export function oneOf<T extends string>(names: readonly T[]): Codec<T> {
  return {
    write: (value, out) => out.push(Uint8Array.of(names.indexOf(value))),
    read: (reader) => {
      const name = names[reader.number(1)];
      if (name === undefined) throw new CryptoError('bad_encoding');
      return name;
    },
  };
}

function count(reader: ByteReader, max: number): number {
  const value = reader.number(4);
  if (value > max) throw new CryptoError('bad_encoding', 'too long');
  return value;
}

/** The bytes of a value behind a version byte. */
export function encodeVersioned<T>(codec: Codec<T>, version: number, value: T): Uint8Array {
  const out: Uint8Array[] = [Uint8Array.of(version)];
  codec.write(value, out);
  return concatBytes(...out);
}

/** Reads {@link encodeVersioned}; `bad_encoding` for another version and for bytes left over. */
export function decodeVersioned<T>(codec: Codec<T>, version: number, bytes: Uint8Array): T {
  assertBytes(bytes, 'bytes');
  const reader = new ByteReader(bytes);
  if (reader.number(1) !== version) throw new CryptoError('bad_encoding', 'unknown version');
  const value = codec.read(reader);
  reader.end();
  return value;
}
