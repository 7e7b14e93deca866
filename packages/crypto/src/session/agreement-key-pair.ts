import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { privateScalarFromSeed, type IdentityKeyPair } from '../identity/identity-key-pair.ts';
import { curve25519KeyType, isIdentityPublicKey } from '../identity/public-key.ts';
import { clampScalar } from '../primitives/curve25519.ts';
import { perKeyCache } from '../primitives/per-key-cache.ts';
import { drawRandom, isSystemRandom, type RandomSource } from '../primitives/random.ts';
import { isTorsionFreeMontgomery } from '../primitives/torsion.ts';
import {
  X25519PrivateKey,
  X25519PublicKey,
  generateX25519KeyPair,
  heldX25519PrivateKey,
} from '../primitives/x25519.ts';

/** A Curve25519 key pair for agreements: private 32 bytes, public 33 bytes with type byte 0x05. */
export interface AgreementKeyPair {
  privateKey: Uint8Array;
  publicKey: Uint8Array;
}

/** A fresh key pair. */
export async function generateAgreementKeyPair(random: RandomSource): Promise<AgreementKeyPair> {
  const made = isSystemRandom(random) ? await generateX25519KeyPair() : undefined;
  const privateKey = made?.privateKey ?? clampScalar(drawRandom(random, 32));
  const u = made?.publicKey ?? (await new X25519PrivateKey(privateKey).publicKey());
  return { privateKey, publicKey: concatBytes(Uint8Array.of(curve25519KeyType), u) };
}

/** What a session needs of an identity: its scalar, never its seed, so that sessions cannot sign. */
export async function identityAgreementKeyPair(
  identity: IdentityKeyPair,
): Promise<AgreementKeyPair> {
  assertBytes(identity.publicKey, 'publicKey', 33);
  return {
    privateKey: await privateScalarFromSeed(identity.seed),
    publicKey: Uint8Array.from(identity.publicKey),
  };
}

const peers = perKeyCache<X25519PublicKey>();

/** The X25519 secret with a peer's 33-byte key; `bad_key` for a refused one. Keys are imported once an array. */
export async function agree(own: AgreementKeyPair, peer: Uint8Array): Promise<Uint8Array> {
  assertBytes(peer, 'peer');
  if (!isIdentityPublicKey(peer)) throw new CryptoError('bad_key');
  const publicKey = peers(peer, '', () => new X25519PublicKey(peer.subarray(1)));
  return heldX25519PrivateKey(own.privateKey, own.publicKey.subarray(1)).agree(publicKey);
}

/**
 * Refuses with `bad_key` a 33-byte key that is not canonical, of low order, on the twist, or outside the
 * prime-order subgroup: two encodings of one secret would be two base keys for one handshake.
 */
export async function assertTorsionFree(publicKey: Uint8Array): Promise<void> {
  const known = isIdentityPublicKey(publicKey);
  if (!known || !(await isTorsionFreeMontgomery(publicKey.subarray(1)))) {
    throw new CryptoError('bad_key');
  }
}
