import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { encodeVarint } from './varint.ts';

/** Writes a protocol buffer message, its fields in ascending order, as Signal's formats are. */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];
  #last = 0;

  /** Appends an unsigned integer field; nothing if the value is left out. */
  uint(field: number, value: number | undefined): this {
    if (value === undefined) return this;
    this.#parts.push(this.#tag(field, 0), encodeVarint(value));
    return this;
  }

  /** Appends a bytes field; nothing if the value is left out. */
  bytes(field: number, value: Uint8Array | undefined): this {
    if (value === undefined) return this;
    assertBytes(value, `field ${field}`);
    this.#parts.push(this.#tag(field, 2), encodeVarint(value.length), value);
    return this;
  }

  /** The message. */
  finish(): Uint8Array {
    return concatBytes(...this.#parts);
  }

  #tag(field: number, wireType: number): Uint8Array {
    if (field <= this.#last) throw new RangeError('fields: expected ascending numbers');
    this.#last = field;
    return encodeVarint(field * 8 + wireType);
  }
}
