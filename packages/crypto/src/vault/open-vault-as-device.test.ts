import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  damageNotRefused,
  filled,
  messageId,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import {
  asOpener,
  asRecipient,
  asSender,
  changeKey,
  openAs,
  testDevice,
  type TestDevice,
} from '../../test/building/vault-account.ts';
import { CryptoError } from '../errors.ts';
import { sealSigned } from '../seal/seal-signed.ts';
import { createVault, type CreatedVault } from './create-vault.ts';
import {
  nameDeviceKey,
  parseDeviceWraps,
  serializeDeviceWraps,
  vaultKeySeal,
  type DeviceWrap,
} from './device-wraps.ts';
import { openVaultAsDevice } from './open-vault-as-device.ts';
import { openVaultWithKey } from './open-vault.ts';
import { sealVault, type SealedVault } from './sealed-vault.ts';

const chatPassword = 'maple orbit canvas tiger';
let created: CreatedVault;
let phone: TestDevice;
let laptop: TestDevice;
/** Made no change, and is certified all the same. */
let other: TestDevice;
let changed: { vaultKey: Uint8Array; sealedVault: SealedVault };

beforeAll(async () => {
  created = await createVault({ userId: alice, chatPassword, random: seededRandom(1) });
  phone = await testDevice(alicePhone, 11);
  laptop = await testDevice(bobLaptop, 13);
  other = await testDevice(messageId, 15);
  changed = await changeKey(created, [phone, laptop]);
});

const certified = () => [phone, laptop, other];
const opens = (sealedVault: SealedVault, device = laptop, senders = certified()) =>
  refusal(() => openAs(device, sealedVault, senders));

/**
 * The changed vault with other device wraps, under a body that fits them: what somebody with the new
 * vault key could make.
 */
async function withWraps(deviceWraps: Uint8Array, vault = changed): Promise<SealedVault> {
  const { sealedVault, vaultKey } = vault;
  const { version, kdf } = sealedVault;
  const place = { userId: alice, version, kdf };
  const contents = await openVaultWithKey({ userId: alice, vaultKey, sealedVault });
  return sealVault(place, { ...sealedVault, deviceWraps }, vaultKey, contents);
}

const wrapsOf = (vault: SealedVault) => parseDeviceWraps(vault.deviceWraps ?? filled(0, 0));

function wrapTo(vault: SealedVault, device: TestDevice): DeviceWrap {
  const { wraps } = wrapsOf(vault);
  const wrap = wraps.find(({ recipientDeviceId }) => recipientDeviceId === device.deviceId);
  if (!wrap) throw new Error('no such wrap');
  return wrap;
}

/** A vault whose device wraps are these alone. */
const withOnly = (...wraps: DeviceWrap[]) => withWraps(serializeDeviceWraps({ madeAt: 2, wraps }));

describe('A vault opened by a device', () => {
  it('opens only if one who is certified sealed it', async () => {
    const { sealedVault } = changed;

    expect(await opens(sealedVault)).toBe('accepted');
    expect(await opens(sealedVault, laptop, [laptop, other])).toBe('open_failed');
    expect(await opens(sealedVault, laptop, [])).toBe('open_failed');
    const posing = { ...other, deviceId: phone.deviceId };
    expect(await opens(sealedVault, laptop, [posing])).toBe('open_failed');
  });

  it('asks for the sender’s key once, by the id in the wrap, and lets its failure through', async () => {
    const asked: string[] = [];
    const input = { userId: alice, sealedVault: changed.sealedVault, recipient: asOpener(laptop) };

    await openVaultAsDevice({
      ...input,
      findSenderKey: async (deviceId) => {
        asked.push(deviceId);
        return phone.identity.publicKey;
      },
    });

    expect(asked).toEqual([phone.deviceId]);
    const failing = (error: Error) => () =>
      openVaultAsDevice({
        ...input,
        findSenderKey: async () => {
          throw error;
        },
      });
    expect(await refusal(failing(new CryptoError('chain_broken')))).toBe('chain_broken');
    expect(await refusal(failing(new Error('offline')))).toBe('Error');
  });

  it('is refused before any key is asked for if it is older, weak or not for this device', async () => {
    const { sealedVault } = changed;
    const nobody = await testDevice(bob, 17);
    const attempts: [string, Partial<Parameters<typeof openVaultAsDevice>[0]>][] = [
      ['rollback', { minimumVersion: 3 }],
      [
        'weak_parameters',
        { sealedVault: { ...sealedVault, kdf: { ...sealedVault.kdf, iterations: 1 } } },
      ],
      ['open_failed', { recipient: asOpener(nobody) }],
      ['open_failed', { recipient: { ...asOpener(nobody), deviceId: laptop.deviceId } }],
      ['open_failed', { sealedVault: created.sealedVault }],
      ['open_failed', { sealedVault: { ...sealedVault, deviceWraps: filled(0, 0) } }],
      ['open_failed', { sealedVault: { ...sealedVault, version: 1 } }],
    ];
    for (const [code, more] of attempts) {
      const open = () =>
        openVaultAsDevice({
          userId: alice,
          sealedVault,
          recipient: asOpener(laptop),
          findSenderKey: async () => {
            throw new Error('asked');
          },
          ...more,
        });
      expect(await refusal(open)).toBe(code);
    }
  });

  it('opens with a key that the device had when it was sealed to', async () => {
    const { sealedVault, vaultKey } = changed;
    const renewed = await testDevice(laptop.deviceId, 21);
    const { sealing, hybrid } = laptop;
    const plain = await testDevice(laptop.deviceId, 23, { hybrid: false });
    const open = (former: object[]) =>
      openVaultAsDevice({
        userId: alice,
        sealedVault,
        recipient: {
          ...asOpener(renewed),
          former: former as { publicKey: Uint8Array; privateKey: Uint8Array }[],
        },
        findSenderKey: async () => phone.identity.publicKey,
      });

    const keys = { ...sealing, ...(hybrid && { hybrid }) };
    expect((await open([plain.sealing, keys])).vaultKey).toEqual(vaultKey);
    expect(await refusal(() => open([]))).toBe('open_failed');
    expect(await refusal(() => open([plain.sealing]))).toBe('open_failed');
    // The name is of the hybrid key: the other suite is not tried.
    expect(await refusal(() => open([sealing]))).toBe('open_failed');
  });

  it('does not open with any byte of its device wraps changed, though its body fit them', async () => {
    const device = await testDevice(phone.deviceId, 11, { hybrid: false });
    const vault = await changeKey(created, [device]);
    const bytes = vault.sealedVault.deviceWraps ?? filled(0, 0);
    const open = async (deviceWraps: Uint8Array) =>
      openAs(device, await withWraps(deviceWraps, vault), certified());

    expect((await open(bytes)).vaultKey).toEqual(vault.vaultKey);
    expect(await damageNotRefused(bytes, open)).toEqual([]);
  });

  it('does not open for another account, even by the same key', async () => {
    const { sealedVault } = changed;
    expect(await refusal(() => openAs(laptop, sealedVault, certified(), { userId: bob }))).toBe(
      'open_failed',
    );
    const asBob = { ...laptop, userId: bob };
    expect(await opens(sealedVault, asBob)).toBe('open_failed');
  });
});

