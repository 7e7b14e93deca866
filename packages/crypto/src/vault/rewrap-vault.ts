import { assertBytes } from '../encoding/bytes.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { assertRecoveryKeyOpens } from './assert-opens.ts';
import { freshKdf } from './create-vault.ts';
import { assertSealedVault } from './open-vault.ts';
import { parseRecoveryKey } from './recovery-key.ts';
import { isVouchedFor, vouchFor } from './recovery-proof.ts';
import { openBody, sealVault, wrapsOf, type SealedVault } from './sealed-vault.ts';
import type { VaultContents } from './vault-contents.ts';
import { passwordSecret, publicKeyOf, recoverySecret } from './vault-secret.ts';
import { wrapWith } from './vault-wrap.ts';

/**
 * Wraps the vault key under a new chat password with a fresh salt: version + 1, same vault key, same
 * recovery key. The new password vouches for the recovery key if `chatPassword`, the present one, does, or
 * if `recoveryKey` itself is given. Otherwise the contents lose their recovery part, and
 * `replaceRecoveryKey` has to give them one before the vault key can be changed.
 *
 * Throws `open_failed` if `vaultKey` is not this vault's key or `recoveryKey` does not open the vault, and
 * `bad_encoding` for a mistyped recovery key. That `chatPassword` opens it is for the caller to know.
 */
export async function rewrapVault(input: {
  userId: string;
  /** 32 bytes, from opening the vault. */
  vaultKey: Uint8Array;
  sealedVault: SealedVault;
  chatPassword?: string;
  /** In its written form. */
  recoveryKey?: string;
  newChatPassword: string;
  iterations?: number;
  random?: RandomSource;
}): Promise<SealedVault> {
  const { userId, vaultKey, sealedVault, random = systemRandom } = input;
  assertBytes(vaultKey, 'vaultKey', 32);
  const place = assertSealedVault(input);
  const { recovery: before, ...contents } = await openBody(place, sealedVault, vaultKey);
  const publicKey = (await typedKey(input)) ?? (await vouchedKey(input, before));
  const kdf = freshKdf(input.iterations ?? sealedVault.kdf.iterations, random);
  const next = { userId, version: place.version + 1, kdf };
  const secret = await passwordSecret(userId, kdf, input.newChatPassword);
  const passwordWrap = await wrapWith(secret, next.version, vaultKey, random);
  const wraps = { ...wrapsOf(sealedVault), passwordWrap };
  const after = publicKey ? { ...contents, recovery: await vouchFor(secret, publicKey) } : contents;
  return sealVault(next, wraps, vaultKey, after, random);
}

type Secrets = Parameters<typeof rewrapVault>[0];

async function typedKey({ userId, vaultKey, sealedVault, recoveryKey }: Secrets) {
  if (recoveryKey === undefined) return undefined;
  const secret = await recoverySecret(userId, parseRecoveryKey(recoveryKey));
  await assertRecoveryKeyOpens(sealedVault, secret, vaultKey);
  return publicKeyOf(secret);
}

async function vouchedKey(
  { userId, sealedVault, chatPassword }: Secrets,
  recovery: VaultContents['recovery'],
) {
  if (chatPassword === undefined) return undefined;
  const secret = await passwordSecret(userId, sealedVault.kdf, chatPassword);
  return recovery && (await isVouchedFor(secret, recovery)) ? recovery.publicKey : undefined;
}
