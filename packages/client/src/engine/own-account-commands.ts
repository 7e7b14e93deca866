import { admit, leave } from '../account/session-flow.ts';
import { createOwnAccountStore } from '../account/own-account-store.ts';
import type { NewFactor } from '../account/factor-door.ts';
import { listActivity } from '../account/list-activity.ts';
import { closeAccount } from './open-account.ts';
import { assertWrittenDown } from '../account/written-recovery-key.ts';
import { ClientError } from '../client-error.ts';
import type { OwnAccountClient, SecondFactorProof } from '../facade.ts';
import type { CommandKit } from './command-kit.ts';
import type { OpenedAccount } from './engine-core.ts';

/** The own account: their part of the facade. */
export function createOwnAccountCommands(kit: CommandKit): OwnAccountClient {
  const { core, guarded, step, inSession, opened, signedIn, assertPhase } = kit;
  const { store, sync } = createOwnAccountStore(() => core);
  /** Begun while an account is open, and gone with it. */
  let begun: { opened: OpenedAccount; factor: NewFactor } | null = null;
  let drawn: { opened: OpenedAccount; recoveryKey: string } | null = null;

  core.session.subscribe(() => {
    if (begun?.opened !== core.opened) begun = null;
    if (drawn?.opened !== core.opened) drawn = null;
    sync();
  });

  /** What fails because its keys were overwritten under way says so. */
  async function whileOpen(account: OpenedAccount, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (cause) {
      if (account.vault.isOpen() || cause instanceof ClientError) throw cause;
      throw new ClientError('locked', { cause });
    }
  }

  async function giveHere(proof: SecondFactorProof): Promise<void> {
    const { auth, http, platform } = core;
    const identity = auth.identity();
    if (!identity) throw new ClientError('signed_out');
    const { giveSecondFactor } = await import('../account/give-second-factor.ts');
    await giveSecondFactor({
      factors: auth.factors,
      factorIds: auth.secondFactor().factorIds,
      http,
      userId: identity.userId,
      proof,
      serviceNowMs: platform.clock.now() + auth.serviceAheadMs(),
    });
  }

  const submit = (proof: SecondFactorProof) =>
    step(() =>
      inSession(async () => {
        assertPhase('secondFactor');
        await giveHere(proof);
        const identity = core.auth.identity();
        if (!identity) throw new ClientError('signed_out');
        await admit(core, identity);
      }),
    );

  return {
    ownAccount: store,

    startSecondFactor: () =>
      step(() =>
        inSession(async () => {
          const account = opened();
          const { beginSecondFactor } = await import('../account/set-up-second-factor.ts');
          const factor = await beginSecondFactor(core.auth);
          begun = { opened: account, factor };
          return { otpauthUrl: factor.otpauthUrl, secret: factor.secret };
        }),
      ),
    confirmSecondFactor: ({ code, recoveryKey }) =>
      step(() =>
        inSession(async () => {
          const account = opened();
          if (begun?.opened !== account) throw new ClientError('conflict');
          const { switchSecondFactorOn } = await import('../account/set-up-second-factor.ts');
          const { factor } = begun;
          const { auth } = core;
          await whileOpen(account, () =>
            switchSecondFactorOn({ auth, opened: account, begun: factor, code, recoveryKey }),
          );
          begun = null;
          sync();
        }),
      ),
    stopSecondFactor: (proof) =>
      step(() =>
        inSession(async () => {
          const { context, vault } = opened();
          const { auth } = core;
          if ('code' in proof) await giveHere(proof);
          else {
            const { assertOpensVault } = await import('../account/set-up-second-factor.ts');
            await assertOpensVault(vault, proof.recoveryKey);
          }
          for (const factorId of (await auth.factors.list()).verified) {
            await auth.factors.remove(factorId);
          }
          await auth.renew();
          sync();
          await context.http.call('deleteSecondFactorBackup', {});
        }),
      ),
    submitSecondFactor: submit,
    submitRecoveryKey: submit,

    renewRecoveryKey: ({ chatPassword }) =>
      step(async () => {
        const account = opened();
        const { drawRecoveryKey } = await import('../account/renew-recovery-key.ts');
        const recoveryKey = await drawRecoveryKey(account, chatPassword);
        if (core.opened !== account) throw new ClientError('locked');
        drawn = { opened: account, recoveryKey };
        return { recoveryKey };
      }),
    confirmNewRecoveryKey: ({ groups }) =>
      step(() =>
        inSession(async () => {
          const account = opened();
          if (drawn?.opened !== account) throw new ClientError('conflict');
          const { recoveryKey } = drawn;
          assertWrittenDown(recoveryKey, groups);
          const { putRecoveryKeyInForce } = await import('../account/renew-recovery-key.ts');
          await whileOpen(account, () => putRecoveryKeyInForce(core, account, recoveryKey));
          drawn = null;
        }),
      ),

    listActivity: ({ before }) =>
      guarded(() => listActivity(opened(), core.devices.getSnapshot(), before)),
    exportData: () =>
      guarded(async () => {
        const account = opened();
        const { exportData } = await import('../account/export-data.ts');
        return await exportData(account, core.devices.getSnapshot());
      }),
    deleteAccount: ({ password, code, recoveryKey }) =>
      step(async () => {
        // This device signs: the others could be asked only where there are none yet.
        if (core.session.getSnapshot().phase === 'locked') throw new ClientError('locked');
        assertPhase('setup', 'newDevice', 'ready');
        const resident = signedIn();
        const proof =
          code !== undefined ? { code } : recoveryKey !== undefined ? { recoveryKey } : null;
        const { deleteAtRelay, eraseAccountHere } = await import('../account/delete-account.ts');
        await deleteAtRelay({ core, resident, password, proof });
        await kit.ending();
        closeAccount(core);
        // From here on nothing that was under way writes for this account.
        core.resident = null;
        await eraseAccountHere(core, resident);
        await leave(core, null);
      }),
  };
}
