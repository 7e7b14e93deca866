/** Single-shot HPKE (RFC 9180 §6.1) in base mode, suite 1: X25519, HKDF-SHA256, AES-256-GCM. */
import { assertBytes } from '../encoding/bytes.ts';
import type { RandomSource } from '../primitives/random.ts';
import { openBase, sealBase, type HpkeSealed } from './hpke-base.ts';
import { kemX25519 } from './hpke-kem.ts';

/**
 * Seals to a public key; anyone can, so use `sealSigned` where the sender matters.
 *
 * The ephemeral key is WebCrypto's, or DeriveKeyPair(32 bytes of `random`). Throws `bad_key` for a refused recipient key.
 */
export async function hpkeSeal(input: {
  recipientPublicKey: Uint8Array;
  info: Uint8Array;
  aad: Uint8Array;
  plaintext: Uint8Array;
  random?: RandomSource;
}): Promise<HpkeSealed> {
  assertBytes(input.aad, 'aad');
  return sealBase(kemX25519, input);
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
  assertBytes(input.aad, 'aad');
  if (input.recipientPublicKey) assertBytes(input.recipientPublicKey, 'recipientPublicKey', 32);
  return openBase(kemX25519, input);
}
