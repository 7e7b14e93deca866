import { isCryptoError } from '@sotto/crypto';
import { openSecondFactorWithRecoveryKey, totpCode, totpStep } from '@sotto/crypto/second-factor';
import { ClientError, isClientError } from '../client-error.ts';
import type { SecondFactorProof } from '../facade.ts';
import type { HttpClient } from '../transport/http-client.ts';
import type { FactorDoor } from './factor-door.ts';

/**
 * Gives a session its second factor: the code that was typed, or one computed from the backup that the
 * recovery key opens.
 *
 * Throws `wrong_code`, `wrong_recovery_key`, `not_found` where there is no backup of a factor that the
 * account has, `conflict` where the account has no factor.
 */
export async function giveSecondFactor(options: {
  factors: FactorDoor;
  factorIds: readonly string[];
  http: HttpClient;
  userId: string;
  proof: SecondFactorProof;
  /** The auth service's clock: a code is good for half a minute of it. */
  serviceNowMs: number;
}): Promise<void> {
  const { factors, factorIds, http, userId, proof, serviceNowMs } = options;
  const [newest] = factorIds;
  if (newest === undefined) throw new ClientError('conflict');
  if ('code' in proof) return await factors.verify(newest, proof.code);
  const { backup } = await http.call('getSecondFactorBackup', {});
  if (!backup) throw new ClientError('not_found');
  const { underRecoveryKey } = backup;
  const factor = await openSecondFactorWithRecoveryKey({
    userId,
    recoveryKey: proof.recoveryKey,
    underRecoveryKey,
  }).catch((cause: unknown) => {
    if (!isCryptoError(cause)) throw cause;
    throw new ClientError('wrong_recovery_key', { cause });
  });
  if (!factorIds.includes(factor.factorId)) throw new ClientError('not_found');
  const step = totpStep(serviceNowMs);
  const verify = (at: number) => factors.verify(factor.factorId, totpCode(factor.secret, at));
  await verify(step).catch(async (error: unknown) => {
    if (!isClientError(error, 'wrong_code')) throw error;
    // Each code is accepted once, and this one may have been given a moment ago; the service allows
    // for clocks that are one step apart.
    await verify(step + 1);
  });
}
