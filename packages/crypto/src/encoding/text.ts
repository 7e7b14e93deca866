import { CryptoError } from '../errors.ts';
import { newTextDecoder, newTextEncoder } from '../primitives/web-platform.ts';
import { assertBytes } from './bytes.ts';

const encoder = newTextEncoder();
const decoder = newTextDecoder();

/** UTF-8 of `text`; `RangeError` on lone surrogates, which would all become the same bytes. */
export function utf8(text: string): Uint8Array {
  if (typeof text !== 'string') throw new TypeError(`text: expected string, got ${typeof text}`);
  if (/\p{Surrogate}/u.test(text)) throw new RangeError('text: lone surrogate');
  return encoder.encode(text);
}

/** Text of UTF-8 bytes; `bad_encoding` on anything malformed. A byte order mark is kept. */
export function fromUtf8(bytes: Uint8Array): string {
  assertBytes(bytes, 'bytes');
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new CryptoError('bad_encoding', 'malformed UTF-8', { cause });
  }
}
