import { isCryptoError, openVaultWithKey, openVaultWithRecoveryKey } from '@sotto/crypto';
import type { SealedVault } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { until, untilTexts } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { openParts } from './support/device-parts.ts';
import { signInOnNewDevice, untilLink, untilRequest } from './support/linking.ts';
import { accountKeysOf, meetForRemoval } from './support/removal.ts';
import type { Removal } from './support/removal.ts';
import { addDevice, deviceIdOf } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { plant } from './support/vault-thief.ts';
import { vaultOnDisk } from './support/vault-on-disk.ts';

/*
 * A vault key is changed with the chat password, by a device on which it was typed, and sealed to the recovery
 * key that the password vouches for. Where that is not to be had a device is removed all the same, and the
 * change of keys is due until some device can make it.
 */

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

async function storedVault(test: TestClient, person: TestPerson): Promise<SealedVault> {
  const { context } = await openParts({ test, person, relayUrl: world.url });
  const { vault } = await context.http.call('getAccount', {});
  if (!vault) throw new Error('no vault');
  return vault;
}

const isOpened = (opening: Promise<unknown>): Promise<boolean> =>
  opening.then(
    () => true,
    (error: unknown) => {
      if (isCryptoError(error, 'open_failed')) return false;
      throw error;
    },
  );

async function renewRecoveryKey({ client }: TestClient, { chatPassword }: TestPerson) {
  const { recoveryKey } = await client.renewRecoveryKey({ chatPassword });
  const groups = recoveryKey.split('-').map((text, index) => ({ index, text }));
  await client.confirmNewRecoveryKey({ groups });
  return recoveryKey;
}

async function unlockAnew({ client }: TestClient, chatPassword: string): Promise<void> {
  await client.lock();
  await until(client.session, ({ phase }) => phase === 'locked');
  await client.unlock({ chatPassword });
}

/** Another device of Ann, let in by a camera: it was never told the chat password. */
async function linkDevice({ ann, a }: Removal): Promise<TestClient> {
  const asker = await signInOnNewDevice(world, ann, { deviceName: 'linked' });
  await asker.client.startLink();
  const { qr } = await untilLink(asker, 'waiting');
  await untilRequest(a, 'new');
  const { linkId } = await a.client.answerLink({ scanned: qr });
  await untilRequest(a, 'scanned');
  await a.client.approveLink({ linkId });
  await until(asker.client.session, ({ phase }) => phase === 'ready');
  return asker;
}

const untilDue = ({ client }: TestClient) => until(client.devices, ({ keysDue }) => keysDue);
const untilSettled = ({ client }: TestClient) =>
  until(client.devices, ({ keysDue, changesKeys }) => changesKeys && !keysDue);

/** The account has had so many account keys, and both devices hold the vault that goes with the newest. */
async function untilFollowed({ ann, a, annId }: Removal, other: TestClient, keys: number) {
  await vi.waitFor(
    async () => {
      expect(await accountKeysOf(world, annId)).toHaveLength(keys);
      const [one, two] = [await vaultOnDisk(world, a, ann), await vaultOnDisk(world, other, ann)];
      expect(one.former).toBe(keys - 1);
      expect(two).toMatchObject({ vaultKey: one.vaultKey, accountKey: one.accountKey });
    },
    { timeout: 20_000, interval: 300 },
  );
}

describe('somebody who had a device open and put a recovery key of their own into the vault', () => {
  it.each(['key', 'nothing'] as const)(
    'gets no later vault key; the change stays due until a recovery key is made anew (%s)',
    async (what) => {
      const removal = await meetForRemoval(world);
      const { ann, a, b, annId, otherId, chatId } = removal;
      const thiefs = await plant(world, removal, what);
      const before = await vaultOnDisk(world, a, ann);

      await a.client.removeDevice({ deviceId: otherId });

      await untilDue(a);
      expect(await accountKeysOf(world, annId)).toHaveLength(1);
      expect((await vaultOnDisk(world, a, ann)).vaultKey).toBe(before.vaultKey);
      const recoveryKey = await renewRecoveryKey(a, ann);
      await untilSettled(a);
      await vi.waitFor(
        async () => {
          expect(await accountKeysOf(world, annId)).toHaveLength(2);
          expect((await vaultOnDisk(world, a, ann)).vaultKey).not.toBe(before.vaultKey);
        },
        { timeout: 20_000, interval: 300 },
      );
      const input = { userId: annId, sealedVault: await storedVault(a, ann) };
      expect(await isOpened(openVaultWithRecoveryKey({ ...input, recoveryKey }))).toBe(true);
      expect(await isOpened(openVaultWithRecoveryKey({ ...input, ...thiefs }))).toBe(false);
      expect(await isOpened(openVaultWithKey({ ...input, ...thiefs }))).toBe(false);
      await a.client.sendText({ chatId, text: 'after' });
      for (const { client } of [a, b]) await untilTexts(client, chatId, ['before', 'after']);
    },
  );

  it('gets none either with the whole vault under secrets of their own', async () => {
    const removal = await meetForRemoval(world);
    const { a, annId, otherId } = removal;
    await plant(world, removal, 'password');

    await a.client.removeDevice({ deviceId: otherId });

    await untilDue(a);
    expect(await accountKeysOf(world, annId)).toHaveLength(1);
  });
});

