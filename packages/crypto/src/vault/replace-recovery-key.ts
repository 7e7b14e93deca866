import { assertBytes } from '../encoding/bytes.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { assertPasswordOpens } from './assert-opens.ts';
import { assertSealedVault } from './open-vault.ts';
import { formatRecoveryKey, generateRecoveryKey, parseRecoveryKey } from './recovery-key.ts';
import { recoveryPartOf } from './recovery-proof.ts';
import { openBody, sealVault, wrapsOf, type SealedVault } from './sealed-vault.ts';
import { passwordSecret, recoverySecret } from './vault-secret.ts';
import { wrapWith } from './vault-wrap.ts';

/**
 * Gives the vault another recovery key: version + 1, same chat password; the old recovery key stops
 * opening it. Given the chat password, the contents take up the public half of the new one and the proof
 * that the password vouches for it; without it they lose what they had of the old one. `recoveryKey`: one
 * that was written down already; a fresh one without it.
 *
 * Throws `open_failed` if `vaultKey` is not this vault's key or `chatPassword` does not open the vault,
 * `bad_encoding` for a mistyped recovery key.
 */
export async function replaceRecoveryKey(input: {
  userId: string;
  /** 32 bytes, from opening the vault. */
  vaultKey: Uint8Array;
  sealedVault: SealedVault;
  chatPassword?: string;
  /** In its written form. */
  recoveryKey?: string;
  random?: RandomSource;
}): Promise<{ recoveryKey: string; sealedVault: SealedVault }> {
  const { userId, vaultKey, sealedVault, chatPassword, random = systemRandom } = input;
  assertBytes(vaultKey, 'vaultKey', 32);
  const place = assertSealedVault(input);
  const contents = await openBody(place, sealedVault, vaultKey);
  delete contents.recovery;
  const recoveryKey =
    input.recoveryKey === undefined
      ? generateRecoveryKey({ random })
      : parseRecoveryKey(input.recoveryKey);
  const secret = await recoverySecret(userId, recoveryKey);
  const next = { ...place, version: place.version + 1 };
  const recoveryWrap = await wrapWith(secret, next.version, vaultKey, random);
  const wraps = { ...wrapsOf(sealedVault), recoveryWrap };
  if (chatPassword !== undefined) {
    const password = await passwordSecret(userId, place.kdf, chatPassword);
    await assertPasswordOpens(sealedVault, password, vaultKey);
    contents.recovery = await recoveryPartOf(password, secret);
  }
  return {
    recoveryKey: formatRecoveryKey(recoveryKey),
    sealedVault: await sealVault(next, wraps, vaultKey, contents, random),
  };
}
