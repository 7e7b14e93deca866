/**
 * The public keys in a vault's contents can be exchanged by anybody who had the vault open, and a later vault
 * key is sealed to them. So a device that changes the vault key has to know whose they are: the password's
 * comes from the password itself, the recovery key's is vouched for with the password.
 */
import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { assertSealedVault } from './open-vault.ts';
import { openBody, sealVault, wrapsOf, type SealedVault } from './sealed-vault.ts';
import { assertOpens } from './update-vault.ts';
import { passwordSecret, publicKeyOf, voucherFor } from './vault-secret.ts';

interface PublicHalvesInput {
  userId: string;
  /** 32 bytes, from opening the vault. */
  vaultKey: Uint8Array;
  sealedVault: SealedVault;
  chatPassword: string;
}

/** The public keys of a vault that are known to be the account's, 1,216 bytes each. */
export interface PublicHalves {
  password?: Uint8Array;
  recovery?: Uint8Array;
}

async function open({ userId, vaultKey, sealedVault, chatPassword }: PublicHalvesInput) {
  assertBytes(vaultKey, 'vaultKey', 32);
  const place = assertSealedVault({ userId, sealedVault });
  const contents = await openBody(place, sealedVault, vaultKey);
  const secret = await passwordSecret(userId, place.kdf, chatPassword);
  await assertOpens(secret, place, sealedVault.passwordWrap, vaultKey);
  return { place, contents, secret };
}

/**
 * Which of the vault's public keys the chat password says are the account's.
 *
 * Throws `open_failed` if `vaultKey` is not this vault's key or the password does not open it.
 */
export async function checkPublicHalves(input: PublicHalvesInput): Promise<PublicHalves> {
  const { contents, secret } = await open(input);
  const { passwordPublicKey, recoveryPublicKey, recoveryVoucher } = contents;
  const found: PublicHalves = {};
  if (passwordPublicKey && equalBytes(passwordPublicKey, await publicKeyOf(secret))) {
    found.password = passwordPublicKey;
  }
  if (recoveryPublicKey && recoveryVoucher) {
    const voucher = await voucherFor(secret, recoveryPublicKey);
    if (equalBytes(recoveryVoucher, voucher)) found.recovery = recoveryPublicKey;
  }
  return found;
}

/**
 * Vouches with the chat password for the recovery key's public half, in a vault that was just made and is not
 * published: the version stays. Call it only where that key is known to be the account's.
 *
 * Throws as {@link checkPublicHalves}, `missing_key` for a vault without that public key.
 */
export async function vouchForRecoveryKey(
  input: PublicHalvesInput & { random?: RandomSource },
): Promise<SealedVault> {
  const { vaultKey, sealedVault, random = systemRandom } = input;
  const { place, contents, secret } = await open(input);
  const { recoveryPublicKey } = contents;
  if (!recoveryPublicKey) throw new CryptoError('missing_key');
  const recoveryVoucher = await voucherFor(secret, recoveryPublicKey);
  const vouched = { ...contents, recoveryVoucher };
  return sealVault(place, wrapsOf(sealedVault), vaultKey, vouched, random);
}
