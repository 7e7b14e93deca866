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
  chatPassword,
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
import { replaceRecoveryKey } from './replace-recovery-key.ts';
import { rewrapVault } from './rewrap-vault.ts';
import type { SealedVault } from './sealed-vault.ts';
import { updateVault } from './update-vault.ts';

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
    expect(sealedVault.passwordWrap.length).toBe(101);
    expect(sealedVault.passwordWrap).not.toEqual(created.sealedVault.passwordWrap);
    expect(sealedVault.recoveryWrap.length).toBe(1_209);
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
    const rewrapped = await rewrapVault({ ...input, chatPassword, newChatPassword: 'new' });
    const asNew = { ...input, chatPassword: 'new', sealedVault: rewrapped };
    const renewed = await replaceRecoveryKey(asNew);
    const opened = { vaultKey: changed.vaultKey, sealedVault: renewed.sealedVault };

    const { sealedVault, vaultKey } = await changeKey(opened, [phone], { password: 'new' });

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
      chatPassword,
      contents: { accountSeed: newAccountSeed, anchor: newAnchor },
      sender: asSender(phone),
      recipients: [],
    });

    expect((await byPassword(sealedVault)).vaultKey).toEqual(vaultKey);
    expect(await refusal(() => openAs(phone, sealedVault, [phone]))).toBe('open_failed');
  });
});

describe('The vault key is not changed', () => {
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
          chatPassword,
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
