/**
 * Single-shot HPKE (RFC 9180 §6.1) in base mode, suite 1:
 * DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
 */
import { assertBytes } from '../encoding/bytes.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { AesGcmKey } from '../primitives/aes-gcm.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { decap, encap, kemX25519HkdfSha256 } from './dhkem-x25519.ts';
import { computeNonce, keySchedule, type HpkeSuite } from './key-schedule.ts';

/** Suite 1. */
const suiteX25519: HpkeSuite = {
  kemId: kemX25519HkdfSha256,
  kdfId: 0x0001,
  aeadId: 0x0002,
  keyBytes: 32,
};

/** An encapsulated key (32 bytes) and the ciphertext with its tag. */
export interface HpkeSealed {
  enc: Uint8Array;
  ciphertext: Uint8Array;
}

/**
 * Seals to a public key; anyone can, so use `sealSigned` where the sender matters.
 *
 * The ephemeral key is DeriveKeyPair(32 random bytes). Throws `bad_key` for a refused recipient key.
 */
export async function hpkeSeal(input: {
  recipientPublicKey: Uint8Array;
  info: Uint8Array;
  aad: Uint8Array;
  plaintext: Uint8Array;
  random?: RandomSource;
}): Promise<HpkeSealed> {
  assertBytes(input.info, 'info');
  assertBytes(input.aad, 'aad');
  assertBytes(input.plaintext, 'plaintext');
  const ikm = drawRandom(input.random ?? systemRandom, 32);
  const { sharedSecret, enc } = await encap(input.recipientPublicKey, ikm);
  const { key, baseNonce } = await keySchedule(suiteX25519, sharedSecret, input.info);
  const nonce = computeNonce(baseNonce, 0);
  return { enc, ciphertext: await new AesGcmKey(key).seal(nonce, input.aad, input.plaintext) };
}

/**
 * Opens what {@link hpkeSeal} made; `open_failed` for every refusal of `enc` or `ciphertext`.
 *
 * Giving the recipient's own public key saves deriving it; a wrong one only makes opening fail.
 */
export async function hpkeOpen(input: {
  recipientPrivateKey: Uint8Array;
  recipientPublicKey?: Uint8Array;
  enc: Uint8Array;
  info: Uint8Array;
  aad: Uint8Array;
  ciphertext: Uint8Array;
}): Promise<Uint8Array> {
  assertBytes(input.recipientPrivateKey, 'recipientPrivateKey', 32);
  if (input.recipientPublicKey) assertBytes(input.recipientPublicKey, 'recipientPublicKey', 32);
  assertBytes(input.enc, 'enc');
  assertBytes(input.info, 'info');
  assertBytes(input.aad, 'aad');
  assertBytes(input.ciphertext, 'ciphertext');
  if (input.enc.length !== 32) throw new CryptoError('open_failed');
  try {
    const secret = await decap(input.enc, input.recipientPrivateKey, input.recipientPublicKey);
    const { key, baseNonce } = await keySchedule(suiteX25519, secret, input.info);
    return await new AesGcmKey(key).open(computeNonce(baseNonce, 0), input.aad, input.ciphertext);
  } catch (error) {
    if (isCryptoError(error)) throw new CryptoError('open_failed');
    throw error;
  }
}
