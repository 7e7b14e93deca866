import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { limits, preKeyRoutes } from '@sotto/protocol';
import { addPair, claimPreKeys, putPreKeys, stockOf } from './prekey-calls.ts';
import type { Device } from './prekey-calls.ts';
import { addPerson, base64, newOneTimeKeys, newPreKeys } from './world.ts';

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

const put = (device: Device, prekeys: object) => putPreKeys(client, device, prekeys);
const stock = (device: Device) => stockOf(client, device);
const claim = (from: Device, target: Device) => claimPreKeys(client, from, target);
const pair = () => addPair(client);

describe('relay_put_prekeys', () => {
  test('counts what is there, and answers a repeat alike', async () => {
    const ada = await addPerson(client);
    const keys = newPreKeys({ oneTime: 3, oneTimeKem: 2 });

    const first = await put(ada, keys);

    expect(preKeyRoutes.putPreKeys.response.parse(first)).toEqual({
      oneTime: 3,
      oneTimeKem: 2,
      signedPreKey: { id: keys.signedPreKey.id, createdAtMs: expect.any(Number) as number },
      lastResortKemPreKeyId: keys.lastResortKemPreKey.id,
    });
    expect(await put(ada, keys)).toEqual(first);
    expect(await stock(ada)).toEqual(first);
  });

  test('replaces signed keys and adds one-time keys', async () => {
    const ada = await addPerson(client);
    await put(ada, newPreKeys({ oneTime: 3, oneTimeKem: 2 }));
    const next = newPreKeys({ oneTime: 2, oneTimeKem: 1, firstId: 50 });

    expect(await put(ada, next)).toMatchObject({
      oneTime: 5,
      oneTimeKem: 3,
      signedPreKey: { id: next.signedPreKey.id },
      lastResortKemPreKeyId: next.lastResortKemPreKey.id,
    });
  });

  test.each([
    'signedPreKey',
    'lastResortKemPreKey',
    'oneTimePreKeys',
    'oneTimeKemPreKeys',
  ] as const)('refuses other bytes under an id that exists: %s', async (name) => {
    const ada = await addPerson(client);
    const keys = newPreKeys({ oneTime: 1, oneTimeKem: 1 });
    const before = await put(ada, keys);

    const others = newPreKeys({ oneTime: 1, oneTimeKem: 1 });

    await expect(put(ada, { ...keys, [name]: others[name] })).rejects.toMatchObject({
      code: 'PT409',
    });
    expect(await stock(ada)).toEqual(before);
  });

  test('takes no key again that was handed out, and no other one under its id', async () => {
    const [ada, bob] = await pair();
    const keys = newPreKeys({ oneTime: 2, oneTimeKem: 2 });
    await put(ada, keys);
    const { claimed } = await claim(bob, ada);

    const again = await put(ada, keys);

    expect(again).toMatchObject({ oneTime: 1, oneTimeKem: 1 });
    const usedId = claimed.oneTimePreKey?.id;
    for (const change of [
      { oneTimePreKeys: newOneTimeKeys([usedId as number]) },
      {
        oneTimeKemPreKeys: newPreKeys({ oneTimeKem: 1, firstId: claimed.kemPreKey.id })
          .oneTimeKemPreKeys,
      },
    ]) {
      await expect(put(ada, { ...keys, ...change })).rejects.toMatchObject({ code: 'PT409' });
    }
  });

  test('holds no more than the limits', async () => {
    const ada = await addPerson(client);
    await put(
      ada,
      newPreKeys({ oneTime: limits.oneTimePreKeys, oneTimeKem: limits.oneTimeKemPreKeys }),
    );

    for (const more of [
      newPreKeys({ oneTime: 1, firstId: 500 }),
      newPreKeys({ oneTimeKem: 1, firstId: 500 }),
    ]) {
      await expect(put(ada, more)).rejects.toMatchObject({ code: 'PT413' });
    }
    expect(await stock(ada)).toMatchObject({
      oneTime: limits.oneTimePreKeys,
      oneTimeKem: limits.oneTimeKemPreKeys,
    });
  });

  test.each([
    ['a short key', { signedPreKey: { id: 1, publicKey: base64(32), signature: base64(64) } }],
    [
      'a short signature',
      { signedPreKey: { id: 1, publicKey: base64(33), signature: base64(63) } },
    ],
    ['an id of 0', { oneTimePreKeys: newOneTimeKeys([0]) }],
    ['an id above 32 bits', { oneTimePreKeys: newOneTimeKeys([2 ** 32]) }],
    ['a registration id of 0', { registrationId: 0 }],
    ['a registration id above 14 bits', { registrationId: 16_381 }],
  ])('refuses %s', async (_, change) => {
    const ada = await addPerson(client);

    await expect(put(ada, { ...newPreKeys({}), ...change })).rejects.toMatchObject({
      code: 'PT400',
    });
  });

  test('is for active devices of the account only', async () => {
    const [ada, bob] = await pair();
    const foreign = { userId: ada.userId, deviceId: bob.deviceId };
    await expect(put(foreign, newPreKeys({}))).rejects.toMatchObject({ code: 'PT404' });
    await client.query(
      'update public.devices set is_active = false, revoked_at = now() where id = $1',
      [ada.deviceId],
    );

    await expect(put(ada, newPreKeys({}))).rejects.toMatchObject({ code: 'PT410' });
    await expect(stock(ada)).rejects.toMatchObject({ code: 'PT410' });
  });
});
