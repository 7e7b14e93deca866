import {
  drawRandom,
  isSystemRandom,
  systemRandom,
  type RandomSource,
} from '../primitives/random.ts';
import { X25519PrivateKey, generateX25519KeyPair } from '../primitives/x25519.ts';

/** A device's X25519 sealing key, 32 bytes each. */
export interface SealingKeyPair {
  privateKey: Uint8Array;
  publicKey: Uint8Array;
}

/** A fresh sealing key. */
export async function generateSealingKeyPair(
  options: { random?: RandomSource } = {},
): Promise<SealingKeyPair> {
  const made = isSystemRandom(options.random) ? await generateX25519KeyPair() : undefined;
  if (made) return made;
  return sealingKeyPairFromPrivateKey(drawRandom(options.random ?? systemRandom, 32));
}

/** The key pair of a kept 32-byte private key. */
export async function sealingKeyPairFromPrivateKey(
  privateKey: Uint8Array,
): Promise<SealingKeyPair> {
  const publicKey = await new X25519PrivateKey(privateKey).publicKey();
  return { privateKey: Uint8Array.from(privateKey), publicKey };
}
