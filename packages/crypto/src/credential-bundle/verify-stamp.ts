import { assertBytes } from '../encoding/bytes.ts';
import { fromBase64Url } from '../encoding/base64.ts';
import { fromHex, toHex } from '../encoding/hex.ts';
import { fromUtf8 } from '../encoding/text.ts';
import { CryptoError } from '../errors.ts';
import { p256CompressedBytes, parseP256PublicKey, verifyP256 } from '../primitives/p256-verify.ts';

/** Header that carries a stamp. */
export const stampHeaderName = 'X-Stamp';

/** The one scheme that is understood. */
export const stampScheme = 'SIGNATURE_SCHEME_TK_API_P256';

/** Longest header value that is looked at; a stamp has some 390 characters. */
const maxStampCharacters = 1_024;

interface StampFields {
  publicKey: string;
  scheme: string;
  signature: string;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CryptoError('bad_encoding', 'the stamp is not JSON', { cause });
  }
}

function isStamp(value: unknown): value is StampFields {
  if (typeof value !== 'object' || value === null) return false;
  const entries = Object.entries(value);
  const names = entries.map(([key]) => key).sort((a, b) => (a < b ? -1 : 1));
  if (names.join() !== 'publicKey,scheme,signature') return false;
  return entries.every(([, text]) => typeof text === 'string');
}

/**
 * Verifies a stamp over exactly these body bytes and returns the API key that made it: a compressed
 * point, 66 lower-case digits. Whether that key is registered, and whether the body's timestamp is
 * fresh and unused, is for the caller to judge; the signature itself is malleable and no id.
 *
 * Throws `bad_encoding` for a malformed header, `bad_key` for a refused key, `bad_signature`.
 */
export function verifyStamp(input: { stampHeaderValue: string; body: Uint8Array }): {
  publicKeyHex: string;
} {
  const { stampHeaderValue, body } = input;
  assertBytes(body, 'body');
  if (typeof stampHeaderValue !== 'string') {
    throw new TypeError(`stampHeaderValue: expected string, got ${typeof stampHeaderValue}`);
  }
  if (stampHeaderValue.length > maxStampCharacters)
    throw new CryptoError('bad_encoding', 'too long');
  const stamp = parseJson(fromUtf8(fromBase64Url(stampHeaderValue)));
  if (!isStamp(stamp) || stamp.scheme !== stampScheme) throw new CryptoError('bad_encoding');
  const keyBytes = fromHex(stamp.publicKey);
  if (keyBytes.length !== p256CompressedBytes) throw new CryptoError('bad_key');
  const publicKey = parseP256PublicKey(keyBytes);
  const signature = fromHex(stamp.signature);
  // Turnkey's stampers do not normalise s.
  const signed = { publicKey, message: body, signature, format: 'der', lowS: false } as const;
  if (!verifyP256(signed)) throw new CryptoError('bad_signature');
  return { publicKeyHex: toHex(publicKey.compressed) };
}
