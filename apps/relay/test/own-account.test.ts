import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addDevice,
  ask,
  authenticate,
  createChat,
  createPerson,
  deletionBy,
  expectOk,
  sessionProofOf,
} from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, next } from './support/test-socket.ts';
import { vaultOf } from './support/vaults.ts';

let test: TestRelay;
let client: pg.Client;
/** Of the auth service. */
let aheadMs = 0;

beforeAll(async () => {
  test = await startTestRelay({}, { clock: () => Date.now() + aheadMs, auth: unlimited });
  client = new pg.Client(test.stack.adminUrl);
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await test?.stop();
});

const manyEvents = { events: 100_000, windowSeconds: 60 };
const unlimited = { rateLimits: { signIn: manyEvents, refresh: manyEvents } };
const random = (length: number) => randomBytes(length).toString('base64url');

const signIn = (person: TestPerson) => authenticate(test, 'token?grant_type=password', person);
const authRequest = (token: string, method: string, path: string, body?: unknown) =>
  ask({ url: test.stack.url }, method, `/auth/v1/${path}`, {
    token,
    body,
    headers: { apikey: test.stack.publishableKey },
  });
const askDeletion = ({ token }: { token: string }, body: object = {}) =>
  ask(test.relay, 'DELETE', '/api/account', { token, body });
/** As a client does it: in the name of a sign-in, signed by a device. */
const deleteAccount = async (as: { token: string; sessionId: string }, by: TestDevice) =>
  askDeletion(as, await deletionBy(by, as.sessionId));

const ids = ({ userId, deviceId }: TestDevice) => ({ userId, deviceId });

