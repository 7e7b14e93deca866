/** RFC 4648 base64 and base64url; decoding is strict: one text per byte string. */
import { CryptoError } from '../errors.ts';
import { assertBytes } from './bytes.ts';

const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function encode(bytes: Uint8Array, alphabet: string): string {
  assertBytes(bytes, 'bytes');
  let out = '';
  let bits = 0;
  let buffer = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += alphabet[(buffer >> bits) & 63];
    }
  }
  return bits > 0 ? out + alphabet[(buffer << (6 - bits)) & 63] : out;
}

function tableOf(alphabet: string): Map<string, number> {
  return new Map(Array.from(alphabet, (character, value) => [character, value]));
}

const standardTable = tableOf(standard);
const urlTable = tableOf(url);

function decode(text: string, table: Map<string, number>): Uint8Array {
  if (text.length % 4 === 1) throw new CryptoError('bad_encoding', 'malformed base64');
  const out = new Uint8Array(Math.floor((text.length * 6) / 8));
  let bits = 0;
  let buffer = 0;
  let length = 0;
  for (const character of text) {
    const value = table.get(character);
    if (value === undefined) throw new CryptoError('bad_encoding', 'malformed base64');
    buffer = ((buffer << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[length++] = (buffer >> bits) & 255;
    }
  }
  if ((buffer & ((1 << bits) - 1)) !== 0)
    throw new CryptoError('bad_encoding', 'non-canonical base64');
  return out;
}

function assertText(text: unknown): asserts text is string {
  if (typeof text !== 'string') throw new TypeError(`text: expected string, got ${typeof text}`);
}

/** Base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  const text = encode(bytes, standard);
  return text + '='.repeat((4 - (text.length % 4)) % 4);
}

/** Bytes of padded base64; `bad_encoding` on white space, missing padding or stray bits. */
export function fromBase64(text: string): Uint8Array {
  assertText(text);
  const end = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0) throw new CryptoError('bad_encoding', 'malformed base64');
  return decode(text.slice(0, text.length - end), standardTable);
}

/** Base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return encode(bytes, url);
}

/** Bytes of unpadded base64url; `bad_encoding` on anything else. */
export function fromBase64Url(text: string): Uint8Array {
  assertText(text);
  return decode(text, urlTable);
}
