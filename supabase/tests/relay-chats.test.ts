import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { chatRoutes } from '@sotto/protocol';
import { onWire } from './on-wire.ts';
import {
  addDirectChat,
  addPerson,
  addSession,
  addUser,
  append,
  base64,
  call,
  newDevice,
  newDirectChat,
  newManifest,
  newWrap,
} from './world.ts';
import type { Person } from './world.ts';

let database: TestDatabase;
let client: pg.Client;
let ada: Person;
let bob: Person;
let eve: Person;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
  [ada, bob, eve] = [await addPerson(client), await addPerson(client), await addPerson(client)];
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

interface Created {
  chat: { chatId: string; members: { userId: string }[] };
  created: boolean;
}

const create = (maker: Person, chat: object, connection: pg.Client = client) =>
  call<Created>(connection, 'relay_create_direct_chat', {
    p_user: maker.userId,
    p_device: maker.deviceId,
    p_chat: chat,
  });

const getKeys = (person: Person, chatId: string) =>
  call<{ epochs: unknown[] }>(client, 'relay_get_chat_keys', {
    p_user: person.userId,
    p_device: person.deviceId,
    p_chat: chatId,
  });

const putWraps = (
  person: Person,
  chatId: string,
  wraps: object[],
  vaultWrap: string | null = null,
) =>
  call(client, 'relay_put_chat_wraps', {
    p_user: person.userId,
    p_device: person.deviceId,
    p_chat: chatId,
    p_epoch: 1,
    p_device_wraps: JSON.stringify(wraps),
    p_vault_wrap: vaultWrap,
  });

describe('relay_create_direct_chat', () => {
  test('creates once for two people, whoever asks', async () => {
    const [maker, partner] = [await addPerson(client), await addPerson(client)];

    const first = await create(maker, newDirectChat(partner, [maker, partner]));
    const again = await create(partner, newDirectChat(maker, [maker, partner]));

    expect(chatRoutes.createDirectChat.response.parse(first).created).toBe(true);
    expect(first.chat.members.map(({ userId }) => userId).sort()).toEqual(
      [maker.userId, partner.userId].sort(),
    );
    expect(again).toEqual({ chat: first.chat, created: false });
    expect((await getKeys(partner, first.chat.chatId)).epochs).toHaveLength(1);
  });

  test('lets eight concurrent attempts agree on one chat', async () => {
    const [maker, partner] = [await addPerson(client), await addPerson(client)];
    const connections = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const connection = new pg.Client(database.databaseUrl);
        await connection.connect();
        return connection;
      }),
    );

    const results = await Promise.all(
      connections.map((connection, index) => {
        const [from, to] = index % 2 === 0 ? [maker, partner] : [partner, maker];
        return create(from, newDirectChat(to, [maker, partner]), connection);
      }),
    );
    await Promise.all(connections.map((connection) => connection.end()));

    expect(results.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(results.map(({ chat }) => chat.chatId)).size).toBe(1);
  });

  test('makes notes to self with one member', async () => {
    const maker = await addPerson(client);

    const { chat, created } = await create(maker, newDirectChat(maker, [maker]));

    expect(created).toBe(true);
    expect(chat.members.map(({ userId }) => userId)).toEqual([maker.userId]);
  });

  test('refuses partners without a manifest, and a chat id that is in use', async () => {
    const { userId } = await addUser(client);
    const used = await addDirectChat(client, ada, bob);

    await expect(create(ada, newDirectChat({ userId }, [ada]))).rejects.toMatchObject({
      code: 'PT404',
    });
    await expect(
      create(ada, { ...newDirectChat(eve, [ada, eve]), chatId: used }),
    ).rejects.toMatchObject({ code: 'PT409', message: 'chat_id_taken' });
  });

  test('refuses wraps for devices that are not the members’, and stores nothing then', async () => {
    const maker = await addPerson(client);

    await expect(create(maker, newDirectChat(bob, [maker, bob, eve]))).rejects.toMatchObject({
      code: 'PT409',
      message: 'not_a_members_device',
    });
    expect(await call(client, 'relay_list_chats', listOf(maker))).toEqual({ chats: [] });
  });

  test.each([
    ['epoch 2', { epoch: 2 }],
    ['too few iterations', { iterations: 1000 }],
    ['a short commitment', { commitment: base64(31) }],
    ['no wraps', { deviceWraps: undefined }],
  ])('refuses %s', async (_, change) => {
    const maker = await addPerson(client);
    const chat = newDirectChat(bob, [maker, bob]);

    await expect(
      create(maker, { ...chat, epoch: { ...chat.epoch, ...change } }),
    ).rejects.toMatchObject({ code: 'PT400' });
  });

  test('refuses revoked devices and those of others', async () => {
    const maker = await addPerson(client);
    const chat = newDirectChat(bob, [maker, bob]);

    await expect(create({ ...maker, deviceId: bob.deviceId }, chat)).rejects.toMatchObject({
      code: 'PT404',
    });
    await client.query(
      'update public.devices set is_active = false, revoked_at = now() where id = $1',
      [maker.deviceId],
    );
    await expect(create(maker, chat)).rejects.toMatchObject({ code: 'PT410' });
  });
});

