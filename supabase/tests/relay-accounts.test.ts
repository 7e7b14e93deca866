import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { accountRoutes, peopleRoutes } from '@sotto/protocol';
import { addFactor, addPerson, addSession, addUser, base64, call, newVault } from './world.ts';
import { onWire } from './on-wire.ts';
import { waitForLock } from './wait-for-lock.ts';

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

const putProfile = (userId: string, handle: string, sessionId?: string) =>
  call<{ handle: string }>(client, 'relay_put_profile', {
    p_user: userId,
    ...(sessionId !== undefined && { p_session: sessionId }),
    p_handle: handle,
    p_display_name: 'Ada Lovelace',
    p_avatar_color: 7,
  });

describe('relay_authorise', () => {
  const authorise = (user: string, session: string, device: string | null) =>
    call(client, 'relay_authorise', { p_user: user, p_session: session, p_device: device });

  test('tells session, device, binding and identity key', async () => {
    const ada = await addPerson(client);
    const second = await addSession(client, ada.userId);

    expect(await authorise(ada.userId, ada.sessionId, ada.deviceId)).toMatchObject({
      sessionExists: true,
      device: { isActive: true, bound: true, identityKey: expect.stringMatching(/^[\w+/]{44}$/) },
    });
    expect(await authorise(ada.userId, second, ada.deviceId)).toMatchObject({
      sessionExists: true,
      device: { bound: false },
    });
    expect(await authorise(ada.userId, ada.sessionId, null)).toEqual({
      sessionExists: true,
      sessionLacksFactor: false,
      sessionIsSpent: false,
      device: null,
    });
  });

  test('counts a session of an account with a second factor only once that was given', async () => {
    const ada = await addPerson(client);
    const lacks = async () => {
      const answer = await authorise(ada.userId, ada.sessionId, ada.deviceId);
      const { sessionExists, sessionLacksFactor } = answer as Record<string, boolean>;
      return { sessionExists, sessionLacksFactor };
    };
    const begun = await addFactor(client, ada.userId);
    await client.query(`update auth.mfa_factors set status = 'unverified' where id = $1`, [begun]);

    expect(await lacks()).toEqual({ sessionExists: true, sessionLacksFactor: false });
    await client.query(`update auth.mfa_factors set status = 'verified' where id = $1`, [begun]);
    expect(await lacks()).toEqual({ sessionExists: false, sessionLacksFactor: true });
    await client.query(`update auth.sessions set aal = 'aal2' where id = $1`, [ada.sessionId]);
    expect(await lacks()).toEqual({ sessionExists: true, sessionLacksFactor: false });
    await client.query('delete from auth.sessions where id = $1', [ada.sessionId]);
    expect(await lacks()).toEqual({ sessionExists: false, sessionLacksFactor: false });
  });

  test('counts no session of an account that is barred', async () => {
    const ada = await addPerson(client);
    const bar = (column: string, until: string) =>
      client.query(`update auth.users set ${column} = ${until} where id = $1`, [ada.userId]);
    const exists = async () =>
      (await authorise(ada.userId, ada.sessionId, null)) as Record<string, unknown>;
    const none = { sessionExists: false, sessionLacksFactor: false };

    await bar('banned_until', `now() + interval '1 hour'`);
    expect(await exists()).toMatchObject(none);
    await bar('banned_until', `now() - interval '1 hour'`);
    expect(await exists()).toMatchObject({ sessionExists: true });
    await bar('deleted_at', 'now()');
    expect(await exists()).toMatchObject(none);
  });

  test('tells the session of a revoked device from others', async () => {
    const ada = await addPerson(client);
    await client.query(
      'update public.devices set is_active = false, revoked_at = now() where id = $1',
      [ada.deviceId],
    );

    expect(await authorise(ada.userId, ada.sessionId, null)).toMatchObject({
      sessionExists: true,
      sessionIsSpent: true,
    });
  });

  test('knows neither a device nor a session of somebody else', async () => {
    const ada = await addPerson(client);
    const bob = await addPerson(client);

    expect(await authorise(ada.userId, bob.sessionId, bob.deviceId)).toEqual({
      sessionExists: false,
      sessionLacksFactor: false,
      sessionIsSpent: false,
      device: null,
    });
  });

  test('does not take an unbound device and an absent session for a match', async () => {
    const ada = await addPerson(client);
    await client.query('update public.devices set auth_session_id = null where id = $1', [
      ada.deviceId,
    ]);

    expect(
      await call(client, 'relay_authorise', {
        p_user: ada.userId,
        p_session: null,
        p_device: ada.deviceId,
      }),
    ).toMatchObject({ sessionExists: false, device: { bound: false } });
  });
});

