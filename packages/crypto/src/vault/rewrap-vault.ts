import { assertBytes } from '../encoding/bytes.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { freshKdf } from './create-vault.ts';
import { assertSealedVault } from './open-vault.ts';
import { formatRecoveryKey, generateRecoveryKey, parseRecoveryKey } from './recovery-key.ts';
import { openBody, sealVault, wrapsOf, type SealedVault } from './sealed-vault.ts';
import { passwordSecret, publicKeyOf, recoverySecret } from './vault-secret.ts';
import { wrapWith } from './vault-wrap.ts';

interface ChangeInput {
  userId: string;
  /** 32 bytes, from opening the vault. */
  vaultKey: Uint8Array;
  sealedVault: SealedVault;
  random?: RandomSource;
}

/**
 * Wraps the vault key under a new chat password with a fresh salt: version + 1, same vault key, same
 * recovery key, same contents but for the password's public key.
 *
 * Throws `open_failed` if `vaultKey` is not this vault's key.
 */
export async function rewrapVault(
  input: ChangeInput & { newChatPassword: string; iterations?: number },
): Promise<SealedVault> {
  const { userId, vaultKey, sealedVault, random = systemRandom } = input;
  assertBytes(vaultKey, 'vaultKey', 32);
  const place = assertSealedVault(input);
  const contents = await openBody(place, sealedVault, vaultKey);
  const kdf = freshKdf(input.iterations ?? sealedVault.kdf.iterations, random);
  const next = { userId, version: place.version + 1, kdf };
  const secret = await passwordSecret(userId, kdf, input.newChatPassword);
  const passwordWrap = await wrapWith(secret, next.version, vaultKey, random);
  const wraps = { ...wrapsOf(sealedVault), passwordWrap };
  const passwordPublicKey = await publicKeyOf(secret);
  return sealVault(next, wraps, vaultKey, { ...contents, passwordPublicKey }, random);
}

/**
 * Gives the vault another recovery key and its public key: version + 1, same chat password; the old
 * recovery key stops opening it. `recoveryKey`: one that was written down already; a fresh one without it.
 *
 * Throws `open_failed` if `vaultKey` is not this vault's key, `bad_encoding` for a mistyped recovery key.
 */
export async function replaceRecoveryKey(
  input: ChangeInput & { recoveryKey?: string },
): Promise<{ recoveryKey: string; sealedVault: SealedVault }> {
  const { userId, vaultKey, sealedVault, random = systemRandom } = input;
  assertBytes(vaultKey, 'vaultKey', 32);
  const { kdf, version } = assertSealedVault(input);
  const contents = await openBody({ userId, kdf, version }, sealedVault, vaultKey);
  const next = { userId, version: version + 1, kdf };
  const recovery =
    input.recoveryKey === undefined
      ? generateRecoveryKey({ random })
      : parseRecoveryKey(input.recoveryKey);
  const secret = await recoverySecret(userId, recovery);
  const recoveryWrap = await wrapWith(secret, next.version, vaultKey, random);
  const wraps = { ...wrapsOf(sealedVault), recoveryWrap };
  const changed = { ...contents, recoveryPublicKey: await publicKeyOf(secret) };
  return {
    recoveryKey: formatRecoveryKey(recovery),
    sealedVault: await sealVault(next, wraps, vaultKey, changed, random),
  };
}
