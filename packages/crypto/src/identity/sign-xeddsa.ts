import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { ed25519PublicKey } from '../primitives/ed25519-public-key.ts';
import { signWithNonce } from '../primitives/ed25519-sign.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { sha512 } from '../primitives/sha2.ts';
import { privateScalarFromSeed } from './identity-key-pair.ts';

/** Signs messages with one seed; derives the public key once and never takes one from outside. */
export type XEdDSASigner = (message: Uint8Array, random?: RandomSource) => Promise<Uint8Array>;

/** hash_1 of the XEdDSA specification: 2^256 − 2 in little-endian, which no scalar encodes. */
const noncePrefix = Uint8Array.of(0xfe, ...new Uint8Array(31).fill(0xff));

/** Prepares a signer for an identity seed, so that many signatures derive the public key once. */
export async function xeddsaSigner(seed: Uint8Array): Promise<XEdDSASigner> {
  assertBytes(seed, 'seed', 32);
  const publicKey = await ed25519PublicKey(seed);
  return xeddsaSignerFromScalar(await privateScalarFromSeed(seed), publicKey);
}

/** The signer for a clamped scalar and its own Edwards public key; not for keys from elsewhere. */
export function xeddsaSignerFromScalar(
  privateScalar: Uint8Array,
  publicKey: Uint8Array,
): XEdDSASigner {
  return async (message, random = systemRandom) => {
    assertBytes(message, 'message');
    const nonceHash = await sha512(
      concatBytes(noncePrefix, privateScalar, message, drawRandom(random, 64)),
    );
    const signature = await signWithNonce({ privateScalar, publicKey, nonceHash, message });
    signature[63] = (signature[63] ?? 0) | ((publicKey[31] ?? 0) & 0x80);
    return signature;
  };
}

/**
 * Signs with XEdDSA in Signal's variant, 64 bytes: the nonce is
 * SHA-512(0xFE ‖ 0xFF×31 ‖ private ‖ message ‖ 64 random bytes) and the sign of the Edwards key travels
 * in the top bit of byte 63.
 */
export async function signXEdDSA(input: {
  seed: Uint8Array;
  message: Uint8Array;
  random?: RandomSource;
}): Promise<Uint8Array> {
  const sign = await xeddsaSigner(input.seed);
  return sign(input.message, input.random);
}
