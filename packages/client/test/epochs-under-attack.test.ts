import { createEpochKey, parseMessageHeader, systemRandom, toHex, wrapKey } from '@sotto/crypto';
import type { ChatId, DeviceId, UserId } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { epochContext, epochKeyPurpose } from '../src/chats/epoch-context.ts';
import { encodeMadeUnder } from '../src/chats/made-under.ts';
import { sealEpoch } from '../src/chats/seal-epoch.ts';
import { wrapIntoVault } from '../src/chats/vault-wrap.ts';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import type { TestPerson } from '../src/testing/index.ts';
import { openParts } from './support/device-parts.ts';
import type { DeviceParts } from './support/device-parts.ts';
import { addDevice, ciphertextsOf, deviceIdOf, query } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

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
async function passTime(
  tests: readonly TestClient[],
  holds: () => Promise<unknown>,
): Promise<void> {
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
    const people = [{ ...me, devices }];
    const sealed = { context, trust, chatId, epochKey, people };
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

describe('an epoch that names manifests to come', () => {
  it('stops the chat until the device that made it is removed, and no longer', async () => {
    const { a, b, chatId, otherId, thief } = await talkWithThief();
    const { context, trust } = thief;
    const { userId, keys, vault } = context;
    const [partner] = await query<{ user_id: UserId }>(
      world,
      'select user_id from public.chat_members where chat_id = $1 and user_id <> $2',
      [chatId, userId],
    );
    if (!partner) throw new Error('nobody else is in the chat');
    const people = [await trust.refresh(userId), await trust.refresh(partner.user_id)];
    const lie = people.map((one) =>
      one.userId === userId ? one : { ...one, version: one.version + 1000 },
    );
    const timestampMs = Date.now();
    const made = await createEpochKey({ password: 'x', chatId, epoch: 2, timestampMs });
    const epochKey = { ...made, madeUnder: encodeMadeUnder(lie) };
    const random = systemRandom;
    const { keyId, commitment, madeUnder } = epochKey;
    const named = { epoch: 2, keyId, commitment, timestampMs, iterations: 600_000, madeUnder };
    const deviceWraps = await sealEpoch({ context, trust, chatId, epochKey, people });
    const vaultWrap = await wrapIntoVault({ vault, keys, chatId, epochKey, random });
    const epoch = { ...named, deviceWraps, vaultWrap };
    await context.http.call('createEpoch', { params: { chatId }, body: { epoch } });
    for (const { client } of [a, b]) {
      await until(client.chat(chatId), (state) => state.trust === 'doubtful');
    }
    await a.client.removeDevice({ deviceId: otherId });

    for (const { client } of [a, b]) {
      await passTime([a, b], async () => {
        expect(client.chat(chatId).getSnapshot().trust).toBe('unchecked');
      });
    }
    await passTime([a, b], () => a.client.sendText({ chatId, text: 'by Ann' }));
    await untilTexts(b.client, chatId, ['before', 'by Ann']);
    await passTime([a, b], () => b.client.sendText({ chatId, text: 'by Ben' }));
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
    await until(a.client.chat(chatId), ({ messages }) => messages[1]?.seq === 2);
    await a.client.setOnline({ online: false });
    const fresh = await addDevice(world, ann);

    await untilTexts(fresh.client, chatId, ['before', 'after']);
  }, 60_000);
});

describe('a removed device that has the database', () => {
  it.each(['unsigned', 'signed by itself'])(
    'cannot choose the key that others encrypt under: vault wrap %s',
    async (how) => {
      const { ben, a, b, chatId, otherId, thief } = await talkWithThief();
      await a.client.removeDevice({ deviceId: otherId });
      await a.client.sendText({ chatId, text: 'renewed' });
      await untilTexts(b.client, chatId, ['before', 'renewed']);
      const [head] = await query<{ made_under: Buffer; user: string; device: string }>(
        world,
        `select made_under, maker_user_id as user, maker_device_id as device
           from public.chat_key_epochs where chat_id = $1 and epoch = 2`,
        [chatId],
      );
      if (!head) throw new Error('nothing was renewed');
      const timestampMs = Date.now();
      const made = await createEpochKey({ password: 'x', chatId, epoch: 3, timestampMs });
      const epochKey = { ...made, madeUnder: Uint8Array.from(head.made_under) };
      const { vault, keys, userId } = thief.context;
      const wrap =
        how === 'unsigned'
          ? await wrapKey({
              wrappingKey: vault.keys.keyWrapKey,
              purpose: epochKeyPurpose,
              context: epochContext(chatId, epochKey),
              key: epochKey.key,
            })
          : await wrapIntoVault({ vault, keys, chatId, epochKey, random: systemRandom });
      await query(
        world,
        `insert into public.chat_key_epochs (chat_id, epoch, key_id, commitment, maker_user_id,
           maker_device_id, key_timestamp_ms, iterations, made_under)
         values ($1, 3, $2, $3, $4, $5, $6, 600000, $7)`,
        [
          chatId,
          Buffer.from(made.keyId),
          Buffer.from(made.commitment),
          head.user,
          head.device,
          timestampMs,
          head.made_under,
        ],
      );
      await query(
        world,
        `insert into public.chat_key_wraps (chat_id, epoch, user_id, encrypted_key,
           sealed_by_user_id, sealed_by_device_id) values ($1, 3, $2, $3, $4, $5)`,
        [chatId, userId, Buffer.from(wrap), head.user, head.device],
      );

      // Something honest that makes Ann exchange keys.
      const more = await addDevice(world, ben);
      const moreId = await deviceIdOf(more);
      await vi.waitFor(
        async () => {
          const sealed = await query(
            world,
            'select 1 from public.chat_key_wraps where chat_id = $1 and epoch = 2 and device_id = $2',
            [chatId, moreId],
          );
          expect(sealed).toHaveLength(1);
        },
        { timeout: 15_000 },
      );
      await a.client.sendText({ chatId, text: 'to Ben' });

      await untilTexts(b.client, chatId, ['before', 'renewed', 'to Ben']);
      const last = (await ciphertextsOf(world, chatId)).at(-1);
      expect(last && toHex(parseMessageHeader(last).keyId)).not.toBe(toHex(made.keyId));
      const given = await query(
        world,
        'select 1 from public.chat_key_wraps where chat_id = $1 and epoch = 3 and device_id is not null',
        [chatId],
      );
      expect(given).toEqual([]);
    },
    60_000,
  );
});

describe('a relay that shows less of the own chain than the vault names', () => {
  it('has no chat begun: its key would go to the removed device', async () => {
    const { ann, a, otherId } = await talkWithThief();
    const carl = makePerson('carl');
    await signUpFully(world.client().client, carl);
    const { transport, tap } = createTappedTransport();
    const third = await addDevice(world, ann, { transport });
    await until(third.client.devices, ({ devices }) => devices.length === 3);
    await third.client.setOnline({ online: false });
    const anchored = async () => {
      const [row] = await query<{ version: string }>(
        world,
        'select version from public.account_vaults where user_id = (select user_id from public.devices where id = $1)',
        [otherId],
      );
      return Number(row?.version);
    };
    const before = await anchored();
    await a.client.removeDevice({ deviceId: otherId });
    await vi.waitFor(async () => expect(await anchored()).toBeGreaterThan(before), {
      timeout: 10_000,
    });
    const begun: string[] = [];
    tap.onRequest = (route) => void begun.push(route);
    tap.onAnswer = (route, answer) => {
      if (!route.endsWith('/manifests')) return answer;
      const page = answer as { manifests: { version: number }[]; headVersion: number };
      const manifests = page.manifests.filter(({ version }) => version <= 3);
      return { manifests, headVersion: Math.min(3, page.headVersion) };
    };
    await third.client.setOnline({ online: true });
    await until(third.client.devices, ({ alarm }) => alarm === 'rollback');

    const { userId } = await third.client.findPerson({ handle: carl.handle });
    await expect(third.client.startChat({ userId })).rejects.toMatchObject({ code: 'rollback' });
    expect(begun).not.toContain('POST /api/chats');
  }, 60_000);
});