describe('relay_get_account', () => {
  test('answers in the shape of the protocol, empty and full', async () => {
    const { userId } = await addUser(client);
    const ada = await addPerson(client);

    const empty = await call(client, 'relay_get_account', { p_user: userId });
    const full = await call(client, 'relay_get_account', { p_user: ada.userId });

    expect(empty).toEqual({ profile: null, vault: null, manifests: [], devices: [] });
    const account = accountRoutes.getAccount.response.parse(onWire(full));
    expect(account).toMatchObject({
      profile: { handle: ada.handle },
      vault: { version: 1 },
      manifests: [{ version: 1 }],
      devices: [{ deviceId: ada.deviceId, isActive: true, lastSeenAtMs: null }],
    });
  });
});

describe('relay_put_profile', () => {
  test('creates, changes, and refuses a handle that somebody has', async () => {
    const [{ userId: ada }, { userId: bob }] = [await addUser(client), await addUser(client)];

    const created = await putProfile(ada, 'ada');
    const changed = await putProfile(ada, 'ada.l');
    await putProfile(bob, 'bob');

    expect(accountRoutes.putProfile.response.parse({ profile: created })).toBeTruthy();
    expect(changed.handle).toBe('ada.l');
    await expect(putProfile(bob, 'ada.l')).rejects.toMatchObject({ code: 'PT409' });
    expect((await putProfile(bob, 'ada')).handle).toBe('ada');
  });

  test.each(['a', 'Ada', '1ada', 'ada.', 'a b', 'ä.da', 'a'.repeat(33)])(
    'refuses the handle %j',
    async (handle) => {
      const { userId } = await addUser(client);

      await expect(putProfile(userId, handle)).rejects.toMatchObject({
        code: 'PT400',
        message: 'bad_profile',
        detail: undefined,
      });
    },
  );

  test('needs an active device to change once there is one; repeats are answered', async () => {
    const ada = await addPerson(client);
    const elsewhere = await addSession(client, ada.userId);
    const handle = `h${ada.userId.slice(0, 8)}`;

    await expect(putProfile(ada.userId, handle)).rejects.toMatchObject({ code: 'PT403' });
    await expect(putProfile(ada.userId, handle, elsewhere)).rejects.toMatchObject({
      code: 'PT403',
      message: 'device_needed',
    });
    expect((await putProfile(ada.userId, handle, ada.sessionId)).handle).toBe(handle);
    expect((await putProfile(ada.userId, handle, elsewhere)).handle).toBe(handle);
    await client.query(
      'update public.devices set is_active = false, revoked_at = now() where id = $1',
      [ada.deviceId],
    );
    await expect(putProfile(ada.userId, `${handle}x`, ada.sessionId)).rejects.toMatchObject({
      code: 'PT403',
    });
  });

  test('knows only users that exist', async () => {
    await expect(putProfile(randomUUID(), 'nobody')).rejects.toMatchObject({ code: 'PT404' });
  });
});