const listOf = (person: Person, after: string | null = null, limit = 200) => ({
  p_user: person.userId,
  p_after: after,
  p_limit: limit,
});

test('relay_list_chats pages by id and shows current members only', async () => {
  const maker = await addPerson(client);
  const ids = [
    await addDirectChat(client, maker, ada),
    await addDirectChat(client, maker, bob),
    await addDirectChat(client, maker, eve),
  ].sort();
  await append(client, [{ chatId: ids[0] as string, sender: maker }]);

  const page = await call(client, 'relay_list_chats', listOf(maker, null, 2));
  const rest = await call(client, 'relay_list_chats', listOf(maker, ids[1]));
  await client.query(
    'update public.chat_members set left_seq = 0 where chat_id = $1 and user_id = $2',
    [ids[2], maker.userId],
  );
  const afterLeaving = await call(client, 'relay_list_chats', listOf(maker));

  const { chats } = chatRoutes.listChats.response.parse(page);
  expect(chats.map(({ chatId, headSeq }) => [chatId, headSeq])).toEqual([
    [ids[0], 1],
    [ids[1], 0],
  ]);
  expect(rest).toMatchObject({ chats: [{ chatId: ids[2] }] });
  expect(afterLeaving).toMatchObject({ chats: [{ chatId: ids[0] }, { chatId: ids[1] }] });
});

