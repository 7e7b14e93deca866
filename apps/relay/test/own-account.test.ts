import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addDevice,
  ask,
  authenticate,
  createChat,
  createPerson,
  expectOk,
  sessionProofOf,
} from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, next } from './support/test-socket.ts';

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
const vaultOf = (version: number) => ({
  version,
  kdf: { algorithm: 'PBKDF2-HMAC-SHA256', iterations: 600_000, salt: random(32) },
  passwordWrap: random(60),
  recoveryWrap: random(60),
  body: random(200),
});

interface Event {
  id: number;
  atMs: number;
  action: string;
  deviceId: string | null;
  detail: Record<string, unknown>;
}

async function activityOf(device: TestDevice, query = ''): Promise<Event[]> {
  const body = await expectOk(test.relay, 'GET', `/api/account/activity${query}`, device);
  return body['events'] as Event[];
}

const signIn = (person: TestPerson) => authenticate(test, 'token?grant_type=password', person);
const authRequest = (token: string, method: string, path: string, body?: unknown) =>
  ask({ url: test.stack.url }, method, `/auth/v1/${path}`, {
    token,
    body,
    headers: { apikey: test.stack.publishableKey },
  });
const deleteAccount = (as: { token: string }, relay = test.relay) =>
  ask(relay, 'DELETE', '/api/account', { token: as.token, body: {} });

describe('The activity of an account', () => {
  it('holds what was done, by whom and in order, and what the auth service saw', async () => {
    const { person, device } = await createPerson(test);
    const vault = vaultOf(1);
    await expectOk(test.relay, 'PUT', '/api/account/vault', { ...device, body: vault });
    await expectOk(test.relay, 'PUT', '/api/account/vault', { ...device, body: vault });
    const changed = { ...vaultOf(2), recoveryWrap: vault.recoveryWrap };
    await expectOk(test.relay, 'PUT', '/api/account/vault', { ...device, body: changed });
    const session = await signIn(person);
    const proof = await sessionProofOf(
      device.identity,
      person.userId,
      device.deviceId,
      session.sessionId,
    );
    for (let time = 0; time < 2; time += 1) {
      await expectOk(test.relay, 'POST', `/api/devices/${device.deviceId}/session`, {
        token: session.token,
        body: { sessionProof: Buffer.from(proof).toString('base64url') },
      });
    }
    const now = { ...device, ...session };
    await authRequest(now.token, 'PUT', 'user', { password: random(12) });

    const events = await activityOf(now);

    expect(events.map(({ action }) => action).reverse()).toEqual([
      'account_created',
      'device_registered',
      'vault_created',
      'vault_changed',
      'signed_in',
      'session_bound',
      'password_changed',
    ]);
    const byAction = Object.fromEntries(events.map((event) => [event.action, event]));
    expect(byAction['vault_changed']).toMatchObject({
      deviceId: device.deviceId,
      detail: { version: 2, passwordWrap: true, recoveryWrap: false },
    });
    expect(byAction['signed_in']).toMatchObject({ deviceId: null, detail: {} });
    expect(Math.abs(Date.now() - Number(events[0]?.atMs))).toBeLessThan(60_000);
  });

  it('comes in pages of fifty, newest first, without gap or repeat', async () => {
    const { device } = await createPerson(test);
    await client.query(
      `insert into private.audit_events (user_id, action, detail)
       select $1, 'device_renamed', jsonb_build_object('n', n, 'nested', '{}'::jsonb)
       from generate_series(1, 118) n`,
      [device.userId],
    );
    await client.query(
      `insert into private.audit_events (user_id, action) values ($1, 'chat.create')`,
      [device.userId],
    );

    const pages: Event[][] = [];
    let before: number | undefined;
    for (;;) {
      const query: string = before === undefined ? '' : `?before=${before}`;
      const body = await expectOk(test.relay, 'GET', `/api/account/activity${query}`, device);
      pages.push(body['events'] as Event[]);
      before = pages.at(-1)?.at(-1)?.id;
      if (body['hasMore'] !== true) break;
    }

    expect(pages.map(({ length }) => length)).toEqual([50, 50, 20]);
    const ids = pages.flat().map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
    expect(pages[0]?.[0]?.detail).toEqual({ n: 118 });
  });

  it('is the own account’s alone', async () => {
    const { device } = await createPerson(test);
    const { device: stranger } = await createPerson(test);
    await expectOk(test.relay, 'PUT', '/api/account/vault', { ...device, body: vaultOf(1) });

    const actions = (await activityOf(stranger)).map(({ action }) => action);

    expect(actions).toEqual(['device_registered', 'account_created']);
    for (const before of ['-1', 'x', '1e400', '1.5']) {
      const answer = await ask(test.relay, 'GET', `/api/account/activity?before=${before}`, device);
      expect(answer.status).toBe(400);
    }
  });
});

describe('The deletion of an account', () => {
  it('needs a sign-in of the last five minutes', async () => {
    const { person, device } = await createPerson(test);
    aheadMs = -6 * 60_000;
    const old = await signIn(person);
    aheadMs = 0;

    expect((await deleteAccount(old)).status).toBe(403);
    expect((await ask(test.relay, 'GET', '/api/chats', device)).status).toBe(200);
  });

  it('counts the sign-in, not the last refresh', async () => {
    const { person } = await createPerson(test);
    aheadMs = -6 * 60_000;
    const old = await signIn(person);
    aheadMs = 0;
    const refreshed = await authRequest('', 'POST', 'token?grant_type=refresh_token', {
      refresh_token: old.refreshToken,
    });

    expect((await deleteAccount({ token: String(refreshed.body['access_token']) })).status).toBe(
      403,
    );
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

    const answer = await deleteAccount(session);

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
    const { person } = await createPerson(test);
    const { device: bob } = await createPerson(test);
    const body = { handle: person.handle, displayName: 'Bob', avatarColor: 2 };
    expect((await ask(test.relay, 'PUT', '/api/account/profile', { ...bob, body })).status).toBe(
      409,
    );

    await deleteAccount(await signIn(person));

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
      const sessions = [await signIn(one.person), await signIn(two.person)];

      const answers = await Promise.all(sessions.map((session) => deleteAccount(session)));

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
    const half = async (person: TestPerson) => {
      const session = await signIn(person);
      await client.query('select public.relay_delete_account($1, $2)', [
        person.userId,
        session.sessionId,
      ]);
      return session;
    };
    const userCount = async (person: TestPerson) =>
      (await client.query('select 1 from auth.users where id = $1', [person.userId])).rowCount;
    const repeated = (await createPerson(test)).person;
    const left = (await createPerson(test)).person;

    const session = await half(repeated);
    expect(await userCount(repeated)).toBe(1);
    expect((await deleteAccount(session)).status).toBe(200);
    expect(await userCount(repeated)).toBe(0);

    await half(left);
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
