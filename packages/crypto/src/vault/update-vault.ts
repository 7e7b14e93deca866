import { assertBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { assertPasswordOpens, assertRecoveryKeyOpens } from './assert-opens.ts';
import { assertSealedVault } from './open-vault.ts';
import { parseRecoveryKey } from './recovery-key.ts';
import { recoveryPartOf } from './recovery-proof.ts';
import { openBody, sealVault, wrapsOf, type SealedVault } from './sealed-vault.ts';
import { assertAnchor, type NewVaultContents, type VaultContents } from './vault-contents.ts';
import { passwordSecret, recoverySecret } from './vault-secret.ts';

/**
 * Puts another account key or anchor into a vault: version + 1, same vault key, chat password and recovery
 * key, and the rest of the contents as it was. Given the chat password and the written recovery key
 * together, the contents take up the recovery part, which vaults from before had not.
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
  const typed = input.recoveryKey === undefined ? undefined : parseRecoveryKey(input.recoveryKey);
  const before = await openBody(place, sealedVault, vaultKey);
  const after = withContents(before, contents);
  const recovery = typed && (await recoverySecret(userId, typed));
  if (recovery) await assertRecoveryKeyOpens(sealedVault, recovery, vaultKey);
  if (input.chatPassword !== undefined) {
    const password = await passwordSecret(userId, place.kdf, input.chatPassword);
    await assertPasswordOpens(sealedVault, password, vaultKey);
    if (recovery) after.recovery = await recoveryPartOf(password, recovery);
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
