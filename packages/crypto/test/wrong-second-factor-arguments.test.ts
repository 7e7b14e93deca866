/** Wrong arguments for one-time codes and the backup of a second factor. */
import { beforeAll } from 'vitest';
import { formatRecoveryKey } from '../src/index.ts';
import * as sotto from '../src/second-factor.ts';
import { alice, filled } from './building/builders.ts';
import { refusesWrongArguments, type Case } from './building/wrong-arguments.ts';

let cases: Record<string, Case>;

beforeAll(async () => {
  const factor = { factorId: alice, secret: filled(20, 7) };
  const keyWrapKey = filled(32, 3);
  const recoveryKey = formatRecoveryKey(filled(32, 1));
  const shared = { userId: alice, recoveryKey, keyWrapKey };
  const sealed = await sotto.sealSecondFactor({ ...shared, factor });
  cases = {
    sealSecondFactor: {
      call: sotto.sealSecondFactor,
      args: { ...shared, factor },
      lengths: { 'factor.secret': 'any' },
    },
    openSecondFactorWithVault: {
      call: sotto.openSecondFactorWithVault,
      args: {
        userId: alice,
        keyWrapKey,
        formerKeyWrapKeys: [filled(32, 4)],
        underVaultKey: sealed.underVaultKey,
      },
      lengths: { underVaultKey: 'open_failed' },
    },
    openSecondFactorWithRecoveryKey: {
      call: sotto.openSecondFactorWithRecoveryKey,
      args: { userId: alice, recoveryKey, underRecoveryKey: sealed.underRecoveryKey },
      lengths: { underRecoveryKey: 'open_failed' },
    },
    totpCode: {
      call: ({ secret, step }: { secret: Uint8Array; step: number }) =>
        sotto.totpCode(secret, step),
      args: { secret: filled(20, 7), step: 1 },
      lengths: { secret: 'any' },
    },
    totpStep: {
      call: ({ timeMs }: { timeMs: number }) => sotto.totpStep(timeMs),
      args: { timeMs: 1 },
    },
    parseTotpSecret: {
      call: ({ text }: { text: string }) => sotto.parseTotpSecret(text),
      args: { text: 'GEZDGNBV' },
    },
  };
});

refusesWrongArguments(() => cases, {}, 100);
