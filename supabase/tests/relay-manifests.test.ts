import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { deviceRoutes, limits } from '@sotto/protocol';
import { newAccount } from './account-with-devices.ts';
import type { Account, Device } from './account-with-devices.ts';
import { waitForLock } from './wait-for-lock.ts';
import { addDirectChat, base64, call, newManifest, newPreKeys } from './world.ts';
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

/** A device as the relay hands it over from a manifest; a name only where it is new. */
const listed = (device: Device, change: object = {}): object => ({
  ...device,
  name: undefined,
  ...change,
});

const next = (account: Account) =>
  newManifest(account.head.version + 1, account.accountKey, account.head.hash);

const publish = (
  as: Device,
  devices: object[],
  manifest: object = next(ada),
  connection: pg.Client = client,
) =>
  call<{ deviceId: string; name: string; isActive: boolean }[]>(
    connection,
    'relay_publish_manifest',
    {
      p_user: ada.userId,
      p_device: as.deviceId,
      p_manifest: manifest,
      p_devices: JSON.stringify(devices),
    },
  );

const manifestVersions = async () =>
  (
    await client.query<{ version: number }>(
      'select version::int from public.device_manifests where user_id = $1 order by 1',
      [ada.userId],
    )
  ).rows.map(({ version }) => version);

const count = async (sql: string, value: string): Promise<number> =>
  (await client.query<{ n: number }>(`select count(*)::int as n from ${sql}`, [value])).rows[0]
    ?.n ?? -1;

