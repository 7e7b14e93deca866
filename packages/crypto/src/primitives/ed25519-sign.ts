import { ed25519 } from '@noble/curves/ed25519.js';
import { concatBytes } from '../encoding/bytes.ts';
import { groupOrder, littleEndian32, readLittleEndian } from './curve25519.ts';
import { sha512 } from './sha2.ts';

/**
 * The Schnorr equation of Ed25519 for a given nonce: R = rB, s = r + SHA-512(R ‖ A ‖ M)·a mod L.
 *
 * WebCrypto cannot multiply the base point by a chosen scalar, so this runs on noble: 220 µs in Node 20.20 on
 * 2 shared cores, where `Ed25519SigningKey` takes 51 to 63.
 * `nonceHash` is the 64-byte hash that becomes r; it must never repeat for two messages.
 */
export async function signWithNonce(input: {
  privateScalar: Uint8Array;
  publicKey: Uint8Array;
  nonceHash: Uint8Array;
  message: Uint8Array;
}): Promise<Uint8Array> {
  const r = readLittleEndian(input.nonceHash) % groupOrder;
  const encodedR = ed25519.Point.BASE.multiply(r).toBytes();
  const hash = await sha512(concatBytes(encodedR, input.publicKey, input.message));
  const challenge = readLittleEndian(hash) % groupOrder;
  const s = (r + challenge * readLittleEndian(input.privateScalar)) % groupOrder;
  return concatBytes(encodedR, littleEndian32(s));
}