describe('a device that was never told the chat password', () => {
  it('removes, and changes the keys by itself once it was typed; the others follow', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, b, annId, otherId, chatId } = removal;
    const linked = await linkDevice(removal);
    expect(linked.client.devices.getSnapshot().changesKeys).toBe(false);
    await a.client.setOnline({ online: false });

    await linked.client.removeDevice({ deviceId: otherId });
    await untilDue(linked);
    expect(await accountKeysOf(world, annId)).toHaveLength(1);
    await unlockAnew(linked, ann.chatPassword);

    await untilSettled(linked);
    await a.client.setOnline({ online: true });
    await untilFollowed(removal, linked, 2);
    await a.client.sendText({ chatId, text: 'after' });
    for (const { client } of [a, b, linked]) await untilTexts(client, chatId, ['before', 'after']);
  });

  it('leaves it to another device of the account that knows it', async () => {
    const removal = await meetForRemoval(world);
    const { otherId } = removal;
    const linked = await linkDevice(removal);

    await linked.client.removeDevice({ deviceId: otherId });

    await untilFollowed(removal, linked, 2);
    const shown = await until(linked.client.devices, ({ keysDue }) => !keysDue);
    expect(shown.changesKeys).toBe(false);
  });
});

describe('a chat password that was changed on another device', () => {
  it('leaves the change of keys due on one that holds the former, until the new one is typed', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, annId, otherId } = removal;
    const third = await addDevice(world, ann, { deviceName: 'third' });
    await until(a.client.devices, ({ devices }) => devices.length === 3);
    const next = 'another one, typed elsewhere';
    await third.client.changeChatPassword({ current: ann.chatPassword, next });
    await third.client.lock();

    await a.client.removeDevice({ deviceId: otherId });

    await untilDue(a);
    expect(await accountKeysOf(world, annId)).toHaveLength(1);
    await unlockAnew(a, next);
    await untilSettled(a);
    await third.client.unlock({ chatPassword: next });
    await untilFollowed({ ...removal, ann: { ...ann, chatPassword: next } }, third, 2);
  });
});

describe('a new chat password', () => {
  it('vouches for the recovery key, also on a device that came after', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, annId, otherId } = removal;
    const next = 'another one, typed here';
    await a.client.changeChatPassword({ current: ann.chatPassword, next });
    const fresh = await addDevice(world, { ...ann, chatPassword: next });

    await fresh.client.removeDevice({ deviceId: otherId });

    expect(await accountKeysOf(world, annId)).toHaveLength(2);
  });
});

describe('a recovery key that was made anew', () => {
  it('opens what a removal wrapped, the former one does not; recovering opens everything', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, b, annId, otherId, chatId } = removal;
    const former = await renewRecoveryKey(a, ann);
    const recoveryKey = await renewRecoveryKey(a, ann);

    await a.client.removeDevice({ deviceId: otherId });

    expect(await accountKeysOf(world, annId)).toHaveLength(2);
    const input = { userId: annId, sealedVault: await storedVault(a, ann) };
    expect(await isOpened(openVaultWithRecoveryKey({ ...input, recoveryKey }))).toBe(true);
    expect(await isOpened(openVaultWithRecoveryKey({ ...input, recoveryKey: former }))).toBe(false);
    await b.client.sendText({ chatId, text: 'after' });
    await untilTexts(a.client, chatId, ['before', 'after']);

    const fresh = await signInOnNewDevice(world, ann);
    const newChatPassword = 'another one, typed at recovery';
    await fresh.client.recover({ recoveryKey, newChatPassword });
    await untilTexts(fresh.client, chatId, ['before', 'after']);
    await fresh.client.removeDevice({ deviceId: await deviceIdOf(a) });
    expect(await accountKeysOf(world, annId)).toHaveLength(3);
  });

  it('makes the device that asked for the chat password one that can change keys', async () => {
    const removal = await meetForRemoval(world);
    const { ann, annId, otherId } = removal;
    const linked = await linkDevice(removal);

    await renewRecoveryKey(linked, ann);

    await until(linked.client.devices, ({ changesKeys }) => changesKeys);
    await linked.client.removeDevice({ deviceId: otherId });
    expect(await accountKeysOf(world, annId)).toHaveLength(2);
  });
});
