import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { signWithNonce } from '../primitives/ed25519-sign.ts';
import { Ed25519SigningKey } from '../primitives/ed25519-signing-key.ts';
import { perKeyCache } from '../primitives/per-key-cache.ts';
import {
  drawRandom,
  isSystemRandom,
  systemRandom,
  type RandomSource,
} from '../primitives/random.ts';
import { sha512 } from '../primitives/sha2.ts';
import { privateScalarFromSeed } from './identity-key-pair.ts';

/** Signs messages with one seed; derives the public key once and never takes one from outside. */
export type XEdDSASigner = (message: Uint8Array, random?: RandomSource) => Promise<Uint8Array>;

/** hash_1 of the XEdDSA specification: 2^256 − 2 in little-endian, which no scalar encodes. */
const noncePrefix = Uint8Array.of(0xfe, ...new Uint8Array(31).fill(0xff));

const signers = perKeyCache<Promise<XEdDSASigner>>();

/** The signer of an identity seed; made once for as long as the caller keeps the array. */
export async function xeddsaSigner(seed: Uint8Array): Promise<XEdDSASigner> {
  assertBytes(seed, 'seed', 32);
  return signers(seed, '', () => makeSigner(Uint8Array.from(seed)));
}

/** [Note: Native signatures] WebCrypto signs, unless a source of randomness is handed in. */
async function makeSigner(seed: Uint8Array): Promise<XEdDSASigner> {
  const key = new Ed25519SigningKey(seed);
  const publicKey = await key.publicKey();
  let scripted: XEdDSASigner | undefined;
  return async (message, random) => {
    assertBytes(message, 'message');
    const signature = isSystemRandom(random) ? await key.signNatively(message) : undefined;
    if (signature) return withSign(signature, publicKey);
    scripted ??= xeddsaSignerFromScalar(await privateScalarFromSeed(seed), publicKey);
    return scripted(message, random);
  };
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
    return withSign(signature, publicKey);
  };
}

/** The signature with the sign of the Edwards key, which a Montgomery key lacks, in its top bit. */
function withSign(signature: Uint8Array, publicKey: Uint8Array): Uint8Array {
  signature[63] = (signature[63] ?? 0) | ((publicKey[31] ?? 0) & 0x80);
  return signature;
}

/**
 * Signs with XEdDSA in Signal's variant, 64 bytes: the sign of the Edwards key travels in the top bit of
 * byte 63.
 *
 * WebCrypto's Ed25519 signs with the seed, its nonce being RFC 8032's or the engine's. Where it is missing, and with
 * a `random` other than the system's, the nonce is SHA-512(0xFE ‖ 0xFF×31 ‖ private ‖ message ‖ 64 random bytes).
 */
export async function signXEdDSA(input: {
  seed: Uint8Array;
  message: Uint8Array;
  random?: RandomSource;
}): Promise<Uint8Array> {
  const sign = await xeddsaSigner(input.seed);
  return sign(input.message, input.random);
}
