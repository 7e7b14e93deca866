import { CryptoError } from '../errors.ts';
import { copyBytes } from './bytes.ts';
import { readBigEndian } from './integers.ts';

/** Reads fixed-size parts in order; `bad_encoding` on a short read or on bytes left over. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A copy of the next `length` bytes. */
  take(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw new CryptoError('bad_encoding', 'too short');
    const part = copyBytes(this.#bytes, this.#offset, end);
    this.#offset = end;
    return part;
  }

  /** The next `size` bytes as a big-endian number. */
  number(size: number): number {
    return readBigEndian(this.take(size));
  }

  /** A copy of everything not read yet. */
  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#offset);
  }

  /** Refuses bytes that nobody read. */
  end(): void {
    if (this.#offset !== this.#bytes.length) throw new CryptoError('bad_encoding', 'too long');
  }
}
