import { CryptoError } from '../errors.ts';
import { readVarint, skimVarint } from './varint.ts';

const maximumField = 2 ** 29 - 1;

/**
 * The fields of a protocol buffer message (proto2): unknown fields are ignored, the last of several
 * wins, groups and whatever is cut off are `bad_encoding`.
 */
export class ProtoReader {
  readonly #values = new Map<number, number | Uint8Array>();

  constructor(bytes: Uint8Array) {
    let offset = 0;
    while (offset < bytes.length) {
      const tag = readVarint(bytes, offset);
      const field = Math.floor(tag.value / 8);
      if (field < 1 || field > maximumField) throw new CryptoError('bad_encoding');
      offset = this.#read(bytes, field, tag.value % 8, tag.end);
    }
  }

  /** An unsigned integer from 0 to `max`, by default 2^32 − 1, or nothing if it is absent. */
  uint(field: number, max = 0xffff_ffff): number | undefined {
    const value = this.#values.get(field);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || value > max) throw new CryptoError('bad_encoding');
    return value;
  }

  /** A copy of a bytes field, of exactly `length` bytes if given, or nothing if it is absent. */
  bytes(field: number, length?: number): Uint8Array | undefined {
    const value = this.#values.get(field);
    if (value === undefined) return undefined;
    if (typeof value === 'number' || (length !== undefined && value.length !== length)) {
      throw new CryptoError('bad_encoding');
    }
    return Uint8Array.from(value);
  }

  /** A required {@link uint}; `bad_encoding` if it is absent. */
  requiredUint(field: number, max?: number): number {
    return required(this.uint(field, max));
  }

  /** A required {@link bytes}; `bad_encoding` if it is absent. */
  requiredBytes(field: number, length?: number): Uint8Array {
    return required(this.bytes(field, length));
  }

  #read(bytes: Uint8Array, field: number, wireType: number, offset: number): number {
    if (wireType === 0) {
      const { value, end } = skimVarint(bytes, offset);
      this.#values.set(field, value);
      return end;
    }
    const start =
      wireType === 2 ? readVarint(bytes, offset) : { value: fixed(wireType), end: offset };
    const end = start.end + start.value;
    if (end > bytes.length) throw new CryptoError('bad_encoding', 'field cut off');
    // A fixed-size value cannot be a field of ours: it is skipped like an unknown one.
    if (wireType === 2) this.#values.set(field, bytes.subarray(start.end, end));
    return end;
  }
}

function fixed(wireType: number): number {
  if (wireType === 1) return 8;
  if (wireType === 5) return 4;
  throw new CryptoError('bad_encoding', 'unknown wire type');
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new CryptoError('bad_encoding', 'required field is absent');
  return value;
}
