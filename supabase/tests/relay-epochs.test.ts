import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { limits } from '@sotto/protocol';
import { newAccount } from './account-with-devices.ts';
import type { Account } from './account-with-devices.ts';
import { waitForLock } from './wait-for-lock.ts';
import { addDirectChat, base64, call } from './world.ts';
import type { Person } from './world.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

let ada: Account;

beforeEach(async () => {
  ada = await newAccount(client);
});

describe('relay_create_epoch', () => {
  const newEpoch = (epoch: number) => ({
    epoch,
    keyId: base64(16),
    commitment: base64(32),
    timestampMs: Date.now(),
    iterations: 600_000,
    madeUnder: base64(56),
    deviceWraps: [
      {
        userId: ada.userId,
        deviceId: ada.laptop.deviceId,
        ephemeralPublicKey: base64(32),
        encryptedKey: base64(80),
      },
    ],
    vaultWrap: base64(60),
  });

  const begin = (chatId: string, epoch: object, connection: pg.Client = client) =>
    call<{ created: boolean }>(connection, 'relay_create_epoch', {
      p_user: ada.userId,
      p_device: ada.laptop.deviceId,
      p_chat: chatId,
      p_epoch: epoch,
    });

  const notes = () => {
    const self = { userId: ada.userId, deviceId: ada.laptop.deviceId } as Person;
    return addDirectChat(client, self, self);
  };

  test('lets the second of two wait for the first, and refuses it', async () => {
    const chatId = await notes();
    const other = new pg.Client(database.databaseUrl);
    await other.connect();
    await client.query('begin');
    await begin(chatId, newEpoch(2));

    const second = begin(chatId, newEpoch(2), other).catch((error: unknown) => error);
    await waitForLock(client, other);
    await client.query('commit');

    expect(await second).toMatchObject({ code: 'PT409', message: 'other_epoch' });
    await other.end();
  });

  test('answers a repeat alike and records one', async () => {
    const chatId = await notes();
    const epoch = newEpoch(2);

    expect(await begin(chatId, epoch)).toEqual({ created: true });
    expect(await begin(chatId, epoch)).toEqual({ created: false });
    const { rows } = await client.query(
      `select device_id, detail from private.audit_events
       where user_id = $1 and action = 'chat_epoch_created'`,
      [ada.userId],
    );
    expect(rows).toEqual([{ device_id: ada.laptop.deviceId, detail: { chatId, epoch: 2 } }]);
  });

  test.each([
    ['epoch 0', { epoch: 0 }],
    ['the first again', { epoch: 1 }],
    ['one too far', { epoch: 3 }],
  ])('refuses %s', async (_, change) => {
    const chatId = await notes();

    await expect(begin(chatId, { ...newEpoch(2), ...change })).rejects.toMatchObject({
      code: 'PT409',
    });
  });

  test('counts what one person begins in a day, not what others do', async () => {
    const bob = await newAccount(client);
    const chatId = await addDirectChat(
      client,
      { userId: ada.userId, deviceId: ada.laptop.deviceId } as Person,
      { userId: bob.userId, deviceId: bob.laptop.deviceId } as Person,
    );
    for (let epoch = 2; epoch <= limits.epochsPerDay; epoch++) await begin(chatId, newEpoch(epoch));
    const following = newEpoch(limits.epochsPerDay + 1);

    await expect(begin(chatId, following)).rejects.toMatchObject({ code: 'PT429' });
    expect(
      await call(client, 'relay_create_epoch', {
        p_user: bob.userId,
        p_device: bob.laptop.deviceId,
        p_chat: chatId,
        p_epoch: following,
      }),
    ).toEqual({ created: true });
  });

  test('refuses what the tables refuse', async () => {
    const chatId = await notes();

    for (const change of [
      { keyId: base64(15) },
      { iterations: 1000 },
      { madeUnder: base64(257) },
      { deviceWraps: undefined },
      { vaultWrap: undefined, keyId: undefined },
    ]) {
      await expect(begin(chatId, { ...newEpoch(2), ...change })).rejects.toMatchObject({
        code: 'PT400',
      });
    }
  });
});
