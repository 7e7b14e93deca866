/**
 * Wraps of the vault key under the chat password or the recovery key (`docs/encryption.md`, vault). Whoever
 * knows the secret makes a box; a device that changes the vault key does not know the recovery key, and
 * seals to its public half. Both kinds open with the recovery key, under the chat password boxes alone.
 */
import { openBox, sealBox } from '../committed-aead/committed-box.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes, equalBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { be64, readBigEndian } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import type { RandomSource } from '../primitives/random.ts';
import { sha256 } from '../primitives/sha2.ts';
import { xWingCiphertextBytes } from '../primitives/x-wing-public-key.ts';
import { openBase, sealBase } from '../seal/hpke-base.ts';
import { kemXWing } from '../seal/hpke-kem.ts';
import {
  publicKeyOf,
  recoveryBinding,
  type PasswordSecret,
  type RecoverySecret,
  type VaultSecret,
  type WrapBinding,
} from './vault-secret.ts';

/** First byte of a sealed wrap; a box begins with the high byte of a version, which is 0. */
const sealedWrap = 2;

/** Vault key and tag. */
const sealedKeyBytes = 32 + 16;

const empty = new Uint8Array(0);

function fieldsOf({ userId, parameters }: WrapBinding, madeAt: Uint8Array): Uint8Array[] {
  return [uuidBytes(userId), madeAt, ...parameters];
}

function boxOf({ binding, wrappingKey }: VaultSecret, madeAt: Uint8Array) {
  const label = `sotto/v1/vault-${binding.name}-wrap`;
  return { key: wrappingKey, label, fields: fieldsOf(binding, madeAt) };
}

function infoOf(binding: WrapBinding, madeAt: Uint8Array): Uint8Array {
  return frame('sotto/v2/vault-recovery-wrap', fieldsOf(binding, madeAt));
}

/** Wraps the vault key with the secret: be64 version ‖ box. */
export async function wrapWith(
  secret: VaultSecret,
  version: number,
  vaultKey: Uint8Array,
  random?: RandomSource,
): Promise<Uint8Array> {
  const madeAt = be64(version);
  return concatBytes(madeAt, await sealBox(boxOf(secret, madeAt), vaultKey, random));
}

/**
 * Wraps the vault key without the recovery key: 0x02 ‖ be64 version ‖ SHA-256 of the public key ‖ encapsulated
 * key 1,120 ‖ ciphertext 48. `bad_key` for a refused public key.
 *
 * The hash commits to the private key. GCM does not, and ML-KEM refuses nothing: without it one wrap
 * could be made that opens with several keys.
 */
export async function wrapFor(
  recipient: { userId: string; publicKey: Uint8Array },
  version: number,
  vaultKey: Uint8Array,
  random?: RandomSource,
): Promise<Uint8Array> {
  const { userId, publicKey } = recipient;
  const madeAt = be64(version);
  const { enc, ciphertext } = await sealBase(kemXWing, {
    recipientPublicKey: publicKey,
    info: infoOf(recoveryBinding(userId), madeAt),
    aad: empty,
    plaintext: vaultKey,
    random,
  });
  const name = await sha256(publicKey);
  return concatBytes(Uint8Array.of(sealedWrap), madeAt, name, enc, ciphertext);
}

/** Splits off the version that made the wrap; one later than the vault's is `open_failed`. */
function takeMadeAt(reader: ByteReader, version: number): Uint8Array {
  const madeAt = reader.take(8);
  if (readBigEndian(madeAt) > version) throw new CryptoError('open_failed');
  return madeAt;
}

async function openBoxed(
  wrap: Uint8Array,
  version: number,
  secret: VaultSecret,
): Promise<Uint8Array> {
  const reader = new ByteReader(wrap);
  const madeAt = takeMadeAt(reader, version);
  return openBox(boxOf(secret, madeAt), reader.rest());
}

/** The vault key from the wrap under the chat password; a sealed one is `open_failed`. */
export async function openPasswordWrap(
  wrap: Uint8Array,
  version: number,
  secret: PasswordSecret,
): Promise<Uint8Array> {
  if (wrap[0] === sealedWrap) throw new CryptoError('open_failed');
  return openBoxed(wrap, version, secret);
}

/** The vault key from the wrap under the recovery key, of either kind. */
export async function openRecoveryWrap(
  wrap: Uint8Array,
  version: number,
  secret: RecoverySecret,
): Promise<Uint8Array> {
  if (wrap[0] !== sealedWrap) return openBoxed(wrap, version, secret);
  const reader = new ByteReader(wrap.subarray(1));
  const madeAt = takeMadeAt(reader, version);
  const name = reader.take(32);
  const enc = reader.take(xWingCiphertextBytes);
  const ciphertext = reader.take(sealedKeyBytes);
  reader.end();
  const { binding, privateKey } = secret;
  const publicKey = await publicKeyOf(secret);
  if (!equalBytes(await sha256(publicKey), name)) throw new CryptoError('open_failed');
  return openBase(kemXWing, {
    recipientPrivateKey: privateKey,
    recipientPublicKey: publicKey,
    enc,
    info: infoOf(binding, madeAt),
    aad: empty,
    ciphertext,
  });
}
