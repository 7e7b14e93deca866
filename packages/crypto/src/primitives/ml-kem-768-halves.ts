/**
 * ML-KEM-768 (FIPS 203) with its encapsulation in two halves, as the ML-KEM Braid needs it.
 *
 * The first part of a ciphertext, u, depends on the key's seed ρ and hash H(ek) only; the second, v, on the
 * vector t̂ too. The first half is built from noble's CRYSTALS parts; the second is cut from a whole encapsulation with
 * the same random bytes. A test pins that both halves make exactly the whole.
 */
import { sha3_256, sha3_512, shake256 } from '@noble/hashes/sha3.js';
import { genCrystals, XOF128 } from '@noble/post-quantum/_crystals.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { perKeyCache } from './per-key-cache.ts';

/** Bytes of the parts; header = ρ 32 ‖ H(ek) 32, ek = vector ‖ ρ, ciphertext = first ‖ second. */
export const mlKem768Bytes = { header: 64, vector: 1_152, first: 960, second: 128 } as const;

const degree = 256;
const modulus = 3_329;
const rank = 3;
const compressedBits = 10;

const crystals = genCrystals({
  N: degree,
  Q: modulus,
  F: 3_303,
  ROOT_OF_UNITY: 17,
  newPoly: (n) => new Uint16Array(n),
  brvBits: 7,
  isKyber: true,
});

/** Compress_10 of FIPS 203 §4.2.1; the packing masks the result to 10 bits. */
const packCompressed = crystals.bitsCoder(compressedBits, {
  encode: (x: number) => Math.floor((x * 2_048 + modulus) / (2 * modulus)),
  decode: (x: number) => x,
});

/** Algorithm 7, SampleNTT: an entry of the matrix from its stream. */
function sampleMatrixEntry(next: () => Uint8Array): Uint16Array {
  const out = new Uint16Array(degree);
  let filled = 0;
  while (filled < degree) {
    const block = next();
    for (let i = 0; i + 3 <= block.length && filled < degree; i += 3) {
      const [a, b, c] = [block[i] ?? 0, block[i + 1] ?? 0, block[i + 2] ?? 0];
      const low = a | ((b & 0x0f) << 8);
      const high = (b >> 4) | (c << 4);
      if (low < modulus) out[filled++] = low;
      if (high < modulus && filled < degree) out[filled++] = high;
    }
  }
  return out;
}

/** Algorithm 8, SamplePolyCBD with η = 2, from PRF(seed, nonce): each half byte is one coefficient. */
function sampleNoise(seed: Uint8Array, nonce: number): Uint16Array {
  const bytes = shake256(concatBytes(seed, Uint8Array.of(nonce)), { dkLen: 128 });
  const out = new Uint16Array(degree);
  for (let i = 0; i < degree; i++) {
    const bits = ((bytes[i >> 1] ?? 0) >> (4 * (i & 1))) & 0x0f;
    const value = (bits & 1) + ((bits >> 1) & 1) - ((bits >> 2) & 1) - ((bits >> 3) & 1);
    out[i] = (value + modulus) % modulus;
  }
  return out;
}

/** Algorithm 11, MultiplyNTTs, added into `sum`. */
function addProduct(sum: Uint16Array, f: Uint16Array, g: Uint16Array): void {
  for (let i = 0; i < degree; i += 2) {
    const zeta = crystals.nttZetas[64 + (i >> 2)] ?? 0;
    const gamma = (i >> 1) & 1 ? modulus - zeta : zeta;
    const [f0, f1, g0, g1] = [f[i] ?? 0, f[i + 1] ?? 0, g[i] ?? 0, g[i + 1] ?? 0];
    sum[i] = ((sum[i] ?? 0) + f0 * g0 + ((f1 * g1) % modulus) * gamma) % modulus;
    sum[i + 1] = ((sum[i + 1] ?? 0) + f0 * g1 + f1 * g0) % modulus;
  }
}

