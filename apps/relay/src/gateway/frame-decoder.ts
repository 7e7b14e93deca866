/**
 * A strict MessagePack decoder for frames from clients.
 *
 * Depth is counted and refused before it is entered, so recursion is bounded by a constant whatever
 * the frame says. A length that the rest of the frame cannot hold is refused before anything is
 * allocated for it. Map keys are strings, none of them `__proto__`. Of the extension types only the
 * two that Socket.IO's encoder makes exist: `undefined` and `ArrayBuffer`.
 */
import { isUtf8 } from 'node:buffer';
import { limits } from '@sotto/protocol';

/** The packet itself and its `data` array stand round every body. */
const maxFrameDepth = limits.jsonDepth + 2;

/** Why a frame was refused; the socket is closed, nothing of the frame is used. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly code = 'bad_frame';
}

/** Decodes one frame. Bytes in the result are views of the frame. */
export function decodeFrame(frame: Buffer, maxDepth: number = maxFrameDepth): unknown {
  const reader = new FrameReader(frame, maxDepth);
  const value = reader.value(0);
  if (!reader.isAtEnd) throw new FrameError('bytes after the packet');
  return value;
}

class FrameReader {
  readonly #frame: Buffer;
  readonly #maxDepth: number;
  #at = 0;

  constructor(frame: Buffer, maxDepth: number) {
    this.#frame = frame;
    this.#maxDepth = maxDepth;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#frame.length;
  }

  value(depth: number): unknown {
    const prefix = this.#uint(1);
    if (prefix < 0x80) return prefix;
    if (prefix < 0x90) return this.#map(prefix & 0x0f, depth);
    if (prefix < 0xa0) return this.#array(prefix & 0x0f, depth);
    if (prefix < 0xc0) return this.#string(prefix & 0x1f);
    if (prefix >= 0xe0) return prefix - 0x100;
    return this.#long(prefix, depth);
  }

  #long(prefix: number, depth: number): unknown {
    switch (prefix) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#bytes(this.#uint(1));
      case 0xc5:
        return this.#bytes(this.#uint(2));
      case 0xc6:
        return this.#bytes(this.#uint(4));
      case 0xc7:
        return this.#arrayBuffer(this.#uint(1));
      case 0xc8:
        return this.#arrayBuffer(this.#uint(2));
      case 0xc9:
        return this.#arrayBuffer(this.#uint(4));
      case 0xca:
        return this.#take(4, (at) => this.#frame.readFloatBE(at));
      case 0xcb:
        return this.#take(8, (at) => this.#frame.readDoubleBE(at));
      case 0xcc:
        return this.#uint(1);
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xcf:
        return this.#take(8, (at) => Number(this.#frame.readBigUInt64BE(at)));
      case 0xd0:
        return this.#take(1, (at) => this.#frame.readInt8(at));
      case 0xd1:
        return this.#take(2, (at) => this.#frame.readInt16BE(at));
      case 0xd2:
        return this.#take(4, (at) => this.#frame.readInt32BE(at));
      case 0xd3:
        return this.#take(8, (at) => Number(this.#frame.readBigInt64BE(at)));
      case 0xd4:
        if (this.#uint(2) !== 0) throw new FrameError('unknown extension');
        return undefined;
      case 0xd9:
        return this.#string(this.#uint(1));
      case 0xda:
        return this.#string(this.#uint(2));
      case 0xdb:
        return this.#string(this.#uint(4));
      case 0xdc:
        return this.#array(this.#uint(2), depth);
      case 0xdd:
        return this.#array(this.#uint(4), depth);
      case 0xde:
        return this.#map(this.#uint(2), depth);
      case 0xdf:
        return this.#map(this.#uint(4), depth);
      default:
        throw new FrameError('unknown type');
    }
  }

  #array(length: number, depth: number): unknown[] {
    this.#enter(length, depth);
    const values: unknown[] = [];
    for (let i = 0; i < length; i++) values.push(this.value(depth + 1));
    return values;
  }

  #map(length: number, depth: number): Record<string, unknown> {
    this.#enter(length * 2, depth);
    const values: Record<string, unknown> = {};
    for (let i = 0; i < length; i++) {
      const key = this.value(this.#maxDepth);
      if (typeof key !== 'string') throw new FrameError('a key that is no string');
      if (key === '__proto__') throw new FrameError('a key that no schema has');
      values[key] = this.value(depth + 1);
    }
    return values;
  }

  /** Each element takes a byte at least. */
  #enter(elements: number, depth: number): void {
    if (depth >= this.#maxDepth) throw new FrameError('nested too deep');
    if (elements > this.#frame.length - this.#at) throw new FrameError('length beyond the frame');
  }

  #string(length: number): string {
    const bytes = this.#bytes(length);
    if (!isUtf8(bytes)) throw new FrameError('text that is not UTF-8');
    return bytes.toString('utf8');
  }

  #arrayBuffer(length: number): ArrayBuffer {
    if (this.#uint(1) !== 0) throw new FrameError('unknown extension');
    const bytes = this.#bytes(length);
    const copy = new ArrayBuffer(length);
    new Uint8Array(copy).set(bytes);
    return copy;
  }

  #bytes(length: number): Buffer {
    return this.#take(length, (at) => this.#frame.subarray(at, at + length));
  }

  #uint(size: 1 | 2 | 4): number {
    return this.#take(size, (at) => this.#frame.readUIntBE(at, size));
  }

  #take<Value>(size: number, read: (at: number) => Value): Value {
    if (size > this.#frame.length - this.#at) throw new FrameError('length beyond the frame');
    const at = this.#at;
    this.#at += size;
    return read(at);
  }
}