describe('relay_put_vault', () => {
  const putVault = (user: string, session: string, vault: object) =>
    call<{ version: number }>(client, 'relay_put_vault', {
      p_user: user,
      p_session: session,
      p_vault: vault,
    });

  test('goes up by one; the same record again is answered alike', async () => {
    const ada = await addPerson(client);
    const second = newVault(2);

    expect(await putVault(ada.userId, ada.sessionId, second)).toEqual({ version: 2 });
    expect(await putVault(ada.userId, ada.sessionId, second)).toEqual({ version: 2 });
    for (const version of [1, 2, 4]) {
      await expect(putVault(ada.userId, ada.sessionId, newVault(version))).rejects.toMatchObject({
        code: 'PT409',
      });
    }
  });

  test('answers a repeat of the first alike, and refuses another first', async () => {
    const { userId } = await addUser(client);
    const sessionId = await addSession(client, userId);
    const first = newVault();

    expect(await putVault(userId, sessionId, first)).toEqual({ version: 1 });
    expect(await putVault(userId, sessionId, first)).toEqual({ version: 1 });
    await expect(putVault(userId, sessionId, newVault())).rejects.toMatchObject({ code: 'PT409' });
  });

  test('answers the same first one alike though it comes twice at once', async () => {
    const { userId } = await addUser(client);
    const vault = {
      p_user: userId,
      p_session: await addSession(client, userId),
      p_vault: newVault(),
    };
    const other = new pg.Client(database.databaseUrl);
    await other.connect();

    await client.query('begin');
    await call(client, 'relay_put_vault', vault);
    const [second] = await Promise.all([
      call(other, 'relay_put_vault', vault),
      waitForLock(client, other).then(() => client.query('commit')),
    ]);
    await other.end();

    expect(second).toEqual({ version: 1 });
  });

  test('keeps the device wraps, and answers without them when there are none', async () => {
    const ada = await addPerson(client);
    const stored = async () =>
      (await call<{ vault: object }>(client, 'relay_get_account', { p_user: ada.userId })).vault;
    const second = { ...newVault(2), passwordWrap: base64(2048), deviceWraps: base64(65_536) };

    expect(await stored()).not.toHaveProperty('deviceWraps');
    await putVault(ada.userId, ada.sessionId, second);
    expect(await stored()).toEqual(second);
    await expect(
      putVault(ada.userId, ada.sessionId, { ...second, deviceWraps: base64(65_536) }),
    ).rejects.toMatchObject({ code: 'PT409' });
    const { deviceWraps: _, ...third } = { ...second, version: 3 };
    await putVault(ada.userId, ada.sessionId, third);
    expect(await stored()).toEqual(third);
  });

  test('needs a living session, and after the first a device', async () => {
    const ada = await addPerson(client);
    const withoutDevice = await addSession(client, ada.userId);

    await expect(putVault(ada.userId, withoutDevice, newVault(2))).rejects.toMatchObject({
      code: 'PT403',
      message: 'device_needed',
    });
    await expect(putVault(ada.userId, randomUUID(), newVault(2))).rejects.toMatchObject({
      code: 'PT403',
      message: 'session_ended',
    });
  });

  test('lets the first of two concurrent changes win', async () => {
    const ada = await addPerson(client);
    const other = new pg.Client(database.databaseUrl);
    await other.connect();
    const put = (connection: pg.Client) =>
      call(connection, 'relay_put_vault', {
        p_user: ada.userId,
        p_session: ada.sessionId,
        p_vault: newVault(2),
      });

    await client.query('begin');
    await put(client);

    const [late] = await Promise.allSettled([
      put(other),
      waitForLock(client, other).then(() => client.query('commit')),
    ]);

    expect(late).toMatchObject({
      status: 'rejected',
      reason: { code: 'PT409', message: 'stale_vault' },
    });
    await other.end();
  });

  test.each([
    ['fewer iterations', { kdf: { ...newVault().kdf, iterations: 599_999 } }],
    ['another derivation', { kdf: { ...newVault().kdf, algorithm: 'scrypt' } }],
    ['a short salt', { kdf: { ...newVault().kdf, salt: base64(31) } }],
    ['a body too large', { body: base64(8193) }],
    ['a password wrap too large', { passwordWrap: base64(2049) }],
    ['device wraps too large', { deviceWraps: base64(65_537) }],
    ['device wraps of no bytes', { deviceWraps: '' }],
    ['bytes that are not base64', { body: '!' }],
    ['no body', { body: undefined }],
  ])('refuses %s', async (_, change) => {
    const { userId } = await addUser(client);
    const sessionId = await addSession(client, userId);

    await expect(putVault(userId, sessionId, { ...newVault(), ...change })).rejects.toMatchObject({
      code: 'PT400',
    });
  });
});

describe('finding people', () => {
  test('needs the exact handle and a person with a manifest', async () => {
    const ada = await addPerson(client);
    const { userId } = await addUser(client);
    await putProfile(userId, 'unfinished');
    const find = (handle: string) => call(client, 'relay_find_person', { p_handle: handle });

    expect(
      peopleRoutes.findPerson.response.parse({ person: await find(ada.handle) }).person.userId,
    ).toBe(ada.userId);
    for (const handle of [ada.handle.slice(0, -1), `${ada.handle}%`, 'unfinished']) {
      await expect(find(handle)).rejects.toMatchObject({ code: 'PT404' });
    }
  });

  test('relay_get_people gives profiles and account keys', async () => {
    const ada = await addPerson(client);
    const bob = await addPerson(client);

    const people = await call<{ profile: { userId: string }; accountKey: string }[]>(
      client,
      'relay_get_people',
      { p_users: [ada.userId, bob.userId, randomUUID()] },
    );

    expect(new Map(people.map(({ profile, accountKey }) => [profile.userId, accountKey]))).toEqual(
      new Map([
        [ada.userId, ada.accountKey],
        [bob.userId, bob.accountKey],
      ]),
    );
  });
});

test('relay_audit writes one row, and no content that is not an object', async () => {
  const ada = await addPerson(client);
  const audit = (detail: unknown, action = 'device.register') =>
    call(client, 'relay_audit', {
      p_user: ada.userId,
      p_device: ada.deviceId,
      p_action: action,
      p_detail: detail,
    });

  await audit({ number: 1 });

  await expect(audit('"text"')).rejects.toMatchObject({ code: '23514' });
  await expect(audit({}, 'spaces are not words')).rejects.toMatchObject({ code: '23514' });
  const { rows } = await client.query(
    'select action, device_id, detail from private.audit_events where user_id = $1 and action ~ $2',
    [ada.userId, '[.]'],
  );
  expect(rows).toEqual([
    { action: 'device.register', device_id: ada.deviceId, detail: { number: 1 } },
  ]);
});
