import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { deviceRoutes } from '@sotto/protocol';
import { waitForLock } from './wait-for-lock.ts';
import { addPerson, addSession, addUser, base64, call, newDevice, newManifest } from './world.ts';
import { onWire } from './on-wire.ts';

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

const register = (
  account: { userId: string; sessionId: string },
  device: object,
  manifest: object,
  connection: pg.Client = client,
) =>
  call<{ deviceId: string }>(connection, 'relay_register_device', {
    p_user: account.userId,
    p_session: account.sessionId,
    p_device: device,
    p_manifest: manifest,
  });

async function newAccount() {
  const { userId } = await addUser(client);
  await call(client, 'relay_put_profile', {
    p_user: userId,
    p_handle: `p${userId.slice(0, 8)}`,
    p_display_name: 'A Person',
    p_avatar_color: 0,
  });
  return { userId, sessionId: await addSession(client, userId), accountKey: base64(33) };
}

const boundTo = async (sessionId: string): Promise<string[]> => {
  const { rows } = await client.query<{ id: string }>(
    'select id from public.devices where auth_session_id = $1',
    [sessionId],
  );
  return rows.map(({ id }) => id);
};

const revoke = (deviceId: string) =>
  client.query('update public.devices set is_active = false, revoked_at = now() where id = $1', [
    deviceId,
  ]);

