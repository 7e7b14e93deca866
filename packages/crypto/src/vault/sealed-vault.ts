/**
 * The parts of a sealed vault and how each is bound (`docs/encryption.md`, vault).
 *
 * The body's authenticated data covers version, parameters and the hashes of all wraps, so parts of
 * two vaults, or of two versions of one, never open together.
 */
import { openBox, sealBox, type BoxBinding } from '../committed-aead/committed-box.ts';
import { be64 } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import type { RandomSource } from '../primitives/random.ts';
import { sha256 } from '../primitives/sha2.ts';
import { kdfFields, type KdfParameters } from './kdf-parameters.ts';
import {
  parseContents,
  serializeContents,
  type SealedContents,
  type VaultContents,
} from './vault-contents.ts';

/** A vault as it is stored: ciphertext and public parameters only. */
export interface SealedVault {
  /** From 1; each change adds one. */
  version: number;
  kdf: KdfParameters;
  /** The vault key under the chat password, up to 2,048 bytes. */
  passwordWrap: Uint8Array;
  /** The vault key under the recovery key, up to 2,048 bytes. */
  recoveryWrap: Uint8Array;
  /** The contents under the vault key. */
  body: Uint8Array;
  /**
   * The vault key sealed to devices, up to 65,536 bytes; none until the first change of the vault key.
   */
  deviceWraps?: Uint8Array | undefined;
}

/** What a vault part is bound to. */
export interface VaultPlace {
  userId: string;
  version: number;
  kdf: KdfParameters;
}

/** The vault key under everything that opens it. */
export type VaultWraps = Pick<SealedVault, 'passwordWrap' | 'recoveryWrap' | 'deviceWraps'>;

/** The wraps of a vault; an empty list of device wraps is none. */
export function wrapsOf({ passwordWrap, recoveryWrap, deviceWraps }: VaultWraps): VaultWraps {
  return {
    passwordWrap,
    recoveryWrap,
    ...(deviceWraps !== undefined && deviceWraps.length > 0 && { deviceWraps }),
  };
}

async function bodyBinding(
  place: VaultPlace,
  wraps: VaultWraps,
  vaultKey: Uint8Array,
): Promise<BoxBinding> {
  const { passwordWrap, recoveryWrap, deviceWraps } = wrapsOf(wraps);
  const fields = [uuidBytes(place.userId), be64(place.version), ...kdfFields(place.kdf)];
  fields.push(await sha256(passwordWrap), await sha256(recoveryWrap));
  if (!deviceWraps) return { key: vaultKey, label: 'sotto/v1/vault-body', fields };
  fields.push(await sha256(deviceWraps));
  return { key: vaultKey, label: 'sotto/v2/vault-body', fields };
}

/** Seals the contents, bound to all wraps. */
export async function sealBody(
  place: VaultPlace,
  wraps: VaultWraps,
  vaultKey: Uint8Array,
  contents: SealedContents,
  random?: RandomSource,
): Promise<Uint8Array> {
  const plaintext = serializeContents(contents);
  return sealBox(await bodyBinding(place, wraps, vaultKey), plaintext, random);
}

/** A vault of these wraps and contents. */
export async function sealVault(
  place: VaultPlace,
  wraps: VaultWraps,
  vaultKey: Uint8Array,
  contents: SealedContents,
  random?: RandomSource,
): Promise<SealedVault> {
  const { version, kdf } = place;
  const body = await sealBody(place, wraps, vaultKey, contents, random);
  return { version, kdf, ...wrapsOf(wraps), body };
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
