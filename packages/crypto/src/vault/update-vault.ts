import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { assertSealedVault } from './open-vault.ts';
import { parseRecoveryKey } from './recovery-key.ts';
import { openBody, sealVault, wrapsOf, type SealedVault, type VaultPlace } from './sealed-vault.ts';
import { assertAnchor, type NewVaultContents, type VaultContents } from './vault-contents.ts';
import { passwordSecret, publicKeyOf, recoverySecret, type VaultSecret } from './vault-secret.ts';
import { openWrap, readWrap } from './vault-wrap.ts';

/**
 * Puts another account key or anchor into a vault: version + 1, same vault key, chat password and recovery
 * key, and the rest of the contents as it was. Given the chat password or the written recovery key, the
 * contents take up its public key too, which vaults from before had not.
 *
 * Throws `open_failed` if `vaultKey` is not this vault's key or a secret does not open it, `bad_encoding`
 * for a mistyped recovery key, and `rollback` for contents without an anchor, or with a lower one, where
 * the vault has one.
 */
export async function updateVault(input: {
  userId: string;
  /** 32 bytes, from opening the vault. */
  vaultKey: Uint8Array;
  sealedVault: SealedVault;
  contents: NewVaultContents;
  chatPassword?: string;
  /** In its written form. */
  recoveryKey?: string;
  random?: RandomSource;
}): Promise<SealedVault> {
  const { userId, vaultKey, sealedVault, contents, random = systemRandom } = input;
  assertBytes(vaultKey, 'vaultKey', 32);
  const place = assertSealedVault(input);
  const recovery =
    input.recoveryKey === undefined ? undefined : parseRecoveryKey(input.recoveryKey);
  const before = await openBody(place, sealedVault, vaultKey);
  const after = withContents(before, contents);
  if (input.chatPassword !== undefined) {
    const secret = await passwordSecret(userId, place.kdf, input.chatPassword);
    await assertOpens(secret, place, sealedVault.passwordWrap, vaultKey);
    after.passwordPublicKey = await publicKeyOf(secret);
  }
  if (recovery) {
    const secret = await recoverySecret(userId, recovery);
    await assertOpens(secret, place, sealedVault.recoveryWrap, vaultKey);
    after.recoveryPublicKey = await publicKeyOf(secret);
  }
  const next = { ...place, version: place.version + 1 };
  return sealVault(next, wrapsOf(sealedVault), vaultKey, after, random);
}

/** The contents with another account key and anchor; `rollback` for an anchor below the one before. */
export function withContents(
  { anchor: known, ...before }: VaultContents,
  { accountSeed, anchor }: NewVaultContents,
): VaultContents {
  if (anchor !== undefined) assertAnchor(anchor);
  if (known && (anchor?.version ?? 0) < known.version) throw new CryptoError('rollback');
  return { ...before, accountSeed, ...(anchor !== undefined && { anchor }) };
}

/** Throws `open_failed` unless the secret opens this wrap of the vault key. */
export async function assertOpens(
  secret: VaultSecret,
  { version }: VaultPlace,
  wrap: Uint8Array,
  vaultKey: Uint8Array,
): Promise<void> {
  const opened = await openWrap(readWrap(version, wrap), secret);
  if (!equalBytes(opened, vaultKey)) throw new CryptoError('open_failed');
}