describe('The deletion of an account', () => {
  it('needs a sign-in of the last five minutes', async () => {
    const { person, device } = await createPerson(test);
    aheadMs = -6 * 60_000;
    const old = await signIn(person);
    aheadMs = 0;

    expect((await deleteAccount(old, device)).status).toBe(403);
    expect((await ask(test.relay, 'GET', '/api/chats', device)).status).toBe(200);
  });

  it('counts the sign-in, not the last refresh', async () => {
    const { person, device } = await createPerson(test);
    aheadMs = -6 * 60_000;
    const old = await signIn(person);
    aheadMs = 0;
    const refreshed = await authRequest('', 'POST', 'token?grant_type=refresh_token', {
      refresh_token: old.refreshToken,
    });

    const now = { ...old, token: String(refreshed.body['access_token']) };

    expect((await deleteAccount(now, device)).status).toBe(403);
  });

  it('needs the signature of an active device of the account, for this sign-in', async () => {
    const { person, device } = await createPerson(test);
    const removed = await addDevice(test, person);
    await client.query(
      'update public.devices set is_active = false, revoked_at = now() where id = $1',
      [removed.deviceId],
    );
    const { device: stranger } = await createPerson(test);
    const [session, earlier] = [await signIn(person), await signIn(person)];
    const { sessionId } = session;
    const right = await deletionBy(device, sessionId);
    const bound = await sessionProofOf(device.identity, person.userId, device.deviceId, sessionId);
    const wrong: Record<string, object> = {
      'the login password alone': {},
      'no signature': { deviceId: right.deviceId },
      'no device': { proof: right.proof },
      'another device': { ...right, deviceId: stranger.deviceId },
      'a device of somebody else': await deletionBy(stranger, sessionId),
      'a removed device': await deletionBy(removed, sessionId),
      'a device that does not exist': { ...right, deviceId: randomUUID() },
      'another session': await deletionBy(device, earlier.sessionId),
      'the key of somebody else': await deletionBy({ ...stranger, ...ids(device) }, sessionId),
      'the signature that binds a session': {
        ...right,
        proof: Buffer.from(bound).toString('base64url'),
      },
    };

    const statuses: Record<string, number> = {};
    for (const [name, body] of Object.entries(wrong)) {
      statuses[name] = (await askDeletion(session, body)).status;
    }

    expect(statuses).toEqual(Object.fromEntries(Object.keys(wrong).map((name) => [name, 403])));
    expect((await ask(test.relay, 'GET', '/api/chats', device)).status).toBe(200);
    expect((await askDeletion(session, right)).status).toBe(200);
  });

  it('needs the sign-in alone before the account has a device', async () => {
    const login = { email: `${random(9)}@example.org`, password: random(12) };
    const session = await authenticate(test, 'signup', login);
    await expectOk(test.relay, 'PUT', '/api/account/profile', {
      ...session,
      body: { handle: `u${randomUUID().slice(0, 8)}`, displayName: 'Una', avatarColor: 1 },
    });

    expect((await askDeletion(session)).status).toBe(200);
    expect(
      (await client.query('select from auth.users where id = $1', [session.userId])).rowCount,
    ).toBe(0);
  });

  it('by the operator at the auth service takes the same, and ends its sockets', async () => {
    const { person, device: alice } = await createPerson(test);
    const { device: bob } = await createPerson(test);
    const shared = await createChat(test.relay, alice, bob);
    const own = await createChat(test.relay, alice, alice);
    await expectOk(test.relay, 'PUT', '/api/account/vault', { ...alice, body: vaultOf(1) });
    const closed = next(await connect(test.relay, alice), 'disconnect', 6000);

    const { status } = await ask(
      { url: test.stack.url },
      'DELETE',
      `/auth/v1/admin/users/${person.userId}`,
      { body: {}, headers: { apikey: test.stack.secretKey } },
    );

    expect(status).toBe(200);
    await closed;
    const named = await client.query<{ name: string }>(
      `select 'profiles' as name from public.profiles where user_id = $1
       union all select 'account_vaults' from public.account_vaults where user_id = $1
       union all select 'devices' from public.devices where user_id = $1
       union all select 'chat_members' from public.chat_members where user_id = $1
       union all select 'own chat' from public.chats where id = $2
       union all select 'chat_key_wraps' from public.chat_key_wraps where user_id = $1
       union all select 'device_manifests' from public.device_manifests where user_id = $1
       union all select 'account_deleted' from private.audit_events
         where user_id = $1 and action = 'account_deleted'`,
      [person.userId, own],
    );
    expect(named.rows.map(({ name }) => name)).toEqual(['device_manifests']);
    const chats = await expectOk(test.relay, 'GET', '/api/chats', bob);
    expect(chats['chats']).toMatchObject([{ chatId: shared, members: [{ userId: bob.userId }] }]);
  });

  it('takes all that belongs to it, and tells everyone it talked with', async () => {
    const { person, device: alice } = await createPerson(test);
    const phone = await addDevice(test, person);
    const { device: bob } = await createPerson(test);
    const shared = await createChat(test.relay, alice, bob);
    const own = await createChat(test.relay, alice, alice);
    for (const chatId of [shared, own]) {
      await expectOk(test.relay, 'POST', `/api/chats/${chatId}/messages`, {
        ...alice,
        body: { messages: [{ clientId: randomUUID(), ciphertext: random(40) }] },
      });
    }
    await expectOk(test.relay, 'PUT', '/api/account/vault', { ...alice, body: vaultOf(1) });
    const second = await test.another();
    const sockets = [await connect(test.relay, alice), await connect(second, phone)];
    const closed = sockets.map((socket) => next(socket, 'disconnect', 6000));
    const listener = await connect(test.relay, bob);
    const told = next(listener, 'chat:changed');
    const session = await signIn(person);

    const answer = await deleteAccount(session, phone);

    expect(answer.status).toBe(200);
    expect(await told).toEqual({ chatId: shared });
    await Promise.all(closed);
    const failed = await authRequest('', 'POST', 'token?grant_type=password', {
      email: person.email,
      password: person.password,
    });
    expect(failed).toMatchObject({ status: 400, body: { error_code: 'invalid_credentials' } });
    const chats = await expectOk(test.relay, 'GET', '/api/chats', bob);
    expect(chats['chats']).toMatchObject([
      { chatId: shared, headSeq: 1, members: [{ userId: bob.userId }] },
    ]);
    const page = await expectOk(
      test.relay,
      'GET',
      `/api/chats/${shared}/messages?after=0&limit=5`,
      bob,
    );
    expect(page['messages']).toHaveLength(1);
    const { rows } = await client.query(
      `select
         (select count(*)::int from public.messages where chat_id = $2) as own_messages,
         (select count(*)::int from public.chat_key_epochs where chat_id = $2) as own_epochs,
         (select count(*)::int from public.chats where id = $2) as own_chats,
         (select count(*)::int from public.devices where user_id = $1) as devices,
         (select count(*)::int from public.account_vaults where user_id = $1) as vaults,
         (select count(*)::int from public.profiles where user_id = $1) as profiles,
         (select count(*)::int from public.chat_key_wraps where user_id = $1) as wraps,
         (select count(*)::int from auth.users where id = $1) as users,
         (select count(*)::int from public.device_manifests where user_id = $1) as manifests,
         (select jsonb_agg(to_jsonb(e) - 'id' - 'at') from private.audit_events e
          where user_id = $1 and action = 'account_deleted') as record`,
      [person.userId, own],
    );
    expect(rows[0]).toEqual({
      own_messages: 0,
      own_epochs: 0,
      own_chats: 0,
      devices: 0,
      vaults: 0,
      profiles: 0,
      wraps: 0,
      users: 0,
      manifests: 2,
      record: [{ user_id: person.userId, device_id: null, action: 'account_deleted', detail: {} }],
    });
    listener.disconnect();
  });

  it('frees the handle', async () => {
    const { person, device } = await createPerson(test);
    const { device: bob } = await createPerson(test);
    const body = { handle: person.handle, displayName: 'Bob', avatarColor: 2 };
    expect((await ask(test.relay, 'PUT', '/api/account/profile', { ...bob, body })).status).toBe(
      409,
    );

    await deleteAccount(await signIn(person), device);

    expect((await ask(test.relay, 'PUT', '/api/account/profile', { ...bob, body })).status).toBe(
      200,
    );
  });

  it('purges a chat with the last one who was in it, even when both go at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, two] = [await createPerson(test), await createPerson(test)];
      const chatId = await createChat(test.relay, one.device, two.device);
      await expectOk(test.relay, 'POST', `/api/chats/${chatId}/messages`, {
        ...one.device,
        body: { messages: [{ clientId: randomUUID(), ciphertext: random(40) }] },
      });
      const sessions = [
        { as: await signIn(one.person), by: one.device },
        { as: await signIn(two.person), by: two.device },
      ];

      const answers = await Promise.all(sessions.map(({ as, by }) => deleteAccount(as, by)));

      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const { rows } = await client.query(
        `select (select count(*)::int from public.messages where chat_id = $1) as messages,
                (select count(*)::int from public.chats where id = $1) as chats`,
        [chatId],
      );
      expect(rows[0]).toEqual({ messages: 0, chats: 0 });
    }
  });

  it('that stopped half-way is finished by repeating it, or by any relay in time', async () => {
    const half = async ({ person, device }: { person: TestPerson; device: TestDevice }) => {
      const session = await signIn(person);
      await client.query('select public.relay_delete_account($1, $2, $3)', [
        person.userId,
        session.sessionId,
        device.deviceId,
      ]);
      return session;
    };
    const userCount = async (person: TestPerson) =>
      (await client.query('select 1 from auth.users where id = $1', [person.userId])).rowCount;
    const [one, two] = [await createPerson(test), await createPerson(test)];
    const [repeated, left] = [one.person, two.person];

    const session = await half(one);
    expect(await userCount(repeated)).toBe(1);
    expect((await deleteAccount(session, one.device)).status).toBe(200);
    expect(await userCount(repeated)).toBe(0);

    await half(two);
    await client.query('alter table private.audit_events disable trigger user');
    await client.query(
      `update private.audit_events set at = at - interval '1 minute'
       where user_id = $1 and action = 'account_deleted'`,
      [left.userId],
    );
    await client.query('alter table private.audit_events enable trigger user');
    await test.another({ housekeepingMs: 100 });

    await expect.poll(() => userCount(left), { timeout: 5000 }).toBe(0);
  });
});
