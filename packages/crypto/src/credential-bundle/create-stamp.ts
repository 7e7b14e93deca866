import { assertBytes } from '../encoding/bytes.ts';
import { toBase64Url } from '../encoding/base64.ts';
import { toHex } from '../encoding/hex.ts';
import { utf8 } from '../encoding/text.ts';
import { p256PublicKeyOf, signP256 } from '../primitives/p256-private.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { readPrivateKey } from './session-keypair.ts';
import { stampHeaderName, stampScheme } from './verify-stamp.ts';

/** A header to send with a request. */
export interface Stamp {
  stampHeaderName: typeof stampHeaderName;
  stampHeaderValue: string;
}

/**
 * Stamps a request with an API key (64 hexadecimal digits), as Turnkey does:
 * base64url(JSON {publicKey, scheme, signature}), ECDSA P-256 in DER over exactly these body bytes.
 *
 * The body carries a timestamp; without one a stamp could be used again for ever.
 */
export function createStamp(input: {
  body: Uint8Array;
  privateKeyHex: string;
  random?: RandomSource;
}): Stamp {
  assertBytes(input.body, 'body');
  const privateKey = readPrivateKey(input.privateKeyHex);
  const random = input.random ?? systemRandom;
  const signature = signP256({ privateKey, message: input.body, format: 'der', random });
  const publicKey = toHex(p256PublicKeyOf(privateKey).compressed);
  const stamp = JSON.stringify({ publicKey, scheme: stampScheme, signature: toHex(signature) });
  return { stampHeaderName, stampHeaderValue: toBase64Url(utf8(stamp)) };
}