describe('keys of a chat', () => {
  test('go to each device with its own wrap and its account’s vault wrap', async () => {
    const maker = await addPerson(client);
    const partner = await addPerson(client);
    const chat = newDirectChat(partner, [maker, partner]);
    await create(maker, chat);

    const own = chatRoutes.getChatKeys.response.parse(onWire(await getKeys(maker, chat.chatId)));
    const theirs = chatRoutes.getChatKeys.response.parse(
      onWire(await getKeys(partner, chat.chatId)),
    );

    expect(own.epochs[0]).toMatchObject({
      epoch: 1,
      makerUserId: maker.userId,
      makerDeviceId: maker.deviceId,
      timestampMs: chat.epoch.timestampMs,
      deviceWrap: { deviceId: maker.deviceId, sealedByDeviceId: maker.deviceId },
      vaultWrap: expect.any(Uint8Array),
    });
    expect(theirs.epochs[0]).toMatchObject({
      deviceWrap: { deviceId: partner.deviceId, sealedByUserId: maker.userId },
      vaultWrap: null,
      wrappedDevices: expect.arrayContaining([maker.deviceId, partner.deviceId]),
    });
  });

  test('are given on to a device that came later; wraps that exist stay', async () => {
    const chatId = await addDirectChat(client, await addPerson(client), ada);
    const manifests = await client.query<{ hash: Buffer }>(
      'select hash from public.device_manifests where user_id = $1 order by version desc limit 1',
      [ada.userId],
    );
    const laptop = newDevice(2);
    await call(client, 'relay_register_device', {
      p_user: ada.userId,
      p_session: await addSession(client, ada.userId),
      p_device: laptop,
      p_manifest: newManifest(
        2,
        ada.accountKey,
        (manifests.rows[0] as { hash: Buffer }).hash.toString('base64'),
      ),
    });
    const before = await getKeys({ ...ada, deviceId: laptop.deviceId }, chatId);
    const wrap = newWrap(ada.userId, laptop.deviceId);
    const vaultWrap = base64(90);

    await putWraps(ada, chatId, [wrap, newWrap(ada.userId, ada.deviceId)], vaultWrap);
    await putWraps(ada, chatId, [newWrap(ada.userId, laptop.deviceId)], base64(90));

    expect(before).toMatchObject({ epochs: [{ deviceWrap: null, vaultWrap: null }] });
    expect(await getKeys({ ...ada, deviceId: laptop.deviceId }, chatId)).toMatchObject({
      epochs: [
        {
          deviceWrap: { ...wrap, sealedByUserId: ada.userId, sealedByDeviceId: ada.deviceId },
          vaultWrap,
        },
      ],
    });
  });

  test('that a member put for somebody else’s device give way to that account’s own', async () => {
    const mallory = await addPerson(client);
    const target = await addPerson(client);
    const { chat } = await create(mallory, newDirectChat(target, [mallory]));
    const planted = newWrap(target.userId, target.deviceId);
    const own = newWrap(target.userId, target.deviceId);
    const stored = async () => await getKeys(target, chat.chatId);
    await putWraps(mallory, chat.chatId, [planted]);

    await putWraps(mallory, chat.chatId, [newWrap(target.userId, target.deviceId)]);
    const beforeOwn = await stored();
    await putWraps(target, chat.chatId, [own, newWrap(target.userId, target.deviceId)]);
    await putWraps(target, chat.chatId, [newWrap(mallory.userId, mallory.deviceId)]);
    await putWraps(mallory, chat.chatId, [newWrap(target.userId, target.deviceId)]);

    expect(beforeOwn).toMatchObject({ epochs: [{ deviceWrap: planted }] });
    expect(await stored()).toMatchObject({
      epochs: [{ deviceWrap: { ...own, sealedByUserId: target.userId } }],
    });
    expect(await getKeys(mallory, chat.chatId)).toMatchObject({
      epochs: [{ deviceWrap: { sealedByUserId: mallory.userId } }],
    });
  });

  test('are wrapped for members’ active devices only, by members only, in known epochs', async () => {
    const maker = await addPerson(client);
    const chatId = await addDirectChat(client, maker, bob);

    await expect(putWraps(eve, chatId, [])).rejects.toMatchObject({ code: 'PT404' });
    await expect(
      putWraps(maker, chatId, [newWrap(eve.userId, eve.deviceId)]),
    ).rejects.toMatchObject({ code: 'PT409' });
    await expect(
      putWraps(maker, chatId, [newWrap(maker.userId, bob.deviceId)]),
    ).rejects.toMatchObject({ code: 'PT409' });
    await expect(
      putWraps(
        maker,
        chatId,
        Array.from({ length: 42 }, () => newWrap(bob.userId, bob.deviceId)),
      ),
    ).rejects.toMatchObject({ code: 'PT413' });
    await expect(putWraps(maker, chatId, [], 'not base64')).rejects.toMatchObject({
      code: 'PT400',
    });
    const revoked = await addPerson(client);
    const otherChat = await addDirectChat(client, maker, revoked);
    await client.query(
      'update public.devices set is_active = false, revoked_at = now() where id = $1',
      [revoked.deviceId],
    );
    await expect(
      putWraps(maker, otherChat, [newWrap(revoked.userId, revoked.deviceId)]),
    ).rejects.toMatchObject({ code: 'PT409' });
    await expect(getKeys(eve, chatId)).rejects.toMatchObject({ code: 'PT404' });
    await expect(
      call(client, 'relay_put_chat_wraps', {
        p_user: maker.userId,
        p_device: maker.deviceId,
        p_chat: chatId,
        p_epoch: 9,
        p_device_wraps: '[]',
        p_vault_wrap: null,
      }),
    ).rejects.toMatchObject({ code: 'PT404', message: 'no_epoch' });
  });
});

test('relay_chat_members lists who is in a chat now', async () => {
  const maker = await addPerson(client);
  const chatId = await addDirectChat(client, maker, bob);
  const members = () => call<string[]>(client, 'relay_chat_members', { p_chat: chatId });

  expect((await members()).sort()).toEqual([maker.userId, bob.userId].sort());
  await client.query(
    'update public.chat_members set left_seq = 0 where chat_id = $1 and user_id = $2',
    [chatId, bob.userId],
  );
  expect(await members()).toEqual([maker.userId]);
  expect(await call(client, 'relay_chat_members', { p_chat: randomUUID() })).toEqual([]);
});
