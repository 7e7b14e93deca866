import { ByteReader } from '../encoding/byte-reader.ts';
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { assertCount, be16, be64 } from '../encoding/integers.ts';
import { CryptoError } from '../errors.ts';
import type { ManifestHead } from '../log/verify-device-manifest.ts';

/** What the vault keeps. */
export interface VaultContents {
  /** Version of the contents' own format: 4 with a voucher, 3 with a key of 3, else 2 with an anchor, 1 without. */
  version: number;
  /** Seed of the account key, 32 bytes. */
  accountSeed: Uint8Array;
  /** A device manifest that this account has reached: an older or another chain is a rollback. */
  anchor?: ManifestHead;
  /** X-Wing key whose private half comes from the chat password, 1,216 bytes. Of version 3. */
  passwordPublicKey?: Uint8Array;
  /** X-Wing key whose private half comes from the recovery key, 1,216 bytes. Of version 3. */
  recoveryPublicKey?: Uint8Array;
  /**
   * Who knew the chat password says that `recoveryPublicKey` is the account's, 32 bytes: anybody who had the
   * vault open could put in another one. Of version 4; nothing where nobody has said so.
   */
  recoveryVoucher?: Uint8Array;
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
const vaultKeyBytes = 32;
const voucherBytes = 32;

const noAnchor: ManifestHead = { version: 0, hash: new Uint8Array(32) };

/** The bytes of a vault's contents, in the lowest version that holds them. */
export function serializeContents(contents: SealedContents): Uint8Array {
  const { accountSeed, anchor, passwordPublicKey, recoveryPublicKey, recoveryVoucher } = contents;
  const formerVaultKeys = contents.formerVaultKeys ?? [];
  assertBytes(accountSeed, 'accountSeed', 32);
  if (anchor !== undefined) assertAnchor(anchor);
  if (recoveryVoucher !== undefined) assertBytes(recoveryVoucher, 'recoveryVoucher', voucherBytes);
  const isOld = !passwordPublicKey && !recoveryPublicKey && !recoveryVoucher;
  if (isOld && formerVaultKeys.length === 0) {
    return anchor === undefined
      ? concatBytes(Uint8Array.of(1), accountSeed)
      : concatBytes(Uint8Array.of(2), accountSeed, ...anchorFields(anchor));
  }
  for (const key of formerVaultKeys) assertBytes(key, 'formerVaultKeys', vaultKeyBytes);
  return concatBytes(
    Uint8Array.of(recoveryVoucher ? 4 : 3),
    accountSeed,
    ...anchorFields(anchor ?? noAnchor),
    ...publicKeyFields(passwordPublicKey, 'passwordPublicKey'),
    ...publicKeyFields(recoveryPublicKey, 'recoveryPublicKey'),
    be16(formerVaultKeys.length),
    ...formerVaultKeys,
    ...(recoveryVoucher ? [recoveryVoucher] : []),
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

function publicKeyFields(key: Uint8Array | undefined, name: string): Uint8Array[] {
  if (key === undefined) return [be16(0)];
  assertBytes(key, name, publicKeyBytes);
  return [be16(publicKeyBytes), key];
}

/** The contents that {@link serializeContents} wrote; `open_failed` or `bad_encoding` for anything else. */
export function parseContents(plaintext: Uint8Array): VaultContents {
  const reader = new ByteReader(plaintext);
  const version = reader.number(1);
  if (version < 1 || version > 4) throw new CryptoError('open_failed');
  const contents: VaultContents = { version, accountSeed: reader.take(32), formerVaultKeys: [] };
  if (version > 1) readAnchor(reader, contents);
  if (version >= 3) readKeys(reader, contents);
  if (version === 4) contents.recoveryVoucher = reader.take(voucherBytes);
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
  const passwordPublicKey = readPublicKey(reader);
  const recoveryPublicKey = readPublicKey(reader);
  if (passwordPublicKey) contents.passwordPublicKey = passwordPublicKey;
  if (recoveryPublicKey) contents.recoveryPublicKey = recoveryPublicKey;
  const count = reader.number(2);
  while (contents.formerVaultKeys.length < count) {
    contents.formerVaultKeys.push(reader.take(vaultKeyBytes));
  }
}

function readPublicKey(reader: ByteReader): Uint8Array | undefined {
  const length = reader.number(2);
  if (length === 0) return undefined;
  if (length !== publicKeyBytes) throw new CryptoError('open_failed');
  return reader.take(length);
}
