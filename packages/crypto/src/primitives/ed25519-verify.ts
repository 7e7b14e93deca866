import { ed25519 } from '@noble/curves/ed25519.js';
import { concatBytes, equalBytes } from '../encoding/bytes.ts';
import { fromHex } from '../encoding/hex.ts';
import { nativeChoice, onEither } from './back-end.ts';
import { HeldImport } from './held-import.ts';
import {
  groupOrder,
  isCanonicalFieldElement,
  isCanonicalScalar,
  isSmallOrderEdwards,
  readLittleEndian,
} from './curve25519.ts';
import { sha512 } from './sha2.ts';
import type { NativeKey, Subtle } from './web-platform.ts';

/*
 * WebCrypto whenever it is there. Node 20.20, 2 shared cores, key held: 105 µs native and 1,312 µs noble
 * (importing the key adds 13 to 30 native); in Chromium 89 and 405 with the import.
 */

/** Inputs of {@link verifyEd25519}. */
export interface Ed25519Signed {
  publicKey: Uint8Array;
  message: Uint8Array;
  signature: Uint8Array;
}

const importNative = (subtle: Subtle, publicKey: Uint8Array): Promise<NativeKey> =>
  subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);

/** RFC 8032 §7.1, test 1. */
const probe: Ed25519Signed = {
  publicKey: fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
  message: new Uint8Array(0),
  signature: fromHex(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ),
};

const native = nativeChoice('Ed25519', async (subtle) => {
  const key = await importNative(subtle, probe.publicKey);
  return subtle.verify('Ed25519', key, probe.signature, probe.message);
});

/**
 * The cofactorless check with a byte comparison of R, which is what OpenSSL and BoringSSL do. noble's
 * own verify multiplies by the cofactor and would accept signatures that WebCrypto refuses.
 */
async function nobleVerify({ publicKey, message, signature }: Ed25519Signed): Promise<boolean> {
  const r = signature.subarray(0, 32);
  const s = readLittleEndian(signature.subarray(32));
  const hash = await sha512(concatBytes(r, publicKey, message));
  const k = readLittleEndian(hash) % groupOrder;
  try {
    const a = ed25519.Point.fromBytes(Uint8Array.from(publicKey), false);
    const expected = ed25519.Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
    return equalBytes(expected.toBytes(), r);
  } catch {
    return false;
  }
}

/** An Ed25519 public key, judged and imported once however many signatures it verifies. */
export class Ed25519PublicKey {
  readonly #bytes: Uint8Array;
  readonly #accepted: boolean;
  readonly #imported = new HeldImport<NativeKey>();

  constructor(publicKey: Uint8Array) {
    this.#bytes = Uint8Array.from(publicKey);
    // WebCrypto accepts forgeries under small-order keys, so these are refused before it sees them.
    this.#accepted =
      publicKey.length === 32 &&
      isCanonicalFieldElement(this.#bytes) &&
      !isSmallOrderEdwards(this.#bytes);
  }

  /**
   * Whether a signature verifies (RFC 8032 §5.1.7, strict): false for wrong lengths, s ≥ L, and under
   * non-canonical keys and keys of small order.
   */
  async verify(message: Uint8Array, signature: Uint8Array): Promise<boolean> {
    if (!this.#accepted || signature.length !== 64) return false;
    if (!isCanonicalScalar(signature.subarray(32))) return false;
    const subtle = await native(true);
    const imported = (on: Subtle) => this.#imported.get(() => importNative(on, this.#bytes));
    // An import that is refused may be the key's fault or the engine's: noble says which.
    return onEither(
      subtle,
      async (on) => on.verify('Ed25519', await imported(on), signature, message),
      () => nobleVerify({ publicKey: this.#bytes, message, signature }),
    ).catch(() => false);
  }
}

/** Whether an Ed25519 signature verifies, as {@link Ed25519PublicKey} says. */
export function verifyEd25519({ publicKey, message, signature }: Ed25519Signed): Promise<boolean> {
  return new Ed25519PublicKey(publicKey).verify(message, signature);
}
