import { fromBase64Url, parseMessageHeader, toHex } from '@sotto/crypto';
import { startChatWith, textsOf, until, untilTexts } from '@sotto/client/testing';
import type { ChatId, DeviceId } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { comeBack, deviceIdOf, rewrite, tellTruth, userIdOf } from './lies.ts';
import { startLiedToWorld } from './lied-to.ts';
import type { LiedToWorld, Someone, Victim } from './lied-to.ts';
import { epochRoute, keysRoute, wrapsRoute } from './wraps.ts';
import type { WireEpoch, WireNewEpoch } from './wraps.ts';

let world: LiedToWorld;
beforeAll(async () => {
  world = await startLiedToWorld();
});
afterAll(() => world.stop());

/** Ann, with as many further devices as asked for, and Ben, who have talked. */
async function talking(furtherDevices: number) {
  const [ann, ben] = await Promise.all([world.person('ann'), world.person('ben')]);
  const others: DeviceId[] = [];
  for (let count = 0; count < furtherDevices; count += 1) {
    const other = await world.deviceOf(ann.person);
    others.push(await deviceIdOf(other));
    await other.client.close();
  }
  const chatId = await startChatWith(ann.client, ben.person.handle);
  await ann.client.sendText({ chatId, text: 'before' });
  await untilTexts(ben.client, chatId, ['before']);
  await until(ann.client.devices, ({ devices }) => devices.length === furtherDevices + 1);
  return { ann, ben, others, chatId };
}

/** The ids of the keys that the chat's messages are under, in order. */
async function keysUsed(chatId: ChatId): Promise<string[]> {
  const rows = await world.query<{ ciphertext: Buffer }>(
    'select ciphertext from public.messages where chat_id = $1 order by seq',
    [chatId],
  );
  return rows.map(({ ciphertext }) => toHex(parseMessageHeader(ciphertext).keyId));
}

async function keysThereAre(chatId: ChatId): Promise<string[]> {
  const rows = await world.query<{ key_id: Buffer }>(
    'select key_id from public.chat_key_epochs where chat_id = $1 order by epoch',
    [chatId],
  );
  return rows.map(({ key_id }) => toHex(key_id));
}

/** Waits longer than any retry that is under way takes. */
async function giveTime({ clock }: Victim): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    clock.advance(20_000);
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}

/** Shows one device the epochs of a chat up to a number, as if there were no more. */
function showEpochsUpTo({ liar }: Victim, newest: number): { told: number } {
  const count = { told: 0 };
  rewrite(liar, keysRoute, (page: { epochs: WireEpoch[] }) => {
    count.told += 1;
    return { epochs: page.epochs.filter(({ epoch }) => epoch <= newest) };
  });
  return count;
}

describe('a relay that keeps a new key from those who need it', () => {
  it('from all: nothing is sent under the old one by who knows that it is due', async () => {
    const { ann, ben, others, chatId } = await talking(1);
    const [removed] = others;
    const [first] = await keysThereAre(chatId);
    for (const { liar } of [ann, ben]) {
      liar.script.onRequest = ({ method, path, body }) =>
        epochRoute.test(`${method} ${path}`)
          ? { answer: { status: 503, body: { error: { code: 'unavailable', message: '' } } } }
          : { body };
    }

    await ann.client.removeDevice({ deviceId: removed! });
    await until(ben.client.contact(userIdOf(ann)), ({ deviceCount }) => deviceCount === 1);
    for (const { client } of [ann, ben]) await client.sendText({ chatId, text: 'after' });
    await Promise.all([giveTime(ann), giveTime(ben)]);

    expect(await keysUsed(chatId)).toEqual([first]);
    for (const one of [ann, ben]) tellTruth(one.liar);
    await Promise.all([comeBack(ann), comeBack(ben)]);
    await untilTexts(ann.client, chatId, ['before', 'after', 'after']);
    expect((await keysUsed(chatId)).slice(1)).not.toContain(first);
  });

  it.each([1, 5])('offers the one %i before the newest in its place in vain', async (behind) => {
    const { ann, ben, others, chatId } = await talking(behind);
    for (const [at, deviceId] of others.entries()) {
      await ann.client.removeDevice({ deviceId });
      await ann.client.sendText({ chatId, text: `removed ${at + 1}` });
      await vi.waitFor(async () => expect(await keysUsed(chatId)).toHaveLength(at + 2), {
        timeout: 15_000,
      });
    }
    const all = await keysThereAre(chatId);
    expect(all.length).toBe(behind + 1);
    const texts = ['before', ...others.map((_, at) => `removed ${at + 1}`)];
    await untilTexts(ben.client, chatId, texts);
    const fresh = await world.victim();
    await until(fresh.client.session, ({ phase }) => phase === 'signedOut');
    const [onBen, onFresh] = [showEpochsUpTo(ben, 1), showEpochsUpTo(fresh, 1)];
    const { email, password, chatPassword } = ben.person;
    await fresh.client.signIn({ email, password });
    await fresh.client.unlock({ chatPassword });
    await until(fresh.client.chat(chatId), ({ messages }) => messages.length === texts.length);
    await comeBack(ben);
    await vi.waitFor(() => expect(onFresh.told).toBeGreaterThan(0), { timeout: 10_000 });

    await ben.client.sendText({ chatId, text: 'by who holds the newest' });
    await untilTexts(ann.client, chatId, [...texts, 'by who holds the newest']);
    await fresh.client.sendText({ chatId, text: 'by who was shown an old one' });
    await giveTime(fresh);

    expect(onBen.told + onFresh.told).toBeGreaterThan(1);
    const used = await keysUsed(chatId);
    expect(used).toHaveLength(texts.length + 1);
    expect(used.at(-1)).toBe(all.at(-1));
    tellTruth(fresh.liar);
    await comeBack(fresh);
    await until(ann.client.chat(chatId), (state) =>
      textsOf(state).includes('by who was shown an old one'),
    );
    expect((await keysUsed(chatId)).at(-1)).toBe(all.at(-1));
  });
});

