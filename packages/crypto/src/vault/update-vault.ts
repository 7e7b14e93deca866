import { assertBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { assertSealedVault } from './open-vault.ts';
import { openBody, sealBody, type NewVaultContents, type SealedVault } from './sealed-vault.ts';

/**
 * Puts other contents into a vault: version + 1, same vault key, chat password and recovery key.
 *
 * Throws `open_failed` if `vaultKey` is not this vault's key, and `rollback` for contents without an
 * anchor, or with a lower one, where the vault has one.
 */
export async function updateVault(input: {
  userId: string;
  /** 32 bytes, from opening the vault. */
  vaultKey: Uint8Array;
  sealedVault: SealedVault;
  contents: NewVaultContents;
  random?: RandomSource;
}): Promise<SealedVault> {
  const { userId, vaultKey, sealedVault, contents, random = systemRandom } = input;
  assertBytes(vaultKey, 'vaultKey', 32);
  const place = assertSealedVault(input);
  const { anchor } = await openBody(place, sealedVault, vaultKey);
  if (anchor && (contents.anchor?.version ?? 0) < anchor.version) {
    throw new CryptoError('rollback');
  }
  const { passwordWrap, recoveryWrap } = sealedVault;
  const next = { userId, version: place.version + 1, kdf: place.kdf };
  const wraps = { passwordWrap, recoveryWrap };
  const body = await sealBody(next, wraps, vaultKey, contents, random);
  return { version: next.version, kdf: next.kdf, ...wraps, body };
}
