import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  makePerson,
  signUpFully,
  startChatWith,
  textsOf,
  until,
  untilDelivery,
  untilTexts,
} from '../src/testing/index.ts';
import { meet } from './support/hostile.ts';
import {
  addDevice,
  ciphertextsOf,
  deviceIdOf,
  query,
  stealKeys,
} from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

/** Ann with two devices and Ben with one, and a chat with one message that all three can read. */
async function threeDevices() {
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const { transport, tap } = createTappedTransport();
  const [a, b] = [world.client({ transport }), world.client()];
  await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
  const chatId = await startChatWith(a.client, ben.handle);
  const other = await addDevice(world, ann, { deviceName: 'the other one' });
  await a.client.sendText({ chatId, text: 'before' });
  for (const { client } of [a, b, other]) await untilTexts(client, chatId, ['before']);
  return { ann, ben, a, b, other, chatId, tap, otherId: await deviceIdOf(other) };
}

describe('the devices of an account', () => {
  it('are shown with certified names, this one first, and take hybrid keys', async () => {
    const { a, other } = await threeDevices();

    const { devices, removed, alarm } = await until(
      a.client.devices,
      (state) => state.devices.length === 2,
    );

    expect(devices[0]).toMatchObject({
      thisDevice: true,
      name: 'test client',
      nameCertified: true,
      postQuantum: true,
      deviceType: 'cli',
    });
    expect(devices[1]).toMatchObject({
      deviceId: await deviceIdOf(other),
      thisDevice: false,
      nameCertified: true,
      postQuantum: true,
    });
    expect({ removed, alarm }).toEqual({ removed: [], alarm: null });
    await a.client.lock();
    expect(a.client.devices.getSnapshot()).toMatchObject({ status: 'locked', devices: [] });
  });

  it('are renamed by any of them, certified, for all of them', async () => {
    const { a, other, otherId } = await threeDevices();

    await a.client.renameDevice({ deviceId: otherId, name: '  Old  laptop ' });

    for (const { client } of [a, other]) {
      const { devices } = await until(client.devices, (state) =>
        state.devices.some(({ name }) => name === 'Old  laptop'),
      );
      expect(devices.find(({ deviceId }) => deviceId === otherId)?.nameCertified).toBe(true);
    }
    await expect(
      a.client.renameDevice({ deviceId: otherId, name: 'a\u202eb' }),
    ).rejects.toMatchObject({ code: 'name_invalid' });
    await query(world, `update public.devices set name = 'The CEO' where id = $1`, [otherId]);
    await a.client.setOnline({ online: false });
    await a.client.setOnline({ online: true });
    const { devices } = await until(a.client.devices, (state) =>
      state.devices.some(({ name }) => name === 'The CEO'),
    );
    expect(devices.find(({ deviceId }) => deviceId === otherId)?.nameCertified).toBe(false);
  });

  it('cannot remove themselves, nor what is not there', async () => {
    const { a, b } = await threeDevices();

    const removing = async (deviceId: Awaited<ReturnType<typeof deviceIdOf>>) =>
      await a.client.removeDevice({ deviceId });

    await expect(removing(await deviceIdOf(a))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(removing(await deviceIdOf(b))).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a removed device', () => {
  it('is cut off within 5 s and stays out; chats go on under keys that it does not know', async () => {
    const { ann, a, b, other, chatId, otherId } = await threeDevices();
    const stolen = await stealKeys(world, other, ann);

    const beganMs = Date.now();
    await a.client.removeDevice({ deviceId: otherId });
    const ended = await until(other.client.session, ({ phase }) => phase === 'signedOut', 5_000);

    expect(Date.now() - beganMs).toBeLessThan(5_000);
    expect(ended).toMatchObject({ notice: 'device_revoked' });
    expect(a.client.devices.getSnapshot()).toMatchObject({
      devices: [{ thisDevice: true }],
      removed: [{ deviceId: otherId, name: 'the other one' }],
    });
    await expect(other.client.unlock({ chatPassword: ann.chatPassword })).rejects.toMatchObject({
      code: 'signed_out',
    });
    await b.client.sendText({ chatId, text: 'from Ben, after' });
    await untilTexts(a.client, chatId, ['before', 'from Ben, after']);
    await a.client.sendText({ chatId, text: 'from Ann, after' });
    await untilTexts(b.client, chatId, ['before', 'from Ben, after', 'from Ann, after']);

    const readable = await Promise.all(
      (await ciphertextsOf(world, chatId)).map((ciphertext) => stolen(chatId, ciphertext)),
    );
    expect(readable).toEqual([true, false, false]);
    const wraps = await query(world, 'select 1 from public.chat_key_wraps where device_id = $1', [
      otherId,
    ]);
    expect(wraps).toEqual([]);
  });

  it('has its chats renewed in the background, by whoever is there', async () => {
    const { a, b, chatId, tap, otherId } = await threeDevices();
    // The device that removes does not get to it.
    tap.onRequest = (route) => {
      if (route.endsWith('/epochs')) throw new TypeError('lost');
    };

    await a.client.removeDevice({ deviceId: otherId });

    await vi.waitFor(
      async () => {
        const rows = await query<{ epoch: string; maker: string }>(
          world,
          `select k.epoch, p.handle as maker from public.chat_key_epochs k
             join public.profiles p on p.user_id = k.maker_user_id
            where k.chat_id = $1 order by k.epoch`,
          [chatId],
        );
        expect(rows.map(({ epoch, maker }) => [Number(epoch), maker.slice(0, 3)])).toEqual([
          [1, 'ann'],
          [2, 'ben'],
        ]);
      },
      { timeout: 20_000, interval: 200 },
    );
    delete tap.onRequest;
    await a.client.sendText({ chatId, text: 'under the key that Ben made' });
    await untilTexts(b.client, chatId, ['before', 'under the key that Ben made']);
  });

  it('reads nothing that was queued while it was removed', async () => {
    const { ann, a, b, other, chatId, otherId } = await threeDevices();
    const stolen = await stealKeys(world, other, ann);
    await b.client.setOnline({ online: false });
    await b.client.sendText({ chatId, text: 'queued under the old key' });
    await a.client.removeDevice({ deviceId: otherId });

    await b.client.setOnline({ online: true });

    const texts = ['before', 'queued under the old key'];
    const { missing } = await untilTexts(a.client, chatId, texts);
    await untilTexts(b.client, chatId, texts);
    expect(missing).toBe(0);
    const [, queued] = await ciphertextsOf(world, chatId);
    expect(await stolen(chatId, queued ?? new Uint8Array(0))).toBe(false);
  });

  it('makes all renew at once; everybody ends with the same key and every message', async () => {
    const { a, b, chatId, otherId } = await threeDevices();
    const chats = [chatId];
    await a.client.removeDevice({ deviceId: otherId });

    const sent: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      for (const { client } of [a, b]) {
        sent.push(`${round} ${client === a.client ? 'ann' : 'ben'}`);
        await client.sendText({ chatId, text: sent.at(-1) ?? '' });
      }
    }

    const all = ['before', ...sent].toSorted();
    for (const { client } of [a, b]) {
      const state = await until(
        client.chat(chatId),
        (chat) => textsOf(chat).toSorted().join() === all.join(),
      );
      expect(state.missing).toBe(0);
    }
    const epochs = await query(world, 'select 1 from public.chat_key_epochs where chat_id = $1', [
      chats[0],
    ]);
    expect(epochs.length).toBeLessThanOrEqual(3);
  });
});

describe('a relay that hides a removal', () => {
  it('from the partner has their chat stopped as soon as somebody sends under the next key', async () => {
    const { ann, a, b, ben, tap } = await meet(world);
    const chatId = await startChatWith(a.client, ben.handle);
    const other = await addDevice(world, ann);
    await a.client.sendText({ chatId, text: 'before' });
    await untilTexts(b.client, chatId, ['before']);
    // Ben's side of the relay stays at the chain as it is now.
    tap.onAnswer = (route, answer) => {
      if (!/^GET \/api\/people\/.*\/manifests$/.test(route)) return answer;
      const page = answer as { manifests: { version: number }[]; headVersion: number };
      const manifests = page.manifests.filter(({ version }) => version <= 2);
      return { manifests, headVersion: Math.min(2, page.headVersion) };
    };

    await a.client.removeDevice({ deviceId: await deviceIdOf(other) });
    const { id } = await a.client.sendText({ chatId, text: 'after' });
    await untilDelivery(a.client, chatId, id, 'sent');

    await until(b.client.chat(chatId), ({ trust }) => trust === 'doubtful');
    await expect(b.client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
      code: 'untrusted',
    });
    delete tap.onAnswer;
    await b.client.setOnline({ online: false });
    await b.client.setOnline({ online: true });
    await untilTexts(b.client, chatId, ['before', 'after']);
    await b.client.sendText({ chatId, text: 'found out' });
    await untilTexts(a.client, chatId, ['before', 'after', 'found out']);
  });
});
