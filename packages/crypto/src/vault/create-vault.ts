import { uuidBytes } from '../encoding/uuid.ts';
import { defaultIterations } from '../chat-key/kdf-limits.ts';
import { identityKeyPairFromSeed, type IdentityKeyPair } from '../identity/identity-key-pair.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { assertKdfParameters, vaultKdfAlgorithm, type KdfParameters } from './kdf-parameters.ts';
import { formatRecoveryKey, generateRecoveryKey } from './recovery-key.ts';
import { sealVault, type SealedVault } from './sealed-vault.ts';
import { recoveryPartOf } from './recovery-proof.ts';
import { passwordSecret, recoverySecret } from './vault-secret.ts';
import { wrapWith } from './vault-wrap.ts';

/** A new vault with everything that exists only at its making. */
export interface CreatedVault {
  /** 32 secret bytes. */
  vaultKey: Uint8Array;
  /** The written recovery key: show it once, keep it nowhere. */
  recoveryKey: string;
  sealedVault: SealedVault;
  /** The account key, whose seed is inside the vault. */
  accountKey: IdentityKeyPair;
}

/**
 * Makes an account's vault, version 1: a fresh vault key wrapped under the chat password and under a
 * fresh recovery key; inside, a fresh account key, and the public half of the recovery key, to which a
 * later vault key is sealed, with the proof that the chat password vouches for it.
 *
 * `iterations` may raise the PBKDF2 cost above 600,000; `weak_parameters` outside the limits.
 */
export async function createVault(input: {
  userId: string;
  chatPassword: string;
  iterations?: number;
  random?: RandomSource;
}): Promise<CreatedVault> {
  const { userId, chatPassword, random = systemRandom } = input;
  uuidBytes(userId);
  const kdf = freshKdf(input.iterations ?? defaultIterations, random);
  const place = { userId, version: 1, kdf };
  const vaultKey = drawRandom(random, 32);
  const recovery = generateRecoveryKey({ random });
  const accountKey = await identityKeyPairFromSeed(drawRandom(random, 32));
  const underPassword = await passwordSecret(userId, kdf, chatPassword);
  const underRecoveryKey = await recoverySecret(userId, recovery);
  const wraps = {
    passwordWrap: await wrapWith(underPassword, place.version, vaultKey, random),
    recoveryWrap: await wrapWith(underRecoveryKey, place.version, vaultKey, random),
  };
  const contents = {
    accountSeed: accountKey.seed,
    recovery: await recoveryPartOf(underPassword, underRecoveryKey),
  };
  const sealedVault = await sealVault(place, wraps, vaultKey, contents, random);
  return { vaultKey, recoveryKey: formatRecoveryKey(recovery), sealedVault, accountKey };
}

/** Checked parameters with a fresh salt. */
export function freshKdf(iterations: number, random: RandomSource): KdfParameters {
  const kdf: KdfParameters = {
    algorithm: vaultKdfAlgorithm,
    iterations,
    salt: drawRandom(random, 32),
  };
  assertKdfParameters(kdf);
  return kdf;
}
