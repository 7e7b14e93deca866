import { createVault, openVaultWithKey } from '@sotto/crypto';
import { handleSchema, nameSchema, normaliseHandle } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import { openOrMakeDevice } from '../vault/unlock-flow.ts';
import type { OpenSteps } from '../vault/unlock-flow.ts';
import { pinPerson } from '../trust/person-trust.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import { holdVault, isGenuineVault } from '../vault/open-vault.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { raiseAnchor } from '../vault/raise-anchor.ts';
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
  const { random } = core.platform;
  const created = await createVault({ userId, chatPassword, random });
  const { vaultKey, sealedVault } = created;
  const { halvesIn, vouched } = await import('../vault/public-halves.ts');
  const sealed = await vouched({ userId, vaultKey }, sealedVault, chatPassword);
  const contents = await openVaultWithKey({ userId, vaultKey, sealedVault: sealed });
  core.pending?.vault.close();
  const vault = await holdVault({ userId, vaultKey, contents, sealed, chatPassword });
  vault.publicHalves = halvesIn(contents);
  core.pending = { vault, recoveryKey: created.recoveryKey };
  return created.recoveryKey;
}

/**
 * Checks what was typed, publishes the vault, makes this installation the first device and names its
 * manifest in the vault. Fails while the relay does not store that: from the first device on nobody
 * opens the account without an anchor. Safe to repeat.
 */
export async function confirmRecoveryKey(
  core: EngineCore,
  resident: Resident,
  groups: readonly { index: number; text: string }[],
  onEnded: OpenSteps['onEnded'],
): Promise<void> {
  const { pending } = core;
  if (!pending) throw new ClientError('conflict');
  assertWrittenDown(pending.recoveryKey, groups);
  const { vault } = pending;
  await publishVault(core, vault);
  const beforeOpen = async (own?: PersonTrust) => {
    await raiseAnchor({ core, resident, vault, own: own ?? (await ownChain(core, vault)) });
  };
  try {
    await openOrMakeDevice({ core, resident, vault, onEnded, beforeOpen });
    core.pending = null;
  } catch (error) {
    // Its keys are overwritten: nothing may be signed or sealed with it again.
    if (!vault.isOpen()) core.pending = null;
    throw error;
  }
}

/**
 * Idempotent: a vault that is there already because an answer was lost is as good as a new one, also
 * one that names the first manifest.
 */
async function publishVault(core: EngineCore, vault: OpenVault): Promise<void> {
  try {
    await core.http.call('putVault', { body: vault.sealed });
  } catch (error) {
    if (!isClientError(error, 'conflict')) throw error;
    const { vault: stored } = await core.http.call('getAccount', {});
    if (!stored) throw error;
    if (isSameVault(stored, vault.sealed)) return;
    if (!(await isGenuineVault(vault, stored))) throw error;
    vault.sealed = stored;
  }
}

/** Where the answer that told of the registration, or of the vault that names it, was lost. */
async function ownChain(core: EngineCore, vault: OpenVault): Promise<PersonTrust> {
  const { manifests: entries } = await core.http.call('getAccount', {});
  return await pinPerson({
    userId: vault.userId,
    accountKey: vault.accountKey.publicKey,
    entries,
  });
}