/** u = NTT⁻¹(Âᵀ ∘ ŷ) + e₁, compressed (Algorithm 14, lines 4 to 22). */
function firstCiphertextPart(seed: Uint8Array, noiseSeed: Uint8Array): Uint8Array {
  const y = Array.from({ length: rank }, (_, i) => crystals.NTT.encode(sampleNoise(noiseSeed, i)));
  const stream = XOF128(seed);
  const parts: Uint8Array[] = [];
  for (let i = 0; i < rank; i++) {
    const u = new Uint16Array(degree);
    for (const [j, yj] of y.entries()) {
      addProduct(u, sampleMatrixEntry(stream.get(i, j)), yj);
    }
    crystals.NTT.decode(u);
    const noise = sampleNoise(noiseSeed, rank + i);
    for (let k = 0; k < degree; k++) u[k] = ((u[k] ?? 0) + (noise[k] ?? 0)) % modulus;
    parts.push(packCompressed.encode(u));
  }
  stream.clean();
  return concatBytes(...parts);
}

interface KeyPair {
  secretKey: Uint8Array;
  header: Uint8Array;
  vector: Uint8Array;
}

const keyPairs = perKeyCache<KeyPair>();

/** Generated once for as long as the caller keeps the seed's array: it takes 0.4 ms in Node 20.20. */
function keyPairOf(seed: Uint8Array): KeyPair {
  assertBytes(seed, 'seed', 64);
  return keyPairs(seed, '', () => {
    const { publicKey, secretKey } = ml_kem768.keygen(seed);
    return {
      secretKey,
      header: concatBytes(publicKey.slice(mlKem768Bytes.vector), sha3_256(publicKey)),
      vector: publicKey.slice(0, mlKem768Bytes.vector),
    };
  });
}

/** Header and vector of the key pair made from 64 random bytes, d ‖ z. */
export function mlKem768KeyPair(seed: Uint8Array): { header: Uint8Array; vector: Uint8Array } {
  const { header, vector } = keyPairOf(seed);
  return { header: Uint8Array.from(header), vector: Uint8Array.from(vector) };
}

/** The first half: what can be computed from the header, with 32 random bytes to keep for the second. */
export function mlKem768EncapsulateFirst(
  header: Uint8Array,
  random: Uint8Array,
): { first: Uint8Array; sharedSecret: Uint8Array } {
  assertBytes(header, 'header', mlKem768Bytes.header);
  assertBytes(random, 'random', 32);
  const expanded = sha3_512(concatBytes(random, header.subarray(32)));
  return {
    first: firstCiphertextPart(header.slice(0, 32), expanded.subarray(32)),
    sharedSecret: expanded.slice(0, 32),
  };
}

/** Whether a vector is the one that the header's hash names. */
export function mlKem768VectorMatches(header: Uint8Array, vector: Uint8Array): boolean {
  assertBytes(header, 'header', mlKem768Bytes.header);
  assertBytes(vector, 'vector', mlKem768Bytes.vector);
  return equalBytes(sha3_256(concatBytes(vector, header.subarray(0, 32))), header.subarray(32));
}

/** The second half; `bad_key` unless the vector is the header's, and reduced. */
export function mlKem768EncapsulateSecond(
  header: Uint8Array,
  vector: Uint8Array,
  random: Uint8Array,
): Uint8Array {
  if (!mlKem768VectorMatches(header, vector)) throw new CryptoError('bad_key');
  try {
    const ek = concatBytes(vector, header.subarray(0, 32));
    return ml_kem768.encapsulate(ek, random).cipherText.slice(mlKem768Bytes.first);
  } catch (cause) {
    throw new CryptoError('bad_key', 'the KEM key is refused', { cause });
  }
}

/** The shared secret of both parts, under the key pair of a seed. */
export function mlKem768Decapsulate(
  seed: Uint8Array,
  first: Uint8Array,
  second: Uint8Array,
): Uint8Array {
  const { secretKey } = keyPairOf(seed);
  assertBytes(first, 'first', mlKem768Bytes.first);
  assertBytes(second, 'second', mlKem768Bytes.second);
  return ml_kem768.decapsulate(concatBytes(first, second), secretKey);
}
