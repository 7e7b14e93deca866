import { createEpochKey, systemRandom } from '@sotto/crypto';
import type { ChatId, DeviceId } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sealEpoch } from '../src/chats/seal-epoch.ts';
import { makePerson, signUpFully, startChatWith, untilTexts } from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import type { TestPerson } from '../src/testing/index.ts';
import { openParts } from './support/device-parts.ts';
import type { DeviceParts } from './support/device-parts.ts';
import { addDevice, deviceIdOf, query } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

interface Talk {
  ann: TestPerson;
  ben: TestPerson;
  a: TestClient;
  b: TestClient;
  chatId: ChatId;
  otherId: DeviceId;
  /** A copy of the disk of Ann's other device, with her chat password. */
  thief: DeviceParts;
}

/** Ann and Ben, who have talked; Ann's other device is in a thief's hands. */
async function talkWithThief(): Promise<Talk> {
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const [a, b] = [world.client(), world.client()];
  await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
  const chatId = await startChatWith(a.client, ben.handle);
  const other = await addDevice(world, ann, { deviceName: 'the other one' });
  await a.client.sendText({ chatId, text: 'before' });
  for (const { client } of [a, b, other]) await untilTexts(client, chatId, ['before']);
  const otherId = await deviceIdOf(other);
  const disk = new Map([...other.disk].map(([name, rows]) => [name, new Map(rows)]));
  const thief = await openParts({ test: { ...other, disk }, person: ann, relayUrl: world.url });
  await other.client.setOnline({ online: false });
  return { ann, ben, a, b, chatId, otherId, thief };
}

/** Lets what waits for a clock go on, until the condition holds. */
async function passTime(tests: readonly TestClient[], holds: () => Promise<void>): Promise<void> {
  await vi.waitFor(
    async () => {
      for (const { clock } of tests) clock.advance(2_000);
      await holds();
    },
    { timeout: 20_000, interval: 300 },
  );
}

const epochsOf = async (chatId: ChatId): Promise<number[]> => {
  const rows = await query<{ epoch: string }>(
    world,
    'select epoch from public.chat_key_epochs where chat_id = $1 order by epoch',
    [chatId],
  );
  return rows.map(({ epoch }) => Number(epoch));
};

describe('an epoch that a device made for itself alone before it was removed', () => {
  it('is skipped: the next one comes after it', async () => {
    const { a, b, chatId, otherId, thief } = await talkWithThief();
    const { context, trust } = thief;
    const timestampMs = Date.now();
    const epochKey = await createEpochKey({ password: 'x', chatId, epoch: 2, timestampMs });
    const me = await trust.refresh(context.userId);
    const devices = me.devices.filter(({ deviceId }) => deviceId === context.deviceId);
    const sender = { userId: context.userId, keys: context.keys };
    const people = [{ ...me, devices }];
    const sealed = { chatId, epochKey, people, sender, random: systemRandom };
    const { keyId, commitment } = epochKey;
    const named = { epoch: 2, keyId, commitment, timestampMs, iterations: 600_000 };
    const deviceWraps = await sealEpoch(sealed);
    const epoch = { ...named, deviceWraps, vaultWrap: systemRandom(93) };
    await context.http.call('createEpoch', { params: { chatId }, body: { epoch } });

    await a.client.removeDevice({ deviceId: otherId });
    await a.client.sendText({ chatId, text: 'by Ann' });
    await untilTexts(b.client, chatId, ['before', 'by Ann']);
    await b.client.sendText({ chatId, text: 'by Ben' });

    await untilTexts(a.client, chatId, ['before', 'by Ann', 'by Ben']);
    expect(await epochsOf(chatId)).toEqual([1, 2, 3]);
  }, 60_000);
});

describe('a vault wrap that does not open', () => {
  it('gives way to one that does, once the device that put it is removed', async () => {
    const { ann, a, b, chatId, otherId } = await talkWithThief();
    await query(
      world,
      `update public.chat_key_wraps set encrypted_key = $2, sealed_by_device_id = $3
        where chat_id = $1 and device_id is null and user_id =
          (select user_id from public.devices where id = $3)`,
      [chatId, Buffer.from(systemRandom(93)), otherId],
    );

    await a.client.removeDevice({ deviceId: otherId });
    await b.client.setOnline({ online: false });
    await a.client.sendText({ chatId, text: 'after' });
    await passTime([a], async () => {
      const [first] = await query<{ by: string }>(
        world,
        `select sealed_by_device_id as by from public.chat_key_wraps w
          join public.devices d on d.id = $2 and d.user_id = w.user_id
          where chat_id = $1 and epoch = 1 and device_id is null`,
        [chatId, otherId],
      );
      expect(first?.by).not.toBe(otherId);
    });
    await a.client.setOnline({ online: false });
    const fresh = await addDevice(world, ann);

    await untilTexts(fresh.client, chatId, ['before', 'after']);
  }, 60_000);
});
