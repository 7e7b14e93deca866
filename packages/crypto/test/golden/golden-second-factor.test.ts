import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import { formatRecoveryKey } from '../../src/index.ts';
import * as sotto from '../../src/second-factor.ts';
import { alice, filled, seededRandom } from '../building/builders.ts';
import golden from './v1-second-factor.json' with { type: 'json' };

const factor = { factorId: '0a1b2c3d-0000-4000-8000-00000000fac7', secret: filled(20, 7) };
const [recoveryKey, former] = [filled(32, 1), filled(32, 2)].map(formatRecoveryKey);
const keyWrapKey = filled(32, 3);

describe('The backup of a second factor, version 1', () => {
  it('opens with both recovery keys and the vault', async () => {
    const underRecoveryKey = fromHex(golden.underRecoveryKey);
    const withKey = (key = '') =>
      sotto.openSecondFactorWithRecoveryKey({ userId: alice, recoveryKey: key, underRecoveryKey });

    expect(await withKey(recoveryKey)).toEqual(factor);
    expect(await withKey(former)).toEqual(factor);
    const underVaultKey = fromHex(golden.underVaultKey);
    expect(
      await sotto.openSecondFactorWithVault({ userId: alice, keyWrapKey, underVaultKey }),
    ).toEqual(factor);
  });

  it('is what this version makes from the same randomness', async () => {
    const random = seededRandom(11);
    const seal = (more: { recoveryKey: string; former?: Uint8Array }) =>
      sotto.sealSecondFactor({ userId: alice, factor, keyWrapKey, random, ...more });
    const before = await seal({ recoveryKey: former ?? '' });

    const sealed = await seal({ recoveryKey: recoveryKey ?? '', former: before.underRecoveryKey });

    expect({
      underRecoveryKey: toHex(sealed.underRecoveryKey),
      underVaultKey: toHex(sealed.underVaultKey),
    }).toEqual(golden);
  });
});
