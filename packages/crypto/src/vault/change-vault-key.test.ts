import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  filled,
  messageId,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import {
  asRecipient,
  asSender,
  changeKey,
  newAccountSeed,
  newAnchor,
  openAs,
  testDevice,
  type TestDevice,
} from '../../test/building/vault-account.ts';
import { equalBytes } from '../encoding/bytes.ts';
import { changeVaultKey } from './change-vault-key.ts';
import { createVault, type CreatedVault } from './create-vault.ts';
import { openVaultWithKey, openVaultWithPassword, openVaultWithRecoveryKey } from './open-vault.ts';
import { replaceRecoveryKey, rewrapVault } from './rewrap-vault.ts';
import { sealVault, type SealedVault } from './sealed-vault.ts';
import { updateVault } from './update-vault.ts';

const chatPassword = 'maple orbit canvas tiger';
let created: CreatedVault;
let phone: TestDevice;
let laptop: TestDevice;
/** Another device, without a hybrid key. */
let tablet: TestDevice;
let changed: { vaultKey: Uint8Array; sealedVault: SealedVault };

const byPassword = (sealedVault: SealedVault, password = chatPassword) =>
  openVaultWithPassword({ userId: alice, chatPassword: password, sealedVault });
const byRecoveryKey = (sealedVault: SealedVault, recoveryKey = created.recoveryKey) =>
  openVaultWithRecoveryKey({ userId: alice, recoveryKey, sealedVault });

/** A vault as it was made before contents had public keys, with those that are named. */
async function older(keys: 'none' | 'password' | 'recovery'): Promise<SealedVault> {
  const { sealedVault, vaultKey, accountKey } = created;
  const { contents } = await byRecoveryKey(sealedVault);
  const { passwordPublicKey, recoveryPublicKey } = contents;
  const kept = {
    accountSeed: accountKey.seed,
    ...(keys === 'password' && passwordPublicKey && { passwordPublicKey }),
    ...(keys === 'recovery' && recoveryPublicKey && { recoveryPublicKey }),
  };
  const { version, kdf } = sealedVault;
  return sealVault({ userId: alice, version, kdf }, sealedVault, vaultKey, kept);
}

beforeAll(async () => {
  created = await createVault({ userId: alice, chatPassword, random: seededRandom(1) });
  phone = await testDevice(alicePhone, 11);
  laptop = await testDevice(bobLaptop, 13);
  tablet = await testDevice(messageId, 15, { hybrid: false });
  changed = await changeKey(created, [phone, laptop, tablet]);
});

