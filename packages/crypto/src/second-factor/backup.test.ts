import { describe, expect, it } from 'vitest';
import {
  alice,
  bob,
  damageNotRefused,
  filled,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { formatRecoveryKey } from '../vault/recovery-key.ts';
import {
  openSecondFactorWithRecoveryKey,
  openSecondFactorWithVault,
  sealSecondFactor,
} from './backup.ts';

const factor = { factorId: '0a1b2c3d-0000-4000-8000-00000000fac7', secret: filled(20, 7) };
const recoveryKey = formatRecoveryKey(filled(32, 1));
const nextKey = formatRecoveryKey(filled(32, 2));
const keyWrapKey = filled(32, 3);
const seal = (more: Partial<Parameters<typeof sealSecondFactor>[0]> = {}) =>
  sealSecondFactor({
    userId: alice,
    factor,
    recoveryKey,
    keyWrapKey,
    random: seededRandom(4),
    ...more,
  });
const withRecovery = (underRecoveryKey: Uint8Array, more = {}) =>
  openSecondFactorWithRecoveryKey({ userId: alice, recoveryKey, underRecoveryKey, ...more });
const withVault = (underVaultKey: Uint8Array, more = {}) =>
  openSecondFactorWithVault({ userId: alice, keyWrapKey, underVaultKey, ...more });

describe('The backup of a second factor', () => {
  it('opens with the recovery key and with the vault', async () => {
    const sealed = await seal();

    expect(await withRecovery(sealed.underRecoveryKey)).toEqual(factor);
    const typed = recoveryKey.toLowerCase().replaceAll('-', ' ');
    expect(await withRecovery(sealed.underRecoveryKey, { recoveryKey: typed })).toEqual(factor);
    expect(await withVault(sealed.underVaultKey)).toEqual(factor);
  });

  it('opens with the key before and the new one while the recovery key changes, never with a third', async () => {
    const before = await seal();
    const between = await seal({ recoveryKey: nextKey, former: before.underRecoveryKey });
    const third = formatRecoveryKey(filled(32, 9));
    const later = await seal({ recoveryKey: third, former: between.underRecoveryKey });

    expect(await withRecovery(between.underRecoveryKey)).toEqual(factor);
    expect(await withRecovery(between.underRecoveryKey, { recoveryKey: nextKey })).toEqual(factor);
    expect(await withRecovery(later.underRecoveryKey, { recoveryKey: third })).toEqual(factor);
    expect(await withRecovery(later.underRecoveryKey, { recoveryKey: nextKey })).toEqual(factor);
    expect(await refusal(() => withRecovery(later.underRecoveryKey))).toBe('open_failed');
  });

  it('opens with the key-wrap key of a vault key before', async () => {
    const { underVaultKey } = await seal();
    const now = { keyWrapKey: filled(32, 8) };
    const former = [filled(32, 9), keyWrapKey];

    expect(await withVault(underVaultKey, { ...now, formerKeyWrapKeys: former })).toEqual(factor);
    expect(await withVault(underVaultKey, { formerKeyWrapKeys: [filled(32, 9)] })).toEqual(factor);
    expect(await refusal(() => withVault(underVaultKey, now))).toBe('open_failed');
    const others = { ...now, formerKeyWrapKeys: [filled(32, 9)] };
    expect(await refusal(() => withVault(underVaultKey, others))).toBe('open_failed');
  });

  it('opens for no other key, account or side', async () => {
    const { underRecoveryKey, underVaultKey } = await seal();
    const closed = [
      () => withRecovery(underRecoveryKey, { recoveryKey: nextKey }),
      () => withRecovery(underRecoveryKey, { userId: bob }),
      () => withRecovery(underVaultKey),
      () => withVault(underVaultKey, { keyWrapKey: filled(32, 4) }),
      () => withVault(underVaultKey, { userId: bob }),
      () => withVault(underRecoveryKey),
    ];

    for (const open of closed) expect(await refusal(open)).toBe('open_failed');
    const mistyped = `${recoveryKey.slice(0, -1)}${recoveryKey.endsWith('7') ? '8' : '7'}`;
    expect(await refusal(() => withRecovery(underRecoveryKey, { recoveryKey: mistyped }))).toBe(
      'bad_encoding',
    );
  });

  it('does not open with any byte flipped, cut or added', async () => {
    const { underRecoveryKey, underVaultKey } = await seal();

    // The same box twice is what two recovery keys look like.
    expect(await damageNotRefused(underRecoveryKey, withRecovery)).toEqual(['twice: accepted']);
    expect(await damageNotRefused(underVaultKey, withVault)).toEqual([]);
  });

  it('is made from a written recovery key, a sound former backup and a secret of sensible length', async () => {
    expect(await refusal(() => seal({ recoveryKey: 'not a recovery key' }))).toBe('bad_encoding');
    expect(await refusal(() => seal({ former: filled(9, 1) }))).toBe('open_failed');
    const short = { ...factor, secret: filled(9, 1) };
    expect(await refusal(() => seal({ factor: short }))).toBe('RangeError');
  });
});
