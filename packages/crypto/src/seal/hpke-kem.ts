/** The KEMs of this package behind HPKE's interface (RFC 9180 §4), with the RFC's names. */
import { assertBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { xWingCiphertextBytes } from '../primitives/x-wing-public-key.ts';
import { decap, encap, encapNatively, kemX25519HkdfSha256 } from './dhkem-x25519.ts';

/** A key encapsulation mechanism whose secrets have 32 bytes. */
export interface HpkeKem {
  /** Id in IANA's registry of HPKE KEMs. */
  id: number;
  /** Nenc, bytes of an encapsulated key. */
  encBytes: number;
  /** Bytes of randomness that one encapsulation uses. */
  randomBytes: number;
  /** Encap with the system's randomness where WebCrypto can draw some of it itself, else nothing. */
  encapNatively?(
    recipientPublicKey: Uint8Array,
  ): Promise<{ sharedSecret: Uint8Array; enc: Uint8Array } | undefined>;
  /** Encap; `bad_key` for a refused public key. */
  encap(
    recipientPublicKey: Uint8Array,
    randomness: Uint8Array,
  ): Promise<{ sharedSecret: Uint8Array; enc: Uint8Array }>;
  /** Decap; `bad_key` for a refused encapsulated key. */
  decap(
    enc: Uint8Array,
    recipientPrivateKey: Uint8Array,
    recipientPublicKey?: Uint8Array,
  ): Promise<Uint8Array>;
}

/** Suite 1's KEM, 0x0020: the ephemeral key is DeriveKeyPair(32 random bytes), or WebCrypto's. */
export const kemX25519: HpkeKem = {
  id: kemX25519HkdfSha256,
  encBytes: 32,
  randomBytes: 32,
  encapNatively,
  encap,
  decap,
};

/**
 * Suite 2's KEM, X-Wing, 0x647a: its secret goes into the key schedule as it is.
 *
 * ML-KEM and SHA-3 are loaded with the first hybrid key that is met, so that a browser that meets none
 * does not fetch them.
 */
export const kemXWing: HpkeKem = {
  id: 0x647a,
  encBytes: xWingCiphertextBytes,
  randomBytes: 64,
  async encapNatively(recipientPublicKey) {
    const { xWingEncapsulateNatively } = await import('../primitives/x-wing.ts');
    const made = await xWingEncapsulateNatively(recipientPublicKey);
    return made && { sharedSecret: made.sharedSecret, enc: made.ciphertext };
  },
  async encap(recipientPublicKey, randomness) {
    const { xWingEncapsulate } = await import('../primitives/x-wing.ts');
    const { sharedSecret, ciphertext } = await xWingEncapsulate(recipientPublicKey, randomness);
    return { sharedSecret, enc: ciphertext };
  },
  async decap(enc, recipientPrivateKey, recipientPublicKey) {
    if (recipientPublicKey) assertBytes(recipientPublicKey, 'recipientPublicKey');
    if (enc.length !== xWingCiphertextBytes) throw new CryptoError('bad_key');
    const { heldXWingPrivateKey } = await import('../primitives/x-wing.ts');
    return heldXWingPrivateKey(recipientPrivateKey).decapsulate(enc);
  },
};
