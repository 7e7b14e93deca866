import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { XWingPrivateKey, xWingSeedBytes } from '../primitives/x-wing.ts';

/** A device's hybrid sealing key (X-Wing). */
export interface HybridKeyPair {
  /** 32 bytes, the seed of both parts. */
  privateKey: Uint8Array;
  /** 1,216 bytes. */
  publicKey: Uint8Array;
}

/** A fresh hybrid sealing key. */
export async function generateHybridKeyPair(
  options: { random?: RandomSource } = {},
): Promise<HybridKeyPair> {
  return hybridKeyPairFromPrivateKey(drawRandom(options.random ?? systemRandom, xWingSeedBytes));
}

/** The key pair of a kept 32-byte private key. */
export async function hybridKeyPairFromPrivateKey(privateKey: Uint8Array): Promise<HybridKeyPair> {
  const publicKey = await new XWingPrivateKey(privateKey).publicKey();
  return { privateKey: Uint8Array.from(privateKey), publicKey };
}
