import { ClientError, isClientError } from '../client-error.ts';
import { signAccountDeletion } from '../devices/device-proof.ts';
import { forgetCurrentUser } from '../devices/device-record.ts';
import type { EngineCore, OpenedAccount, Resident } from '../engine/engine-core.ts';
import type { SecondFactorProof } from '../facade.ts';
import { createHttpClient } from '../transport/http-client.ts';
import { isTransient } from '../transport/wire-failure.ts';
import { readAccessToken } from './auth-session.ts';
import { isDemanded } from './demanded-factor.ts';

const attempts = 3;

/**
 * Has the account deleted, in the name of a sign-in made for it and of this device, where it is one.
 * Resolves only when the relay has confirmed it; nothing is removed here before.
 *
 * Throws `invalid_credentials`, `wrong_code`, `wrong_recovery_key`, `forbidden` where the account has
 * devices and none of them is open here, `locked`, `offline`, `unavailable`.
 */
export async function deleteAtRelay(options: {
  core: EngineCore;
  resident: Resident;
  password: string;
  proof: SecondFactorProof | null;
}): Promise<void> {
  const { core, resident, password, proof } = options;
  const { platform, auth, opened } = core;
  const { email } = resident;
  if (email === '') throw new ClientError('locked');
  // Nobody is asked for a password, or uses a code up, for what is refused anyway.
  const hasDevice = resident.account?.devices.some(({ isActive }) => isActive) ?? false;
  if (!opened && hasDevice) throw new ClientError('forbidden');
  const fresh = await auth.freshSession({ email, password });
  /** The password was right a moment ago: if it is not any more, there is nobody it belongs to. */
  const isGone = async () => {
    try {
      await (await auth.freshSession({ email, password })).end();
      return false;
    } catch (error) {
      return isClientError(error, 'invalid_credentials');
    }
  };
  const http = createHttpClient({
    transport: platform.transport,
    clock: platform.clock,
    relayUrl: platform.relayUrl,
    caller: { accessToken: () => fresh.accessToken(), deviceId: () => null },
  });
  try {
    // The address may be somebody else's by now.
    if (fresh.userId !== resident.userId) throw new ClientError('invalid_credentials');
    const { factors, factorIds, aheadMs } = fresh;
    if (await isDemanded(http, factorIds)) {
      if (!proof) throw new ClientError('wrong_code');
      const { giveSecondFactor } = await import('./give-second-factor.ts');
      const serviceNowMs = platform.clock.now() + aheadMs;
      const { userId } = resident;
      await giveSecondFactor({ factors, factorIds, http, userId, proof, serviceNowMs });
    }
    const body = opened ? await proofOf(opened, await fresh.accessToken()) : {};
    await persistently(() => http.call('deleteAccount', { body }), isGone);
  } catch (error) {
    await fresh.end();
    throw error;
  }
}

async function proofOf({ vault, context, keys }: OpenedAccount, token: string) {
  const { userId, platform, deviceId } = context;
  const { sessionId: authSessionId } = readAccessToken(token);
  if (!vault.isOpen()) throw new ClientError('locked');
  const proof = await signAccountDeletion({ keys, userId, authSessionId, random: platform.random });
  // Locked meanwhile: it was signed with a key that was overwritten.
  if (!vault.isOpen()) throw new ClientError('locked');
  return { deviceId, proof };
}

/** A lost answer is asked for again. The session that asks is gone with the account. */
async function persistently(
  task: () => Promise<unknown>,
  isDone: () => Promise<boolean>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await task();
      return;
    } catch (error) {
      const ended = isClientError(error, 'session_ended');
      if (attempt > 1 && ended && (await isDone())) return;
      if (attempt === attempts || !isTransient(error)) throw error;
    }
  }
}

/** Removes everything of an account from this installation; what others have here stays. */
export async function eraseAccountHere(core: EngineCore, resident: Resident): Promise<void> {
  await resident.shelf.wipe();
  if (core.storage) await forgetCurrentUser(core.storage, resident.userId);
}
