import { ByteReader } from '../encoding/byte-reader.ts';
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { assertCount, be16, be64 } from '../encoding/integers.ts';
import { CryptoError } from '../errors.ts';
import type { ManifestHead } from '../log/verify-device-manifest.ts';
import type { RecoveryPart } from './recovery-proof.ts';

/** What the vault keeps. */
export interface VaultContents {
  /** Version of the contents' own format: 3 with a part of 3, else 2 with an anchor, 1 without. */
  version: number;
  /** Seed of the account key, 32 bytes. */
  accountSeed: Uint8Array;
  /** A device manifest that this account has reached: an older or another chain is a rollback. */
  anchor?: ManifestHead;
  /** Where a later vault key is sealed to for the recovery key; not proven by being there. Of version 3. */
  recovery?: RecoveryPart;
  /** The vault keys before this one, oldest first, 32 bytes each: what they wrapped stays as it lies. */
  formerVaultKeys: Uint8Array[];
}

/** What is put into a vault; the rest of the contents stays as it is. */
export type NewVaultContents = Pick<VaultContents, 'accountSeed' | 'anchor'>;

/** All that is sealed; former keys may be left out where there are none. */
export type SealedContents = Omit<VaultContents, 'version' | 'formerVaultKeys'> & {
  formerVaultKeys?: readonly Uint8Array[];
};

const publicKeyBytes = 1_216;
const proofBytes = 32;
const vaultKeyBytes = 32;

const noAnchor: ManifestHead = { version: 0, hash: new Uint8Array(32) };

/** The bytes of a vault's contents, in the lowest version that holds them. */
export function serializeContents(contents: SealedContents): Uint8Array {
  const { accountSeed, anchor, recovery } = contents;
  const formerVaultKeys = contents.formerVaultKeys ?? [];
  assertBytes(accountSeed, 'accountSeed', 32);
  if (anchor !== undefined) assertAnchor(anchor);
  if (!recovery && formerVaultKeys.length === 0) {
    return anchor === undefined
      ? concatBytes(Uint8Array.of(1), accountSeed)
      : concatBytes(Uint8Array.of(2), accountSeed, ...anchorFields(anchor));
  }
  for (const key of formerVaultKeys) assertBytes(key, 'formerVaultKeys', vaultKeyBytes);
  return concatBytes(
    Uint8Array.of(3),
    accountSeed,
    ...anchorFields(anchor ?? noAnchor),
    ...recoveryFields(recovery),
    be16(formerVaultKeys.length),
    ...formerVaultKeys,
  );
}

/** Refuses an anchor that names no manifest, as a programmer's mistake. */
export function assertAnchor(anchor: ManifestHead): void {
  assertCount(anchor.version, 'anchor.version');
  if (anchor.version === 0) throw new RangeError('anchor.version: manifests count from 1');
  assertBytes(anchor.hash, 'anchor.hash', 32);
}

function anchorFields({ version, hash }: ManifestHead): Uint8Array[] {
  return [be64(version), hash];
}

function recoveryFields(recovery: RecoveryPart | undefined): Uint8Array[] {
  if (recovery === undefined) return [be16(0)];
  const { publicKey, proof } = recovery;
  assertBytes(publicKey, 'recovery.publicKey', publicKeyBytes);
  assertBytes(proof, 'recovery.proof', proofBytes);
  return [be16(publicKeyBytes + proofBytes), publicKey, proof];
}

/** The contents that {@link serializeContents} wrote; `open_failed` or `bad_encoding` for anything else. */
export function parseContents(plaintext: Uint8Array): VaultContents {
  const reader = new ByteReader(plaintext);
  const version = reader.number(1);
  if (version < 1 || version > 3) throw new CryptoError('open_failed');
  const contents: VaultContents = { version, accountSeed: reader.take(32), formerVaultKeys: [] };
  if (version > 1) readAnchor(reader, contents);
  if (version === 3) readKeys(reader, contents);
  reader.end();
  return contents;
}

function readAnchor(reader: ByteReader, contents: VaultContents): void {
  const anchor = { version: reader.number(8), hash: reader.take(32) };
  if (anchor.version > 0) contents.anchor = anchor;
  else if (contents.version === 2 || anchor.hash.some((byte) => byte !== 0)) {
    throw new CryptoError('open_failed');
  }
}

function readKeys(reader: ByteReader, contents: VaultContents): void {
  const recovery = readRecovery(reader);
  if (recovery) contents.recovery = recovery;
  const count = reader.number(2);
  while (contents.formerVaultKeys.length < count) {
    contents.formerVaultKeys.push(reader.take(vaultKeyBytes));
  }
}

function readRecovery(reader: ByteReader): RecoveryPart | undefined {
  const length = reader.number(2);
  if (length === 0) return undefined;
  if (length !== publicKeyBytes + proofBytes) throw new CryptoError('open_failed');
  return { publicKey: reader.take(publicKeyBytes), proof: reader.take(proofBytes) };
}