/** Takes the epochs that a device makes from it, and answers as if they had been stored. */
function takeEpochs({ liar }: Someone): WireNewEpoch[] {
  const taken: WireNewEpoch[] = [];
  liar.script.onRequest = ({ method, path, body }) => {
    const route = `${method} ${path}`;
    if (wrapsRoute.test(route) && taken.length > 0) return { answer: { status: 200, body: {} } };
    if (!epochRoute.test(route)) return { body };
    taken.push((body as { epoch: WireNewEpoch }).epoch);
    return { answer: { status: 200, body: {} } };
  };
  return taken;
}

describe('a relay that lets two keys be the same epoch', () => {
  it('has both opened, and both sides choose the same one', async () => {
    const { ann, ben, others, chatId } = await talking(1);
    const [removed] = others;
    const taken = takeEpochs(ann);
    const [annId, annDevice, benDevice] = [
      userIdOf(ann),
      await deviceIdOf(ann),
      await deviceIdOf(ben),
    ];
    let isShown = false;
    rewrite(ben.liar, keysRoute, (page: { epochs: WireEpoch[] }) => {
      const [hers] = taken;
      if (!hers || !isShown) return page;
      const { deviceWraps, ...epoch } = hers;
      const wrap = deviceWraps.find(({ deviceId }) => deviceId === benDevice);
      const deviceWrap = wrap && { ...wrap, sealedByUserId: annId, sealedByDeviceId: annDevice };
      const named = { makerUserId: annId, makerDeviceId: annDevice, wrappedDevices: [benDevice] };
      return { epochs: [...page.epochs, { ...epoch, ...named, deviceWrap, vaultWrap: null }] };
    });

    await ann.client.removeDevice({ deviceId: removed! });
    await vi.waitFor(() => expect(taken).toHaveLength(1), { timeout: 10_000 });
    await ann.client.sendText({ chatId, text: 'under hers' });
    await untilTexts(ben.client, chatId, ['before', '<key_missing>']);
    await vi.waitFor(async () => expect(await keysThereAre(chatId)).toHaveLength(2), {
      timeout: 15_000,
    });
    isShown = true;
    await Promise.all([comeBack(ann), comeBack(ben)]);
    await untilTexts(ben.client, chatId, ['before', 'under hers']);
    for (const { client } of [ann, ben]) await client.sendText({ chatId, text: 'chosen' });

    const texts = ['before', 'under hers', 'chosen', 'chosen'];
    for (const { client } of [ann, ben]) {
      expect((await untilTexts(client, chatId, texts)).missing).toBe(0);
    }
    const [, , annUsed, benUsed] = await keysUsed(chatId);
    expect(annUsed).toBe(benUsed);
    const hers = toHex(fromBase64Url(taken[0]?.keyId ?? ''));
    const [, his = ''] = await keysThereAre(chatId);
    expect(annUsed).toBe([hers, his].toSorted()[0]);
  });
});
