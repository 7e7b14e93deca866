import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { clampScalar, uFromEdwardsY } from '../primitives/curve25519.ts';
import { ed25519PublicKey } from '../primitives/ed25519-public-key.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { sha512 } from '../primitives/sha2.ts';
import { curve25519KeyType } from './public-key.ts';

/** An identity-type key: account keys and device identity keys are of this kind. */
export interface IdentityKeyPair {
  /** 32 secret bytes; keep them wrapped. The private scalar is clamp(SHA-512(seed)[0..32]). */
  seed: Uint8Array;
  /** 33 bytes, 0x05 ‖ u. */
  publicKey: Uint8Array;
}

/** The clamped private scalar of a seed (RFC 8032 §5.1.5), usable with X25519 too. */
export async function privateScalarFromSeed(seed: Uint8Array): Promise<Uint8Array> {
  assertBytes(seed, 'seed', 32);
  return clampScalar((await sha512(seed)).subarray(0, 32));
}

/** The key pair of a 32-byte seed. */
export async function identityKeyPairFromSeed(seed: Uint8Array): Promise<IdentityKeyPair> {
  assertBytes(seed, 'seed', 32);
  const u = uFromEdwardsY(await ed25519PublicKey(seed));
  return {
    seed: Uint8Array.from(seed),
    publicKey: concatBytes(Uint8Array.of(curve25519KeyType), u),
  };
}

/** A fresh key pair from 32 random bytes. */
export async function generateIdentityKeyPair(
  options: { random?: RandomSource } = {},
): Promise<IdentityKeyPair> {
  return identityKeyPairFromSeed(drawRandom(options.random ?? systemRandom, 32));
}
