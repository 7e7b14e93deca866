/**
 * The parts of a sealed vault and how each is bound (`docs/encryption.md`, vault).
 *
 * The body's authenticated data covers version, parameters and the hashes of both wraps, so parts of
 * two vaults, or of two versions of one, never open together.
 */
import { openBox, sealBox } from '../committed-aead/committed-box.ts';
import { passwordBytes } from '../chat-key/password-bytes.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { assertCount, be64, readBigEndian } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import type { ManifestHead } from '../log/verify-device-manifest.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';
import { pbkdf2Sha256 } from '../primitives/pbkdf2.ts';
import type { RandomSource } from '../primitives/random.ts';
import { sha256 } from '../primitives/sha2.ts';
import { frame } from '../encoding/frame.ts';
import { kdfFields, type KdfParameters } from './kdf-parameters.ts';

/** A vault as it is stored: ciphertext and public parameters only. */
export interface SealedVault {
  /** From 1; each change adds one. */
  version: number;
  kdf: KdfParameters;
  /** be64 version of making ‖ the vault key under the chat password. */
  passwordWrap: Uint8Array;
  /** be64 version of making ‖ the vault key under the recovery key. */
  recoveryWrap: Uint8Array;
  /** The contents under the vault key. */
  body: Uint8Array;
}

/** What the vault keeps. */
export interface VaultContents {
  /** Version of the contents' own format: 2 with an anchor, 1 without. */
  version: number;
  /** Seed of the account key, 32 bytes. */
  accountSeed: Uint8Array;
  /** A device manifest that this account has reached: an older or another chain is a rollback. */
  anchor?: ManifestHead;
}

/** What is put into a vault; an anchor makes it contents of version 2. */
export type NewVaultContents = Omit<VaultContents, 'version'>;

const passwordLabel = 'sotto/v1/vault-password-wrap';
const recoveryLabel = 'sotto/v1/vault-recovery-wrap';
const bodyLabel = 'sotto/v1/vault-body';

/** What a vault part is bound to. */
export interface VaultPlace {
  userId: string;
  version: number;
  kdf: KdfParameters;
}

function passwordKey(password: string, { iterations, salt }: KdfParameters): Promise<Uint8Array> {
  return pbkdf2Sha256({ password: passwordBytes(password), salt, iterations, length: 32 });
}

/** A wrap under a chat password or a recovery key names the vault version that made it. */
interface WrapPlace {
  userId: string;
  /** be64. */
  madeAt: Uint8Array;
}

async function passwordBinding(
  { userId, madeAt }: WrapPlace,
  kdf: KdfParameters,
  password: string,
) {
  const fields = [uuidBytes(userId), madeAt, ...kdfFields(kdf)];
  return { key: await passwordKey(password, kdf), label: passwordLabel, fields };
}

async function recoveryBinding({ userId, madeAt }: WrapPlace, recoveryKey: Uint8Array) {
  const info = frame('sotto/v1/vault-recovery-key', [uuidBytes(userId)]);
  const key = await hkdfSha256({ ikm: recoveryKey, salt: new Uint8Array(0), info, length: 32 });
  return { key, label: recoveryLabel, fields: [uuidBytes(userId), madeAt] };
}

/** Splits a wrap; a wrap from a later version than the vault's is refused. */
function readWrap(place: VaultPlace, wrap: Uint8Array): { madeAt: Uint8Array; box: Uint8Array } {
  const reader = new ByteReader(wrap);
  const madeAt = reader.take(8);
  if (readBigEndian(madeAt) > place.version) throw new CryptoError('open_failed');
  return { madeAt, box: reader.rest() };
}

/** Wraps the vault key under the chat password. */
export async function wrapUnderPassword(
  place: VaultPlace,
  password: string,
  vaultKey: Uint8Array,
  random?: RandomSource,
): Promise<Uint8Array> {
  const madeAt = be64(place.version);
  const binding = await passwordBinding({ userId: place.userId, madeAt }, place.kdf, password);
  return concatBytes(madeAt, await sealBox(binding, vaultKey, random));
}

/** The vault key from the password wrap. */
export async function unwrapWithPassword(
  place: VaultPlace,
  password: string,
  wrap: Uint8Array,
): Promise<Uint8Array> {
  const { madeAt, box } = readWrap(place, wrap);
  return openBox(await passwordBinding({ userId: place.userId, madeAt }, place.kdf, password), box);
}

/** Wraps the vault key under the recovery key. */
export async function wrapUnderRecoveryKey(
  place: VaultPlace,
  recoveryKey: Uint8Array,
  vaultKey: Uint8Array,
  random?: RandomSource,
): Promise<Uint8Array> {
  const madeAt = be64(place.version);
  const binding = await recoveryBinding({ userId: place.userId, madeAt }, recoveryKey);
  return concatBytes(madeAt, await sealBox(binding, vaultKey, random));
}

/** The vault key from the recovery wrap. */
export async function unwrapWithRecoveryKey(
  place: VaultPlace,
  recoveryKey: Uint8Array,
  wrap: Uint8Array,
): Promise<Uint8Array> {
  const { madeAt, box } = readWrap(place, wrap);
  return openBox(await recoveryBinding({ userId: place.userId, madeAt }, recoveryKey), box);
}

async function bodyBinding(place: VaultPlace, wraps: VaultWraps, vaultKey: Uint8Array) {
  const { passwordWrap, recoveryWrap } = wraps;
  const fields = [uuidBytes(place.userId), be64(place.version), ...kdfFields(place.kdf)];
  fields.push(await sha256(passwordWrap), await sha256(recoveryWrap));
  return { key: vaultKey, label: bodyLabel, fields };
}

type VaultWraps = Pick<SealedVault, 'passwordWrap' | 'recoveryWrap'>;

/** Seals the contents, bound to both wraps. */
export async function sealBody(
  place: VaultPlace,
  wraps: VaultWraps,
  vaultKey: Uint8Array,
  contents: NewVaultContents,
  random?: RandomSource,
): Promise<Uint8Array> {
  const plaintext = serializeContents(contents);
  return sealBox(await bodyBinding(place, wraps, vaultKey), plaintext, random);
}

function serializeContents({ accountSeed, anchor }: NewVaultContents): Uint8Array {
  assertBytes(accountSeed, 'accountSeed', 32);
  if (anchor === undefined) return concatBytes(Uint8Array.of(1), accountSeed);
  assertCount(anchor.version, 'anchor.version');
  if (anchor.version === 0) throw new RangeError('anchor.version: manifests count from 1');
  assertBytes(anchor.hash, 'anchor.hash', 32);
  return concatBytes(Uint8Array.of(2), accountSeed, be64(anchor.version), anchor.hash);
}

function parseContents(plaintext: Uint8Array): VaultContents {
  const reader = new ByteReader(plaintext);
  const version = reader.number(1);
  if (version !== 1 && version !== 2) throw new CryptoError('open_failed');
  const accountSeed = reader.take(32);
  const anchor = version === 2 ? { version: reader.number(8), hash: reader.take(32) } : undefined;
  reader.end();
  if (anchor === undefined) return { version, accountSeed };
  if (anchor.version === 0) throw new CryptoError('open_failed');
  return { version, accountSeed, anchor };
}

/** Opens the contents; `open_failed` if any part of the vault was exchanged. */
export async function openBody(
  place: VaultPlace,
  sealed: VaultWraps & { body: Uint8Array },
  vaultKey: Uint8Array,
): Promise<VaultContents> {
  const plaintext = await openBox(await bodyBinding(place, sealed, vaultKey), sealed.body);
  return parseContents(plaintext);
}