describe('relay_register_device', () => {
  let account: Awaited<ReturnType<typeof newAccount>>;
  let first: ReturnType<typeof newManifest>;
  let device: ReturnType<typeof newDevice>;

  beforeEach(async () => {
    account = await newAccount();
    first = newManifest(1, account.accountKey);
    device = newDevice(1);
  });

  test('stores device and manifest, pins the account key, binds the session', async () => {
    const record = await register(account, device, first);

    expect(deviceRoutes.registerDevice.response.parse({ device: record })).toMatchObject({
      device: { deviceId: device.deviceId, isActive: true, name: device.name },
    });
    expect(await boundTo(account.sessionId)).toEqual([device.deviceId]);
    const people = await call(client, 'relay_get_people', { p_users: [account.userId] });
    expect(people).toMatchObject([{ accountKey: account.accountKey }]);
  });

  test('answers a repeat alike, and binds the session it comes with', async () => {
    const record = await register(account, device, first);
    const sessionId = await addSession(client, account.userId);

    expect(await register({ ...account, sessionId }, device, first)).toEqual(record);
    expect(await boundTo(sessionId)).toEqual([device.deviceId]);
    expect(await boundTo(account.sessionId)).toEqual([]);
  });

  test('refuses other content under the same id, and the id of another account', async () => {
    await register(account, device, first);
    const stranger = await newAccount();

    for (const [who, what, by] of [
      [account, { ...device, name: 'Other' }, first],
      [account, { ...device, identityKey: base64(33) }, first],
      [account, device, newManifest(1, account.accountKey)],
      [stranger, device, newManifest(1, stranger.accountKey)],
    ] as const) {
      await expect(register(who, what, by)).rejects.toMatchObject({ code: 'PT409' });
    }
  });

  test('takes the next manifest only: version, previous hash and account key must fit', async () => {
    await register(account, device, first);
    const next = newManifest(2, account.accountKey, first.hash);

    for (const manifest of [
      newManifest(1, account.accountKey),
      newManifest(3, account.accountKey, first.hash),
      newManifest(2, account.accountKey, base64(32)),
      newManifest(2, base64(33), first.hash),
    ]) {
      await expect(register(account, newDevice(2), manifest)).rejects.toMatchObject({
        code: 'PT409',
      });
    }
    await register(account, newDevice(2), next);
    const listed = await call(client, 'relay_list_manifests', {
      p_user: account.userId,
      p_after: 0,
      p_limit: 50,
    });
    expect(listed).toMatchObject({ headVersion: 2, manifests: [{ version: 1 }, { version: 2 }] });
  });

  test('leaves nothing behind when it refuses', async () => {
    await register(account, device, first);
    const next = newManifest(2, account.accountKey, first.hash);

    // The number is taken: found only after the manifest was stored.
    await expect(register(account, newDevice(1), next)).rejects.toMatchObject({ code: 'PT409' });

    const account2 = await call(client, 'relay_get_account', { p_user: account.userId });
    expect(account2).toMatchObject({ manifests: [{ version: 1 }], devices: [{}] });
  });

  test('starts no second chain for an account that was deleted', async () => {
    await register(account, device, first);
    await client.query('delete from public.devices where user_id = $1', [account.userId]);
    await client.query('delete from public.profiles where user_id = $1', [account.userId]);
    await call(client, 'relay_put_profile', {
      p_user: account.userId,
      p_handle: 'again',
      p_display_name: 'Again',
      p_avatar_color: 0,
    });
    const otherKey = base64(33);

    for (const manifest of [newManifest(1, otherKey), newManifest(2, otherKey, first.hash)]) {
      await expect(register(account, newDevice(2), manifest)).rejects.toMatchObject({
        code: 'PT409',
      });
    }
  });

  test('needs a profile and a living session', async () => {
    const { userId } = await addUser(client);
    const sessionId = await addSession(client, userId);

    await expect(
      register({ userId, sessionId }, device, newManifest(1, base64(33))),
    ).rejects.toMatchObject({ code: 'PT409', message: 'no_profile' });
    await expect(
      register({ ...account, sessionId: randomUUID() }, device, first),
    ).rejects.toMatchObject({ code: 'PT403' });
    expect(await call(client, 'relay_get_account', { p_user: account.userId })).toMatchObject({
      manifests: [],
      devices: [],
    });
  });

  test('allows 20 active devices', async () => {
    let manifest = first;
    for (let number = 1; number <= 20; number++) {
      await register(account, newDevice(number), manifest);
      manifest = newManifest(number + 1, account.accountKey, manifest.hash);
    }

    await expect(register(account, newDevice(21), manifest)).rejects.toMatchObject({
      code: 'PT413',
    });
    const { rows } = await client.query<{ id: string }>(
      'select id from public.devices where user_id = $1 and number = 5',
      [account.userId],
    );
    await revoke(rows[0]?.id ?? '');
    await register(account, newDevice(21), manifest);
  });

  test('lets one of two concurrent registrations with the same version win', async () => {
    const other = new pg.Client(database.databaseUrl);
    await other.connect();

    const results = await Promise.allSettled([
      register(account, newDevice(1), newManifest(1, account.accountKey)),
      register(account, newDevice(2), newManifest(1, account.accountKey), other),
    ]);
    await other.end();

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('answers two concurrent sendings of one registration alike', async () => {
    const other = new pg.Client(database.databaseUrl);
    await other.connect();
    await client.query('begin');
    const one = await register(account, device, first);

    const two = register(account, device, first, other);
    await waitForLock(client, other);
    await client.query('commit');

    expect(await two).toEqual(one);
    await other.end();
  });

  test.each([
    ['a short key', { publicKey: base64(31) }],
    ['number 0', { number: 0 }],
    ['number 128', { number: 128 }],
    ['a number too large for its type', { number: 70_000 }],
    ['another kind', { deviceType: 'toaster' }],
    ['no name', { name: undefined }],
    ['an id that is none', { deviceId: 'x' }],
  ])('refuses %s', async (_, change) => {
    await expect(register(account, { ...device, ...change }, first)).rejects.toMatchObject({
      code: 'PT400',
    });
  });
});

describe('revoked devices', () => {
  test('cannot come back, neither by registering nor by binding, nor lend their session', async () => {
    const account = await newAccount();
    const device = newDevice(1);
    const first = newManifest(1, account.accountKey);
    await register(account, device, first);
    await revoke(device.deviceId);
    const fresh = { ...account, sessionId: await addSession(client, account.userId) };
    const next = newManifest(2, account.accountKey, first.hash);

    await expect(register(fresh, device, first)).rejects.toMatchObject({ code: 'PT410' });
    await expect(register(account, newDevice(2), next)).rejects.toMatchObject({ code: 'PT410' });
    await expect(bind(fresh, device.deviceId)).rejects.toMatchObject({ code: 'PT410' });
    await register(fresh, newDevice(2), next);
  });
});

const bind = (account: { userId: string; sessionId: string }, deviceId: string) =>
  call(client, 'relay_bind_device_session', {
    p_user: account.userId,
    p_session: account.sessionId,
    p_device: deviceId,
  });

describe('relay_bind_device_session', () => {
  test('moves a device to a fresh session', async () => {
    const ada = await addPerson(client);
    const sessionId = await addSession(client, ada.userId);

    await bind({ ...ada, sessionId }, ada.deviceId);

    expect(await boundTo(sessionId)).toEqual([ada.deviceId]);
    expect(await boundTo(ada.sessionId)).toEqual([]);
  });

  test('refuses devices of others, unknown ones and ended sessions', async () => {
    const ada = await addPerson(client);
    const bob = await addPerson(client);

    await expect(bind(ada, bob.deviceId)).rejects.toMatchObject({ code: 'PT404' });
    await expect(bind(ada, randomUUID())).rejects.toMatchObject({ code: 'PT404' });
    await expect(bind({ ...ada, sessionId: bob.sessionId }, ada.deviceId)).rejects.toMatchObject({
      code: 'PT403',
    });
  });
});

describe('relay_list_manifests', () => {
  test('pages in order, in the shape of the protocol', async () => {
    const account = await newAccount();
    let manifest = newManifest(1, account.accountKey);
    for (let number = 1; number <= 3; number++) {
      await register(account, newDevice(number), manifest);
      manifest = newManifest(number + 1, account.accountKey, manifest.hash);
    }

    const page = await call(client, 'relay_list_manifests', {
      p_user: account.userId,
      p_after: 1,
      p_limit: 1,
    });
    const none = await call(client, 'relay_list_manifests', {
      p_user: randomUUID(),
      p_after: 0,
      p_limit: 50,
    });

    const parsed = deviceRoutes.listManifests.response.parse(onWire(page));
    expect(parsed.manifests.map(({ version }) => version)).toEqual([2]);
    expect(parsed.headVersion).toBe(3);
    expect(none).toEqual({ manifests: [], headVersion: 0 });
  });
});

test('relay_revoked_devices names those revoked within the time asked for', async () => {
  const [active, now, earlier] = [
    await addPerson(client),
    await addPerson(client),
    await addPerson(client),
  ];
  for (const [person, ago] of [
    [now, '0 s'],
    [earlier, '90 s'],
  ] as const) {
    await client.query(
      `update public.devices set is_active = false, revoked_at = now() - $2::interval where id = $1`,
      [person.deviceId, ago],
    );
  }

  const within = (seconds: number) =>
    call<string[]>(client, 'relay_revoked_devices', { p_within_seconds: seconds });

  expect(await within(60)).toContain(now.deviceId);
  expect(await within(60)).not.toContain(earlier.deviceId);
  expect(await within(120)).toEqual(expect.arrayContaining([now.deviceId, earlier.deviceId]));
  expect(await within(120)).not.toContain(active.deviceId);
});

test('relay_touch_devices says when devices were seen last', async () => {
  const ada = await addPerson(client);

  await call(client, 'relay_touch_devices', { p_devices: [ada.deviceId, randomUUID()] });

  const account = await call<{ devices: { lastSeenAtMs: number }[] }>(client, 'relay_get_account', {
    p_user: ada.userId,
  });
  expect(account.devices[0]?.lastSeenAtMs).toBeGreaterThan(Date.now() - 60_000);
});
