import { createVault } from '@sotto/crypto';
import { handleSchema, nameSchema, normaliseHandle } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import { openOrMakeDevice } from '../vault/unlock-flow.ts';
import type { OpenSteps } from '../vault/unlock-flow.ts';
import { holdVault } from '../vault/open-vault.ts';
import { isSameVault } from '../vault/vault-record.ts';
import { assertWrittenDown } from './written-recovery-key.ts';

/**
 * First run, step by step: profile, chat password, recovery key. What the relay has decides where a
 * person goes on after a reload: without a profile at the first step, without a vault at the second.
 * The vault reaches the relay only after its recovery key was confirmed; a vault without a device is
 * opened with the chat password like on any new device. So no stop half-way locks anybody out.
 */
export async function createProfile(
  core: EngineCore,
  resident: Resident,
  input: { handle: string; displayName: string },
): Promise<void> {
  const handle = handleSchema.safeParse(normaliseHandle(input.handle));
  if (!handle.success) throw new ClientError('handle_invalid');
  const displayName = nameSchema.safeParse(input.displayName);
  if (!displayName.success) throw new ClientError('name_invalid');
  const [color = 0] = core.platform.random(1);
  try {
    const { profile } = await core.http.call('putProfile', {
      body: { handle: handle.data, displayName: displayName.data, avatarColor: color % 8 },
    });
    resident.profile = profile;
  } catch (error) {
    if (isClientError(error, 'conflict')) throw new ClientError('handle_taken', { cause: error });
    throw error;
  }
}

/** Makes the vault in memory. Called again, it makes another one and the former recovery key is void. */
export async function setChatPassword(
  core: EngineCore,
  resident: Resident,
  chatPassword: string,
): Promise<string> {
  const { userId } = resident;
  const created = await createVault({ userId, chatPassword, random: core.platform.random });
  core.pending?.vault.close();
  const vault = await holdVault({
    userId,
    vaultKey: created.vaultKey,
    accountSeed: created.accountKey.seed,
    sealed: created.sealedVault,
    chatPassword,
  });
  core.pending = { vault, recoveryKey: created.recoveryKey };
  return created.recoveryKey;
}

/** Checks what was typed, publishes the vault and makes this installation the first device. */
export async function confirmRecoveryKey(
  core: EngineCore,
  resident: Resident,
  groups: readonly { index: number; text: string }[],
  onEnded: OpenSteps['onEnded'],
): Promise<void> {
  const { pending } = core;
  if (!pending) throw new ClientError('conflict');
  assertWrittenDown(pending.recoveryKey, groups);
  await publishVault(core, pending.vault.sealed);
  try {
    await openOrMakeDevice({ core, resident, vault: pending.vault, onEnded });
    core.pending = null;
  } catch (error) {
    // Its keys are overwritten: nothing may be signed or sealed with it again.
    if (!pending.vault.isOpen()) core.pending = null;
    throw error;
  }
}

/** Idempotent: a vault that is there already because an answer was lost is as good as a new one. */
async function publishVault(
  core: EngineCore,
  sealed: NonNullable<EngineCore['pending']>['vault']['sealed'],
): Promise<void> {
  try {
    await core.http.call('putVault', { body: sealed });
  } catch (error) {
    if (!isClientError(error, 'conflict')) throw error;
    const { vault } = await core.http.call('getAccount', {});
    if (!vault || !isSameVault(vault, sealed)) throw error;
  }
}