describe('A change of the vault key', () => {
  it('gives a vault that password, recovery key and each device open to the same', async () => {
    const { sealedVault, vaultKey } = changed;

    const opened = [
      await byPassword(sealedVault),
      await byRecoveryKey(sealedVault),
      await openAs(phone, sealedVault, [phone]),
      await openAs(laptop, sealedVault, [phone]),
      await openAs(tablet, sealedVault, [phone]),
    ];

    const before = (await byRecoveryKey(created.sealedVault)).contents;
    for (const one of opened) {
      expect(one).toEqual({
        vaultKey,
        contents: {
          ...before,
          accountSeed: newAccountSeed,
          anchor: newAnchor,
          formerVaultKeys: [created.vaultKey],
        },
      });
    }
    expect(vaultKey).not.toEqual(created.vaultKey);
  });

  it('adds one to the version and leaves the parameters', () => {
    const { sealedVault } = changed;

    expect(sealedVault.version).toBe(2);
    expect(sealedVault.kdf).toEqual(created.sealedVault.kdf);
    expect(sealedVault.passwordWrap.length).toBe(1_209);
    expect(sealedVault.recoveryWrap.length).toBe(1_209);
    expect(sealedVault.passwordWrap.length).toBeLessThanOrEqual(2_048);
  });

  it('shuts out the key before, and a device that was not sealed to', async () => {
    const { sealedVault } = changed;
    const { vaultKey } = created;
    const withKey = () => openVaultWithKey({ userId: alice, vaultKey, sealedVault });
    const removed = await testDevice(bob, 17);

    expect(await refusal(withKey)).toBe('open_failed');
    expect(await refusal(() => openAs(removed, sealedVault, [phone]))).toBe('open_failed');
    const posing = { ...removed, deviceId: laptop.deviceId };
    expect(await refusal(() => openAs(posing, sealedVault, [phone]))).toBe('open_failed');
  });

  it('keeps the former keys, oldest first, through every later change', async () => {
    const second = await changeKey(changed, [laptop, phone]);
    const formerVaultKeys = [created.vaultKey, changed.vaultKey];
    const input = { userId: alice, ...second };

    const { contents } = await openAs(phone, second.sealedVault, [laptop]);
    const rewrapped = await rewrapVault({ ...input, newChatPassword: 'new' });
    const renewed = await replaceRecoveryKey(input);
    const raised = { accountSeed: filled(32, 3), anchor: { version: 5, hash: filled(32, 5) } };
    const updated = await updateVault({ ...input, contents: raised });

    expect(contents.formerVaultKeys).toEqual(formerVaultKeys);
    expect((await byPassword(rewrapped, 'new')).contents).toMatchObject({ formerVaultKeys });
    const { recoveryKey } = renewed;
    expect((await byRecoveryKey(renewed.sealedVault, recoveryKey)).contents).toMatchObject({
      formerVaultKeys,
    });
    expect((await byRecoveryKey(updated)).contents).toMatchObject({ ...raised, formerVaultKeys });
  });

  it('leaves device wraps as they are in every other change of the vault', async () => {
    const input = { userId: alice, ...changed };
    const anchor = { version: 4, hash: filled(32, 44) };
    const rewrapped = await rewrapVault({ ...input, newChatPassword: 'new' });
    const { sealedVault: renewed } = await replaceRecoveryKey(input);
    const updated = await updateVault({
      ...input,
      contents: { accountSeed: newAccountSeed, anchor },
    });

    for (const vault of [rewrapped, renewed, updated]) {
      expect(vault.version).toBe(3);
      expect(vault.deviceWraps).toEqual(changed.sealedVault.deviceWraps);
      const { vaultKey } = await openAs(laptop, vault, [phone], { minimumVersion: 3 });
      expect(vaultKey).toEqual(changed.vaultKey);
    }
    expect(rewrapped.recoveryWrap).toEqual(changed.sealedVault.recoveryWrap);
    expect(renewed.passwordWrap).toEqual(changed.sealedVault.passwordWrap);
    expect((await byPassword(renewed)).vaultKey).toEqual(changed.vaultKey);
    expect((await byRecoveryKey(rewrapped)).vaultKey).toEqual(changed.vaultKey);
  });

  it('goes on with a new password and a new recovery key, and forgets the old ones', async () => {
    const input = { userId: alice, ...changed };
    const rewrapped = await rewrapVault({ ...input, newChatPassword: 'new' });
    const renewed = await replaceRecoveryKey({ ...input, sealedVault: rewrapped });
    const opened = { vaultKey: changed.vaultKey, sealedVault: renewed.sealedVault };

    const { sealedVault, vaultKey } = await changeKey(opened, [phone]);

    expect((await byPassword(sealedVault, 'new')).vaultKey).toEqual(vaultKey);
    const { recoveryKey } = renewed;
    expect((await byRecoveryKey(sealedVault, recoveryKey)).vaultKey).toEqual(vaultKey);
    expect(await refusal(() => byPassword(sealedVault))).toBe('open_failed');
    expect(await refusal(() => byRecoveryKey(sealedVault))).toBe('open_failed');
  });

  it('draws a new key and new seals each time, and the same bytes for the same randomness', async () => {
    const again = await changeKey(created, [phone, laptop, tablet]);
    const fixed = () => changeKey(created, [phone, tablet], { seed: 5 });

    expect(equalBytes(again.vaultKey, changed.vaultKey)).toBe(false);
    expect(again.sealedVault.passwordWrap).not.toEqual(changed.sealedVault.passwordWrap);
    expect(await fixed()).toEqual(await fixed());
  });

  it('may leave nobody but password and recovery key', async () => {
    const { sealedVault, vaultKey } = await changeVaultKey({
      userId: alice,
      ...created,
      contents: { accountSeed: newAccountSeed, anchor: newAnchor },
      sender: asSender(phone),
      recipients: [],
    });

    expect((await byPassword(sealedVault)).vaultKey).toEqual(vaultKey);
    expect(await refusal(() => openAs(phone, sealedVault, [phone]))).toBe('open_failed');
  });
});

describe('The vault key is not changed', () => {
  it('where the vault lacks a public key', async () => {
    const { vaultKey } = created;
    for (const keys of ['none', 'password', 'recovery'] as const) {
      const sealedVault = await older(keys);
      const change = () => changeKey({ vaultKey, sealedVault }, [phone]);
      expect([keys, await refusal(change)]).toEqual([keys, 'missing_key']);
    }
  });

  it('by who does not hold it', async () => {
    const { sealedVault } = created;
    const change = () => changeKey({ vaultKey: filled(32, 9), sealedVault }, [phone]);
    expect(await refusal(change)).toBe('open_failed');
    expect(await refusal(() => changeKey(created, [phone], { userId: bob }))).toBe('RangeError');
  });

  it('under an anchor that falls, or names nothing', async () => {
    const at = (version: number) => () =>
      changeKey(changed, [phone], { anchor: { version, hash: filled(32, 1) } });

    expect(await refusal(at(3))).toBe('rollback');
    expect(await refusal(at(4))).toBe('accepted');
    expect(await refusal(at(0))).toBe('RangeError');
    const short = { anchor: { version: 4, hash: filled(31, 1) } };
    expect(await refusal(() => changeKey(created, [phone], short))).toBe('RangeError');
  });

  it('for devices of another account, one device twice, or a refused key', async () => {
    const change = (more: object) =>
      refusal(() =>
        changeVaultKey({
          userId: alice,
          ...created,
          contents: { accountSeed: newAccountSeed, anchor: newAnchor },
          sender: asSender(phone),
          recipients: [asRecipient(phone)],
          ...more,
        }),
      );
    const ofBob = { ...asRecipient(phone), userId: bob };
    const lowOrder = { ...asRecipient(tablet), publicKey: filled(32, 0) };
    const notReduced = { ...asRecipient(phone), hybridKey: filled(1_216, 255) };

    expect(await change({ sender: { ...asSender(phone), userId: bob } })).toBe('RangeError');
    expect(await change({ recipients: [asRecipient(phone), ofBob] })).toBe('RangeError');
    expect(await change({ recipients: [asRecipient(phone), asRecipient(phone)] })).toBe(
      'bad_encoding',
    );
    expect(await change({ recipients: [lowOrder] })).toBe('bad_key');
    expect(await change({ recipients: [notReduced] })).toBe('bad_key');
    expect(await change({})).toBe('accepted');
  });
});