describe('relay_publish_manifest', () => {
  test('renames, and answers a repeat alike', async () => {
    const manifest = next(ada);
    const devices = [
      listed(ada.laptop),
      listed(ada.phone, { nameHash: base64(32), name: 'Phone in the kitchen' }),
    ];

    const answer = await publish(ada.laptop, devices, manifest);

    expect(deviceRoutes.publishManifest.response.parse({ devices: answer }).devices).toMatchObject([
      { deviceId: ada.laptop.deviceId, name: ada.laptop.name },
      { deviceId: ada.phone.deviceId, name: 'Phone in the kitchen' },
    ]);
    expect(await publish(ada.phone, devices, manifest)).toEqual(answer);
    expect(await manifestVersions()).toEqual([1, 2, 3]);
  });

  test.each([
    ['another number', () => [listed(ada.laptop), listed(ada.phone, { number: 9 })]],
    [
      'another identity key',
      () => [listed(ada.laptop), listed(ada.phone, { identityKey: base64(33) })],
    ],
    [
      'a device that is not there',
      () => [listed(ada.laptop), listed(ada.phone, { deviceId: randomUUID() })],
    ],
    [
      'a name hash without its name',
      () => [listed(ada.laptop), listed(ada.phone, { nameHash: base64(32) })],
    ],
    [
      'a short sealing key',
      () => [listed(ada.laptop), listed(ada.phone, { publicKey: base64(31) })],
    ],
    [
      'a short hybrid key',
      () => [listed(ada.laptop), listed(ada.phone, { hybridPublicKey: base64(32) })],
    ],
    [
      'a name that is too long',
      () => [listed(ada.laptop), listed(ada.phone, { nameHash: base64(32), name: 'x'.repeat(65) })],
    ],
    ['the removal of the caller', () => [listed(ada.phone)]],
    ['no device at all', () => []],
  ])('refuses %s and stores nothing', async (_, devices) => {
    await expect(publish(ada.laptop, devices())).rejects.toMatchObject({ code: 'PT400' });

    expect(await manifestVersions()).toEqual([1, 2]);
    expect(await count('public.devices where is_active and user_id = $1', ada.userId)).toBe(2);
  });

  test('refuses a device of another account', async () => {
    const bob = await newAccount(client);

    await expect(
      publish(ada.laptop, [listed(ada.laptop), listed(ada.phone), listed(bob.laptop)]),
    ).rejects.toMatchObject({ code: 'PT400' });
    await expect(publish(bob.laptop, [listed(ada.laptop)])).rejects.toMatchObject({
      code: 'PT404',
    });
  });

  test('takes the next manifest of the account key only', async () => {
    const both = [listed(ada.laptop), listed(ada.phone)];

    for (const manifest of [
      newManifest(2, ada.accountKey, base64(32)),
      newManifest(4, ada.accountKey, ada.head.hash),
      newManifest(3, ada.accountKey, base64(32)),
      newManifest(3, base64(33), ada.head.hash),
    ]) {
      await expect(publish(ada.laptop, both, manifest)).rejects.toMatchObject({ code: 'PT409' });
    }
  });

  test('takes 100 a day, and removals after that', async () => {
    const both = [listed(ada.laptop), listed(ada.phone)];
    let { head } = ada;
    while (head.version < limits.manifestsPerDay) {
      head = newManifest(head.version + 1, ada.accountKey, head.hash);
      await publish(ada.laptop, both, head);
    }
    const following = newManifest(head.version + 1, ada.accountKey, head.hash);

    await expect(publish(ada.laptop, both, following)).rejects.toMatchObject({ code: 'PT429' });
    expect(await publish(ada.laptop, both, head)).toHaveLength(2);
    expect(await publish(ada.laptop, [listed(ada.laptop)], following)).toMatchObject([
      { isActive: true },
      { isActive: false },
    ]);
  });

  test('takes two at once one after the other: the second is stale', async () => {
    const other = new pg.Client(database.databaseUrl);
    await other.connect();
    await client.query('begin');
    await publish(ada.laptop, [listed(ada.laptop)]);

    const second = publish(ada.phone, [listed(ada.phone)], next(ada), other).catch(
      (error: unknown) => error,
    );
    await waitForLock(client, other);
    await client.query('commit');

    // The first one revoked who sent the second.
    expect(await second).toMatchObject({ code: 'PT410' });
    await other.end();
    expect(await manifestVersions()).toEqual([1, 2, 3]);
  });

  test('leaves nothing of a removed device but its row and the record', async () => {
    const bob = await newAccount(client);
    const person = ({ userId, laptop }: Account) =>
      ({ userId, deviceId: laptop.deviceId }) as Person;
    await addDirectChat(client, { ...person(ada), deviceId: ada.phone.deviceId }, person(bob));
    await call(client, 'relay_put_prekeys', {
      p_user: ada.userId,
      p_device: ada.phone.deviceId,
      p_prekeys: newPreKeys({ oneTime: 2, oneTimeKem: 2 }),
    });
    const ofPhone = [
      'public.signed_prekeys where device_id = $1',
      'public.kem_prekeys where device_id = $1',
      'public.one_time_prekeys where device_id = $1',
      'public.chat_key_wraps where device_id = $1',
    ];
    const before: number[] = [];
    for (const rows of ofPhone) before.push(await count(rows, ada.phone.deviceId));

    const answer = await publish(ada.laptop, [listed(ada.laptop)]);

    expect(before).toEqual([1, 3, 2, 1]);
    const after: number[] = [];
    for (const rows of ofPhone) after.push(await count(rows, ada.phone.deviceId));
    expect(after).toEqual([0, 0, 0, 0]);
    expect(answer).toMatchObject([{ isActive: true }, { isActive: false, name: ada.phone.name }]);
    expect(await count('auth.sessions where id = $1', ada.phone.sessionId)).toBe(0);
    expect(await count('auth.sessions where id = $1', ada.laptop.sessionId)).toBe(1);
    const { rows } = await client.query(
      `select device_id, detail from private.audit_events
       where user_id = $1 and action = 'device_revoked'`,
      [ada.userId],
    );
    expect(rows).toEqual([
      { device_id: ada.phone.deviceId, detail: { byDeviceId: ada.laptop.deviceId, manifest: 3 } },
    ]);
    expect(
      await call(client, 'relay_authorise', {
        p_user: ada.userId,
        p_session: ada.phone.sessionId,
        p_device: ada.phone.deviceId,
      }),
    ).toMatchObject({ sessionExists: false, sessionIsSpent: true, device: { isActive: false } });
  });

  test('revokes also where the sessions of the auth service may not be deleted', async () => {
    const admin = new pg.Client(database.adminUrl);
    await admin.connect();
    await admin.query('revoke delete on auth.sessions from postgres');

    const answer = await publish(ada.laptop, [listed(ada.laptop)]);

    await admin.query('grant delete on auth.sessions to postgres');
    await admin.end();
    expect(answer).toMatchObject([{ isActive: true }, { isActive: false }]);
    expect(await count('auth.sessions where id = $1', ada.phone.sessionId)).toBe(1);
    expect(
      await call(client, 'relay_authorise', {
        p_user: ada.userId,
        p_session: ada.phone.sessionId,
        p_device: ada.phone.deviceId,
      }),
    ).toMatchObject({ sessionIsSpent: true, device: { isActive: false } });
  });
});
