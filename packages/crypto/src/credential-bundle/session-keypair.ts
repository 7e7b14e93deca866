import { fromHex, toHex } from '../encoding/hex.ts';
import { CryptoError } from '../errors.ts';
import {
  generateP256PrivateKey,
  isP256PrivateKey,
  p256PublicKeyOf,
} from '../primitives/p256-private.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';

/** A P-256 key pair in hexadecimal, as credential bundles and stamps use it. */
export interface SessionKeypair {
  /** Compressed point, 66 digits: how an API key is registered and named in stamps. */
  publicKeyHex: string;
  /** Uncompressed point, 130 digits: to whom a bundle is sealed. */
  uncompressedPublicKeyHex: string;
  /** 64 digits; secret. */
  privateKeyHex: string;
}

/** A fresh key pair. */
export function generateSessionKeypair(options: { random?: RandomSource } = {}): SessionKeypair {
  return sessionKeypairOf(toHex(generateP256PrivateKey(options.random ?? systemRandom)));
}

/** The key pair of a kept private key; `bad_encoding` for other text, `bad_key` outside 1 to n − 1. */
export function sessionKeypairOf(privateKeyHex: string): SessionKeypair {
  const { compressed, uncompressed } = p256PublicKeyOf(readPrivateKey(privateKeyHex));
  return {
    publicKeyHex: toHex(compressed),
    uncompressedPublicKeyHex: toHex(uncompressed),
    privateKeyHex: privateKeyHex.toLowerCase(),
  };
}

/** The 32 bytes of a private key; `bad_encoding` or `bad_key`. */
export function readPrivateKey(privateKeyHex: string): Uint8Array {
  const privateKey = fromHex(privateKeyHex);
  if (!isP256PrivateKey(privateKey)) throw new CryptoError('bad_key');
  return privateKey;
}
