import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeviceShelf } from '../src/devices/device-record.ts';
import { createMemoryStorage } from '../src/storage/memory-storage.ts';
import { makePerson, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { signUpFirstVersion, startChatFirstVersion } from './support/first-version.ts';
import type { FirstVersionAccount } from './support/first-version.ts';
import { addDevice, deviceIdOf } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { vaultOnDisk } from './support/vault-on-disk.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

async function unlockOn(
  disk: TestClient['disk'],
  { chatPassword }: TestPerson,
): Promise<TestClient> {
  const test = world.client({ disk });
  await until(test.client.session, ({ phase }) => phase === 'locked');
  await test.client.unlock({ chatPassword });
  return test;
}

const recordOf = ({ disk, userId }: FirstVersionAccount) =>
  createDeviceShelf(createMemoryStorage(disk), userId).read();

describe('a store from before storage keys', () => {
  it('opens, and keeps its key when the vault key is changed', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const [first, second] = [
      await signUpFirstVersion(world.url, ann),
      await signUpFirstVersion(world.url, ben),
    ];
    const chatId = await startChatFirstVersion(first, second);
    let a = await unlockOn(first.disk, ann);
    const b = await unlockOn(second.disk, ben);
    await until(a.client.chat(chatId), ({ canSend }) => canSend);
    await a.client.sendText({ chatId, text: 'before' });
    await untilTexts(b.client, chatId, ['before']);
    const before = await vaultOnDisk(world, a, ann);
    expect((await recordOf(first))?.storageKey).toBeUndefined();
    const other = await addDevice(world, ann);
    const removed = await deviceIdOf(other);

    // Nobody has typed the recovery key since: devices are removed as before.
    await until(
      a.client.devices,
      ({ devices, changesKeys }) => devices.length === 2 && !changesKeys,
    );
    const { recoveryKey } = await a.client.renewRecoveryKey({ chatPassword: ann.chatPassword });
    const groups = recoveryKey.split('-').map((text, index) => ({ index, text }));
    await a.client.confirmNewRecoveryKey({ groups });
    await until(a.client.devices, ({ changesKeys }) => changesKeys);
    await a.client.removeDevice({ deviceId: removed });

    const after = await vaultOnDisk(world, a, ann);
    expect(after.vaultKey).not.toBe(before.vaultKey);
    expect(after).toMatchObject({ storageKey: before.storageKey, former: 1 });
    expect((await recordOf(first))?.storageKey).toBeDefined();
    await world.close(a);
    a = await unlockOn(first.disk, ann);
    await untilTexts(a.client, chatId, ['before']);
    await b.client.sendText({ chatId, text: 'after' });
    await untilTexts(a.client, chatId, ['before', 'after']);
  });

  it('opens after signing in again, when another device changed the vault key meanwhile', async () => {
    const ann = makePerson('ann');
    const first = await signUpFirstVersion(world.url, ann);
    let a = await unlockOn(first.disk, ann);
    await until(a.client.connection, ({ status }) => status === 'online');
    const { storageKey } = await vaultOnDisk(world, a, ann);
    const [b, c] = [await addDevice(world, ann), await addDevice(world, ann)];
    const { recoveryKey } = await b.client.renewRecoveryKey({ chatPassword: ann.chatPassword });
    const groups = recoveryKey.split('-').map((text, index) => ({ index, text }));
    await b.client.confirmNewRecoveryKey({ groups });
    await a.client.signOut({ scope: 'local' });
    await world.close(a);
    expect((await recordOf(first))?.storageKey).toBeUndefined();
    await b.client.removeDevice({ deviceId: await deviceIdOf(c) });
    expect((await vaultOnDisk(world, b, ann)).former).toBe(1);

    a = world.client({ disk: first.disk });
    await until(a.client.session, ({ phase }) => phase === 'signedOut');
    await a.client.signIn({ email: ann.email, password: ann.password });
    await a.client.unlock({ chatPassword: ann.chatPassword });

    expect(await vaultOnDisk(world, a, ann)).toMatchObject({ storageKey, former: 1 });
  });
});
