/**
 * Recovery keys as people write them down: 256 random bits and a 24-bit checksum in Crockford's
 * base 32, 14 groups of 4. Reading forgives case, spaces, dashes, and O, I, L for 0 and 1.
 */
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { CryptoError } from '../errors.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { sha256Short } from '../primitives/sha2.ts';

/** Bytes of a recovery key without its checksum. */
const recoveryKeyBytes = 32;

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const checksumBytes = 3;
const characters = ((recoveryKeyBytes + checksumBytes) * 8) / 5;

function checksum(key: Uint8Array): Uint8Array {
  return sha256Short(frame('sotto/v1/recovery-key-checksum', [key])).slice(0, checksumBytes);
}

/** A fresh recovery key, 32 bytes. */
export function generateRecoveryKey(options: { random?: RandomSource } = {}): Uint8Array {
  return drawRandom(options.random ?? systemRandom, recoveryKeyBytes);
}

/** The written form of 32 bytes: 56 characters in 14 groups of 4 joined by dashes. */
export function formatRecoveryKey(key: Uint8Array): string {
  assertBytes(key, 'key', recoveryKeyBytes);
  let text = '';
  let bits = 0;
  let buffer = 0;
  for (const byte of concatBytes(key, checksum(key))) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(buffer >> bits) & 31];
    }
  }
  return text.replaceAll(/.{4}(?!$)/g, '$&-');
}

/** The 32 bytes of a written recovery key; `bad_encoding` for a wrong length, character or checksum. */
export function parseRecoveryKey(text: string): Uint8Array {
  if (typeof text !== 'string') throw new TypeError(`text: expected string, got ${typeof text}`);
  const plain = text
    .replaceAll(/[\s\u2010-\u2015-]/g, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  if (plain.length !== characters) throw new CryptoError('bad_encoding', 'wrong length');
  const out = new Uint8Array(recoveryKeyBytes + checksumBytes);
  let length = 0;
  let bits = 0;
  let buffer = 0;
  for (const character of plain) {
    const value = alphabet.indexOf(character);
    if (value < 0) throw new CryptoError('bad_encoding', 'unknown character');
    buffer = ((buffer << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[length++] = (buffer >> bits) & 255;
    }
  }
  const key = out.slice(0, recoveryKeyBytes);
  if (!equalBytes(checksum(key), out.subarray(recoveryKeyBytes))) {
    throw new CryptoError('bad_encoding', 'wrong checksum');
  }
  return key;
}
