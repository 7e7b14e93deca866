/** P-256 with a private key: agreement and ECDSA (SEC 1, FIPS 186-5, RFC 6979), on noble. */
import { p256 } from '@noble/curves/nist.js';
import { assertBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { drawRandom, type RandomSource } from './random.ts';
import { parseP256PublicKey, type P256PublicKey } from './p256-verify.ts';

/** A fresh private key, 32 bytes, from 48 random ones so that it is not biased (FIPS 186-5 A.2.1). */
export function generateP256PrivateKey(random: RandomSource): Uint8Array {
  return p256.utils.randomSecretKey(drawRandom(random, 48));
}

/** Whether 32 bytes are a private key: from 1 to n − 1. */
export function isP256PrivateKey(bytes: Uint8Array): boolean {
  return bytes.length === 32 && p256.utils.isValidSecretKey(bytes);
}

/** Refuses with `bad_key` 32 bytes that are not from 1 to n − 1. */
function assertPrivateKey(privateKey: Uint8Array): void {
  assertBytes(privateKey, 'privateKey', 32);
  if (!isP256PrivateKey(privateKey)) throw new CryptoError('bad_key');
}

/** The public key of a private key. */
export function p256PublicKeyOf(privateKey: Uint8Array): P256PublicKey {
  assertPrivateKey(privateKey);
  return parseP256PublicKey(p256.getPublicKey(privateKey, false));
}

/** ECDH: the 32-byte x coordinate; `bad_key` for a refused public key. */
export function p256Agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  assertPrivateKey(privateKey);
  const { uncompressed } = parseP256PublicKey(publicKey);
  return p256.getSharedSecret(privateKey, uncompressed, true).slice(1);
}

/** ECDSA over SHA-256(message), low s, with the deterministic nonce hedged by 32 random bytes. */
export function signP256(input: {
  privateKey: Uint8Array;
  message: Uint8Array;
  format: 'compact' | 'der';
  random: RandomSource;
}): Uint8Array {
  const { privateKey, message, format, random } = input;
  assertPrivateKey(privateKey);
  const extraEntropy = drawRandom(random, 32);
  return p256.sign(message, privateKey, { format, lowS: true, prehash: true, extraEntropy });
}
