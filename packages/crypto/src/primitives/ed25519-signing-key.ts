import { ed25519 } from '@noble/curves/ed25519.js';
import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { nativeChoice, onEither } from './back-end.ts';
import { HeldImport } from './held-import.ts';
import type { Subtle } from './web-platform.ts';
import {
  ed25519PublicKey,
  importSeed,
  knownSignature,
  type NativeSigningKey,
} from './ed25519-public-key.ts';

/**
 * A signature need not have RFC 8032's nonce, as some engines mix fresh randomness in, but it must verify: noble
 * is asked only then, as its first use takes some 50 ms.
 */
const native = nativeChoice('Ed25519 signing', async (subtle) => {
  const message = new Uint8Array(0);
  const { key, publicKey } = await importSeed(subtle, knownSignature.seed);
  const signature = new Uint8Array(await subtle.sign('Ed25519', key, message));
  if (!equalBytes(publicKey, knownSignature.publicKey)) return false;
  return (
    equalBytes(signature, knownSignature.signature) ||
    ed25519.verify(signature, message, publicKey, { zip215: false })
  );
});

/** An Ed25519 seed, imported at most once however many messages it signs. */
export class Ed25519SigningKey {
  readonly #seed: Uint8Array;
  readonly #imported = new HeldImport<NativeSigningKey>();
  readonly #public = new HeldImport<Uint8Array>();

  constructor(seed: Uint8Array) {
    assertBytes(seed, 'seed', 32);
    this.#seed = Uint8Array.from(seed);
  }

  /** The 32-byte public key. */
  async publicKey(): Promise<Uint8Array> {
    const subtle = await native(true);
    return onEither(
      subtle,
      async (on) => (await this.#import(on)).publicKey,
      () => this.#public.get(() => ed25519PublicKey(this.#seed)),
    );
  }

  /** An Ed25519 signature, 64 bytes, with the nonce that WebCrypto chooses; nothing where it cannot sign. */
  async signNatively(message: Uint8Array): Promise<Uint8Array | undefined> {
    const subtle = await native(true);
    return onEither<Uint8Array | undefined>(
      subtle,
      async (on) => new Uint8Array(await on.sign('Ed25519', (await this.#import(on)).key, message)),
      () => undefined,
    );
  }

  #import(subtle: Subtle): Promise<NativeSigningKey> {
    return this.#imported.get(() => importSeed(subtle, this.#seed));
  }
}