describe('A vault from before contents had public keys', () => {
  const contents = () => ({ accountSeed: created.accountKey.seed });
  const update = async (more: object, from: SealedVault) =>
    updateVault({
      userId: alice,
      vaultKey: created.vaultKey,
      sealedVault: from,
      contents: contents(),
      ...more,
    });
  const keysOf = async (sealedVault: SealedVault) => {
    const { vaultKey } = created;
    const kept = await openVaultWithKey({ userId: alice, vaultKey, sealedVault });
    return { password: kept.passwordPublicKey, recovery: kept.recoveryPublicKey };
  };

  it('takes them up from who gives the secrets, one at a time or both', async () => {
    const { recoveryKey } = created;
    const whole = await keysOf(created.sealedVault);
    const none = await older('none');

    const withPassword = await update({ chatPassword }, none);
    const withBoth = await update({ recoveryKey }, withPassword);
    const atOnce = await update({ chatPassword, recoveryKey }, none);

    expect(await keysOf(none)).toEqual({ password: undefined, recovery: undefined });
    expect(await keysOf(withPassword)).toEqual({ ...whole, recovery: undefined });
    expect(await keysOf(await update({ recoveryKey }, none))).toEqual({
      ...whole,
      password: undefined,
    });
    expect(await keysOf(withBoth)).toEqual(whole);
    expect(await keysOf(atOnce)).toEqual(whole);
    expect(await keysOf(await update({}, atOnce))).toEqual(whole);
    const next = await changeKey({ vaultKey: created.vaultKey, sealedVault: withBoth }, [phone]);
    expect((await byPassword(next.sealedVault)).vaultKey).toEqual(next.vaultKey);
  });

  it('takes them up from a new password and a new recovery key', async () => {
    const { vaultKey } = created;
    const none = await older('none');

    const input = { userId: alice, vaultKey };
    const rewrapped = await rewrapVault({ ...input, sealedVault: none, newChatPassword: 'new' });
    const renewed = await replaceRecoveryKey({ ...input, sealedVault: rewrapped });

    expect((await keysOf(rewrapped)).recovery).toBeUndefined();
    const sealedVault = renewed.sealedVault;
    const next = await changeKey({ vaultKey, sealedVault }, [phone]);
    expect((await byPassword(next.sealedVault, 'new')).vaultKey).toEqual(next.vaultKey);
    const { recoveryKey } = renewed;
    expect((await byRecoveryKey(next.sealedVault, recoveryKey)).vaultKey).toEqual(next.vaultKey);
  });

  it('takes nothing from a secret that opens a wrap to another key', async () => {
    const { vaultKey } = created;
    const foreign = await createVault({ userId: alice, chatPassword });
    const { version, kdf } = foreign.sealedVault;
    const place = { userId: alice, version, kdf };
    const mixed = await sealVault(place, foreign.sealedVault, vaultKey, contents());

    expect(await refusal(() => update({ chatPassword }, mixed))).toBe('open_failed');
    const { recoveryKey } = foreign;
    expect(await refusal(() => update({ recoveryKey }, mixed))).toBe('open_failed');
    expect(await refusal(() => update({}, mixed))).toBe('accepted');
  });

  it('takes nothing from a secret that does not open it', async () => {
    const none = await older('none');
    const { recoveryKey } = await createVault({ userId: alice, chatPassword });

    expect(await refusal(() => update({ chatPassword: 'another' }, none))).toBe('open_failed');
    expect(await refusal(() => update({ recoveryKey }, none))).toBe('open_failed');
    expect(await refusal(() => update({ recoveryKey: 'mistyped' }, none))).toBe('bad_encoding');
    const { sealedVault } = changed;
    const { vaultKey } = changed;
    const sealed = { userId: alice, vaultKey, sealedVault };
    const anchored = { ...contents(), anchor: newAnchor };
    const withSecret = (more: object) =>
      refusal(() => updateVault({ ...sealed, contents: anchored, ...more }));
    expect(await withSecret({ chatPassword: 'another' })).toBe('open_failed');
    expect(await withSecret({ recoveryKey })).toBe('open_failed');
    expect(await withSecret({ chatPassword, recoveryKey: created.recoveryKey })).toBe('accepted');
  });
});
