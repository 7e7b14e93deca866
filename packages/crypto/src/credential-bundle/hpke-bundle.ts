/**
 * Turnkey's bundle format: HPKE base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; info
 * "turnkey_hpke"; AAD encapsulated key 65 ‖ recipient public key 65.
 * Bundle: base58check(compressed encapsulated key 33 ‖ ciphertext ‖ tag 16).
 */
import { concatBytes } from '../encoding/bytes.ts';
import { utf8 } from '../encoding/text.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { p256PublicKeyOf } from '../primitives/p256-private.ts';
import {
  p256CompressedBytes,
  parseP256PublicKey,
  type P256PublicKey,
} from '../primitives/p256-verify.ts';
import type { RandomSource } from '../primitives/random.ts';
import { openBase, sealBase } from '../seal/hpke-base.ts';
import { fromBase58Check, toBase58Check } from './base58check.ts';
import { kemP256 } from './dhkem-p256.ts';

const info = utf8('turnkey_hpke');

/** Seals bytes, at most 200 of them, into a bundle. */
export async function sealBundle(
  recipient: P256PublicKey,
  plaintext: Uint8Array,
  random?: RandomSource,
): Promise<string> {
  const { enc, ciphertext } = await sealBase(kemP256, {
    recipientPublicKey: recipient.uncompressed,
    info,
    aad: (key) => concatBytes(key, recipient.uncompressed),
    plaintext,
    random,
  });
  return toBase58Check(concatBytes(parseP256PublicKey(enc).compressed, ciphertext));
}

/** Opens a bundle; `open_failed` for every refusal of it. */
export async function openBundle(
  recipientPrivateKey: Uint8Array,
  bundle: string,
): Promise<Uint8Array> {
  const recipient = p256PublicKeyOf(recipientPrivateKey).uncompressed;
  try {
    const bytes = fromBase58Check(bundle);
    const enc = parseP256PublicKey(bytes.subarray(0, p256CompressedBytes)).uncompressed;
    const ciphertext = bytes.subarray(p256CompressedBytes);
    const aad = concatBytes(enc, recipient);
    return await openBase(kemP256, { recipientPrivateKey, enc, info, aad, ciphertext });
  } catch (error) {
    if (isCryptoError(error)) throw new CryptoError('open_failed');
    throw error;
  }
}
