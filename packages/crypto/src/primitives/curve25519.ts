/**
 * Encodings of curve25519 points and scalars that both curves' primitives check against.
 * Little-endian throughout (RFC 7748 §5, RFC 8032 §5.1).
 */
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { equalBytes } from '../encoding/bytes.ts';
import { fromHex } from '../encoding/hex.ts';

/** Order of the prime subgroup, L. */
export const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n;

const fieldPrime = 2n ** 255n - 19n;

/** A little-endian number. */
export function readLittleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}

/** 32 little-endian bytes of a number below 2^256. */
export function littleEndian32(value: bigint): Uint8Array {
  const out = new Uint8Array(32);
  let rest = value;
  for (let i = 0; i < 32; i++) {
    out[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return out;
}

const ffBytes = new Uint8Array(32).fill(0xff);

/** Whether 32 bytes, the top bit ignored, encode a field element below p. */
export function isCanonicalFieldElement(bytes: Uint8Array): boolean {
  // Only the 19 values from p to 2^255 − 1 fail, and their upper 31 bytes are all ones.
  if (!equalBytes(bytes.subarray(1, 31), ffBytes.subarray(0, 30))) return true;
  return ((bytes[31] ?? 0) & 0x7f) !== 0x7f || (bytes[0] ?? 0) < 0xed;
}

/** Whether 32 public bytes encode a scalar below L. */
export function isCanonicalScalar(bytes: Uint8Array): boolean {
  // L lies just above 2^252: the top byte decides for nearly all scalars.
  if ((bytes[31] ?? 0) < 0x10) return true;
  return readLittleEndian(bytes) < groupOrder;
}

function withoutTopBit(bytes: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes);
  out[31] = (out[31] ?? 0) & 0x7f;
  return out;
}

const smallOrderEdwardsY = ED25519_TORSION_SUBGROUP.map((hex) => withoutTopBit(fromHex(hex)));

/** Whether a canonical Ed25519 public key has order 1, 2, 4 or 8, so that anyone could sign for it. */
export function isSmallOrderEdwards(bytes: Uint8Array): boolean {
  const y = withoutTopBit(bytes);
  return smallOrderEdwardsY.some((small) => equalBytes(small, y));
}

/** u = 0, 1, p − 1 and the two of order 8: everything X25519 maps to the all-zero secret. */
const smallOrderU = [
  0n,
  1n,
  fieldPrime - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
].map(littleEndian32);

/** Whether a canonical X25519 public key has low order, on the curve or on its twist. */
export function isSmallOrderMontgomery(bytes: Uint8Array): boolean {
  return smallOrderU.some((small) => equalBytes(small, bytes));
}

/** Clamps a copy of 32 bytes as RFC 7748 §5 does. */
export function clampScalar(bytes: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes);
  out[0] = (out[0] ?? 0) & 248;
  out[31] = ((out[31] ?? 0) & 127) | 64;
  return out;
}

/**
 * The Jacobi symbol of a value over p: 1 for squares, −1 for others, 0 for multiples of p. 45 µs where a power takes 170, in
 * a time that depends on the value: for public keys only.
 */
function jacobiPublic(value: bigint): number {
  let [a, n, symbol] = [value % fieldPrime, fieldPrime, 1];
  while (a !== 0n) {
    let zeros = 0;
    while ((a & 1n) === 0n) {
      const low = Number(a & 0xffff_ffffn);
      const step = low === 0 ? 32 : 31 - Math.clz32(low & -low);
      a >>= BigInt(step);
      zeros += step;
    }
    const [aLow, nLow] = [Number(a & 7n), Number(n & 7n)];
    if (zeros % 2 === 1 && (nLow === 3 || nLow === 5)) symbol = -symbol;
    if (aLow % 4 === 3 && nLow % 4 === 3) symbol = -symbol;
    [a, n] = [n % a, a];
  }
  return n === 1n ? symbol : 0;
}

/**
 * 1 / value, and 0 for 0. Euclid's algorithm takes 24 µs where a power takes 100, in a time that depends on
 * the value: for public keys only.
 */
function invertPublic(value: bigint): bigint {
  const reduced = value % fieldPrime;
  return reduced === 0n ? 0n : ed25519.Point.Fp.inv(reduced);
}

/** Whether u belongs to the curve itself, not to its twist: u³ + 486662u² + u is a square. */
export function isOnMontgomeryCurve(bytes: Uint8Array): boolean {
  const u = readLittleEndian(bytes);
  const right = (((u * u) % fieldPrime) * (u + 486662n) + u) % fieldPrime;
  return jacobiPublic(right) !== -1;
}

/** y = (u − 1) / (u + 1): the Edwards y of a Montgomery u other than p − 1, sign bit clear. */
export function edwardsYFromU(uBytes: Uint8Array): Uint8Array {
  const u = readLittleEndian(uBytes);
  const inverse = invertPublic(u + 1n);
  return littleEndian32(((u + fieldPrime - 1n) * inverse) % fieldPrime);
}

/** u = (1 + y) / (1 − y): the Montgomery u of an Edwards key, its sign bit ignored. */
export function uFromEdwardsY(yBytes: Uint8Array): Uint8Array {
  const y = readLittleEndian(withoutTopBit(yBytes));
  const inverse = invertPublic(1n + fieldPrime - y);
  return littleEndian32(((1n + y) * inverse) % fieldPrime);
}
