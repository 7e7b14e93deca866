import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { signInOnNewDevice } from './support/linking.ts';
import { addDevice, deviceIdOf } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { vaultOnDisk } from './support/vault-on-disk.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

/** Somebody with a device that removes, one that follows, and as many others as are to be removed. */
async function devices(removable: number) {
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const [a, partner] = [world.client(), world.client()];
  const [recoveryKey] = await Promise.all([
    signUpFully(a.client, ann),
    signUpFully(partner.client, ben),
  ]);
  const b = await addDevice(world, ann, { deviceName: 'follows' });
  const others: TestClient[] = [];
  for (let made = 0; made < removable; made += 1) others.push(await addDevice(world, ann));
  const chatId = await startChatWith(a.client, ben.handle);
  await a.client.sendText({ chatId, text: 'before' });
  for (const { client } of [b, partner]) await untilTexts(client, chatId, ['before']);
  const ids = await Promise.all(others.map(deviceIdOf));
  const remove = async () => {
    const deviceId = ids.pop();
    if (!deviceId) throw new Error('nobody is left to remove');
    await a.client.removeDevice({ deviceId });
  };
  return { ann, a, b, partner, chatId, remove, recoveryKey };
}

/** Waits until both devices have one vault on disk, under another key than before. */
async function untilFollowed(
  [one, other]: [TestClient, TestClient],
  person: TestPerson,
  formerKey: string,
) {
  return await vi.waitFor(
    async () => {
      const [first, second] = [
        await vaultOnDisk(world, one, person),
        await vaultOnDisk(world, other, person),
      ];
      expect(first.vaultKey).not.toBe(formerKey);
      expect(second.vaultKey).toBe(first.vaultKey);
      expect(second.accountKey).toBe(first.accountKey);
      return second;
    },
    { timeout: 15_000, interval: 300 },
  );
}

describe('a vault key that another device changed', () => {
  it('is followed while connected: same store, chats go on', async () => {
    const { ann, a, b, partner, chatId, remove } = await devices(1);
    const before = await vaultOnDisk(world, b, ann);
    await b.client.saveDraft({ chatId, text: 'half a thou' });

    await remove();

    const after = await untilFollowed([a, b], ann, before.vaultKey);
    expect(after).toMatchObject({ storageKey: before.storageKey, former: before.former + 1 });
    expect(after.accountKey).not.toBe(before.accountKey);
    await b.client.sendText({ chatId, text: 'after' });
    for (const { client } of [a, b, partner]) await untilTexts(client, chatId, ['before', 'after']);
    await world.close(b);
    const again = world.client({ disk: b.disk });
    await until(again.client.session, ({ phase }) => phase === 'locked');
    await again.client.unlock({ chatPassword: ann.chatPassword });
    const { draft } = await untilTexts(again.client, chatId, ['before', 'after']);
    expect(draft).toBe('half a thou');
  });

  it('is followed by a device that was offline for two of them', async () => {
    const { ann, a, b, partner, chatId, remove } = await devices(2);
    const before = await vaultOnDisk(world, b, ann);
    await b.client.setOnline({ online: false });
    await remove();
    await partner.client.sendText({ chatId, text: 'between' });
    await untilTexts(a.client, chatId, ['before', 'between']);
    await remove();
    await partner.client.sendText({ chatId, text: 'after' });
    await untilTexts(a.client, chatId, ['before', 'between', 'after']);
    await b.client.sendText({ chatId, text: 'queued' });

    await b.client.setOnline({ online: true });

    const after = await untilFollowed([a, b], ann, before.vaultKey);
    expect(after).toMatchObject({ storageKey: before.storageKey, former: before.former + 2 });
    for (const { client } of [a, b, partner]) {
      await untilTexts(client, chatId, ['before', 'between', 'after', 'queued']);
    }
  });

  it('is followed after a reload that opened the copy from before', async () => {
    const { ann, a, b, chatId, remove } = await devices(1);
    const before = await vaultOnDisk(world, b, ann);
    await world.close(b);
    await remove();
    const again = world.client({ disk: b.disk });
    await until(again.client.session, ({ phase }) => phase === 'locked');

    await again.client.unlock({ chatPassword: ann.chatPassword });

    const after = await untilFollowed([a, again], ann, before.vaultKey);
    expect(after.storageKey).toBe(before.storageKey);
    await again.client.sendText({ chatId, text: 'after' });
    await untilTexts(a.client, chatId, ['before', 'after']);
  });
});

describe('a chat password that was changed before a removal', () => {
  it('opens a device that was locked through both, with what lies there', async () => {
    const { ann, a, b, partner, chatId, remove } = await devices(1);
    const before = await vaultOnDisk(world, b, ann);
    await b.client.lock();
    const next = 'changed before a device was removed';
    await a.client.changeChatPassword({ current: ann.chatPassword, next });
    await remove();

    await b.client.unlock({ chatPassword: next });

    const changed = { ...ann, chatPassword: next };
    const { vaultKey } = await vaultOnDisk(world, a, changed);
    const { storageKey } = before;
    expect(await vaultOnDisk(world, b, changed)).toMatchObject({ vaultKey, storageKey, former: 1 });
    await b.client.sendText({ chatId, text: 'after' });
    await untilTexts(partner.client, chatId, ['before', 'after']);
    await b.client.lock();
    await expect(b.client.unlock(ann)).rejects.toMatchObject({ code: 'wrong_chat_password' });
  });
});

describe('what was made before a change of the vault key', () => {
  it('opens on a new device, with the chat password and with the recovery key', async () => {
    const { ann, a, partner, chatId, remove, recoveryKey } = await devices(2);
    await remove();
    await a.client.sendText({ chatId, text: 'between' });
    await untilTexts(partner.client, chatId, ['before', 'between']);
    await remove();
    await partner.client.sendText({ chatId, text: 'after' });
    const texts = ['before', 'between', 'after'];
    await untilTexts(a.client, chatId, texts);

    const byPassword = await addDevice(world, ann);
    await untilTexts(byPassword.client, chatId, texts);
    const byKey = await signInOnNewDevice(world, ann);
    const newChatPassword = 'another one, typed at recovery';
    await byKey.client.recover({ recoveryKey, newChatPassword });
    await untilTexts(byKey.client, chatId, texts);

    // The vault under the new password has all that a further change needs.
    const next = { ...ann, chatPassword: newChatPassword };
    const before = await vaultOnDisk(world, byKey, next);
    await byKey.client.removeDevice({ deviceId: await deviceIdOf(byPassword) });
    const after = await untilFollowed([byKey, a], next, before.vaultKey);
    expect(after.former).toBe(3);
    const last = await addDevice(world, next);
    await untilTexts(last.client, chatId, texts);
  });
});
