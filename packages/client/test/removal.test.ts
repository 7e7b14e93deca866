import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until, untilDelivery, untilTexts } from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import { signInOnNewDevice, untilLink, untilRequest } from './support/linking.ts';
import {
  accountKeysOf,
  commonDigits,
  contactOf,
  manifestsOf,
  meetForRemoval,
} from './support/removal.ts';
import type { Removal } from './support/removal.ts';
import { addDevice, deviceIdOf } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

/** Both sides say something and read it; `texts` are those before. */
async function talkOn({ a, b, chatId }: Removal, texts: string[]): Promise<void> {
  for (const [from, to, name] of [
    [a, b, 'ann'],
    [b, a, 'ben'],
  ] as const) {
    texts.push(`${texts.length} ${name}`);
    await from.client.sendText({ chatId, text: texts.at(-1) ?? '' });
    await untilTexts(to.client, chatId, texts);
  }
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

describe('removing a device', () => {
  it('gives the account another key; the partner stays checked, both show the same new digits', async () => {
    const removal = await meetForRemoval(world);
    const { a, b, annId, benId, otherId, chatId } = removal;
    const { digits } = await contactOf(a, benId);
    expect(a.client.devices.getSnapshot().changesKeys).toBe(true);

    await a.client.removeDevice({ deviceId: otherId });

    const { qr, trust } = await commonDigits(removal, digits);
    expect(trust).toBe('checked');
    expect((await contactOf(a, benId)).trust).toBe('checked');
    const scanned = { userId: benId, scanned: qr ?? '' };
    expect(await a.client.scanSafetyCode(scanned)).toEqual({ outcome: 'match' });
    expect(await accountKeysOf(world, annId)).toHaveLength(2);
    expect(a.client.devices.getSnapshot()).toMatchObject({
      changesKeys: true,
      alarm: null,
      devices: [{ thisDevice: true }],
      removed: [{ deviceId: otherId }],
    });
    await until(b.client.chat(chatId), (chat) => chat.trust === 'checked' && chat.canSend);
    await talkOn(removal, ['before']);
  });

  it('works several times in a row, also by a device that was never told the chat password', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, annId, benId, otherId, chatId } = removal;
    const linked = await linkDevice(removal);
    const third = await addDevice(world, ann, { deviceName: 'third' });
    const texts = ['before'];
    let former = (await contactOf(a, benId)).digits;

    await a.client.removeDevice({ deviceId: otherId });
    former = (await commonDigits(removal, former)).digits;
    await talkOn(removal, texts);
    await linked.client.removeDevice({ deviceId: await deviceIdOf(third) });
    former = (await commonDigits(removal, former)).digits;
    await talkOn(removal, texts);
    await a.client.removeDevice({ deviceId: await deviceIdOf(linked) });
    await commonDigits(removal, former);
    await talkOn(removal, texts);

    expect(await accountKeysOf(world, annId)).toHaveLength(4);
    for (const { client } of [third, linked]) {
      await until(client.session, ({ phase }) => phase === 'signedOut');
    }
    const fresh = await addDevice(world, ann);
    await untilTexts(fresh.client, chatId, texts);
    expect((await contactOf(fresh, benId)).digits).toBe((await contactOf(a, benId)).digits);
  });

  it('reaches the other devices of the account, and their next removal goes on from it', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, annId, benId, otherId, chatId } = removal;
    const third = await addDevice(world, ann, { deviceName: 'third' });
    const away = await addDevice(world, ann, { deviceName: 'away' });
    await until(third.client.devices, ({ devices }) => devices.length === 4);
    const { digits } = await contactOf(a, benId);
    await away.client.setOnline({ online: false });

    await a.client.removeDevice({ deviceId: otherId });
    await until(third.client.contact(benId), (contact) => contact.digits !== digits);
    await third.client.removeDevice({ deviceId: await deviceIdOf(a) });
    await away.client.setOnline({ online: true });

    const ofBen = await until(
      away.client.contact(benId),
      (contact) => contact.digits !== null && contact.digits !== digits,
    );
    await until(third.client.contact(benId), (contact) => contact.digits === ofBen.digits);
    expect(await accountKeysOf(world, annId)).toHaveLength(3);
    await away.client.sendText({ chatId, text: 'under the third key' });
    await untilTexts(removal.b.client, chatId, ['before', 'under the third key']);
    await untilTexts(third.client, chatId, ['before', 'under the third key']);
  });

  it('is followed by a partner who was away through two of them', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, b, annId, otherId, chatId } = removal;
    const third = await addDevice(world, ann, { deviceName: 'third' });
    const thirdId = await deviceIdOf(third);
    await until(a.client.devices, ({ devices }) => devices.length === 3);
    const { digits } = await contactOf(b, annId);
    await b.client.setOnline({ online: false });
    await b.client.sendText({ chatId, text: 'queued' });

    await a.client.removeDevice({ deviceId: otherId });
    await a.client.removeDevice({ deviceId: thirdId });
    const { id } = await a.client.sendText({ chatId, text: 'meanwhile' });
    await untilDelivery(a.client, chatId, id, 'sent');
    await b.client.setOnline({ online: true });

    const { trust } = await commonDigits(removal, digits);
    expect(trust).toBe('checked');
    const texts = ['before', 'meanwhile', 'queued'];
    for (const { client } of [a, b]) await untilTexts(client, chatId, texts);
    expect((await manifestsOf(world, annId)).at(-1)?.devices).toHaveLength(1);
  });
});