describe('Device wraps under a body that fits them', () => {
  it('open where they were made for it', async () => {
    expect(await opens(await withOnly(wrapTo(changed.sealedVault, laptop)))).toBe('accepted');
  });

  it('do not open for another device or by another sender than they name', async () => {
    const toPhone = wrapTo(changed.sealedVault, phone);
    const toLaptop = wrapTo(changed.sealedVault, laptop);
    const { keyName } = toLaptop;

    const swapped = await withOnly(
      { ...toPhone, recipientDeviceId: laptop.deviceId },
      { ...toLaptop, recipientDeviceId: phone.deviceId },
    );
    expect(await opens(swapped)).toBe('open_failed');
    expect(await opens(swapped, phone)).toBe('open_failed');
    const renamed = await withOnly({ ...toPhone, recipientDeviceId: laptop.deviceId, keyName });
    expect(await opens(renamed)).toBe('open_failed');
    const attributed = await withOnly({ ...toLaptop, senderDeviceId: other.deviceId });
    expect(await opens(attributed)).toBe('open_failed');
  });

  it('do not open if they were made for another version', async () => {
    const wraps = [wrapTo(changed.sealedVault, laptop)];
    const at = async (madeAt: number) =>
      opens(await withWraps(serializeDeviceWraps({ madeAt, wraps })));

    expect(await at(1)).toBe('open_failed');
    expect(await at(3)).toBe('open_failed');
    expect(await at(2)).toBe('accepted');
  });

  it('do not open if they were made for a version that the vault has not reached', async () => {
    const sealedAt = async (madeAt: number) => {
      const { ephemeralPublicKey, ciphertext } = await sealSigned({
        ...vaultKeySeal(alice, madeAt),
        payload: changed.vaultKey,
        sender: asSender(phone),
        recipient: asRecipient(laptop),
      });
      const wrap = { ...wrapTo(changed.sealedVault, laptop), ephemeralPublicKey, ciphertext };
      return opens(await withWraps(serializeDeviceWraps({ madeAt, wraps: [wrap] })));
    };

    expect(await sealedAt(1)).toBe('accepted');
    expect(await sealedAt(2)).toBe('accepted');
    expect(await sealedAt(3)).toBe('open_failed');
  });

  it('do not open with the key of another vault, or of the change before', async () => {
    const again = await changeKey(created, [phone, laptop]);
    expect(await opens(await withOnly(wrapTo(again.sealedVault, laptop)))).toBe('open_failed');
    const later = await changeKey(changed, [phone, laptop]);
    expect(await opens(await withOnly(wrapTo(later.sealedVault, laptop)))).toBe('open_failed');
    const { deviceWraps } = again.sealedVault;
    expect(await opens({ ...changed.sealedVault, ...(deviceWraps && { deviceWraps }) })).toBe(
      'open_failed',
    );
  });

  it('do not open with a seal of another purpose, account or length', async () => {
    const make = async (more: object) => {
      const seal = await sealSigned({
        ...vaultKeySeal(alice, 2),
        payload: changed.vaultKey,
        sender: asSender(phone),
        recipient: asRecipient(laptop),
        ...more,
      });
      const keyName = await nameDeviceKey(laptop.hybrid?.publicKey ?? laptop.sealing.publicKey);
      const ids = { recipientDeviceId: laptop.deviceId, senderDeviceId: phone.deviceId };
      return opens(await withOnly({ ...ids, keyName, ...seal }));
    };

    expect(await make({})).toBe('accepted');
    expect(await make({ purpose: 'device-link' })).toBe('open_failed');
    expect(await make(vaultKeySeal(bob, 2))).toBe('open_failed');
    expect(await make(vaultKeySeal(alice, 1))).toBe('open_failed');
    expect(await make({ payload: changed.vaultKey.slice(1) })).toBe('open_failed');
    expect(await make({ payload: Uint8Array.of(...changed.vaultKey, 0) })).toBe('open_failed');
    expect(await make({ sender: { ...asSender(phone), userId: bob } })).toBe('open_failed');
    expect(await make({ sender: { ...asSender(other), deviceId: phone.deviceId } })).toBe(
      'open_failed',
    );
    expect(await make({ recipient: { ...asRecipient(laptop), userId: bob } })).toBe('open_failed');
  });
});
