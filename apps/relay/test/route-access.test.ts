/**
 * Every route against every kind of caller. A route that is added is in here by itself: what is to
 * happen follows from its scope alone.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { routes } from '@sotto/protocol';
import type { RouteScope } from '@sotto/protocol';
import { importJWK, SignJWT, UnsecuredJWT } from 'jose';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addDevice,
  ask,
  authenticate,
  claimsOf,
  createPerson,
  deletionBy,
} from './support/person.ts';
import type { TestDevice } from './support/person.ts';
import { backupOf, enrolFactor, giveCode, storeBackup } from './support/second-factor.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';

type As = { token?: string; deviceId?: string; headers?: Record<string, string> };

let test: TestRelay;
let alice: TestDevice;
let bob: TestDevice;
let callers: Record<string, As>;

/** The status a caller gets; null where the caller is let in. */
const expected: Record<string, Record<Exclude<RouteScope, 'public'>, number | null>> = {
  nobody: { firstFactor: 401, user: 401, device: 401 },
  'a guest': { firstFactor: 401, user: 401, device: 401 },
  'a session that ended': { firstFactor: 401, user: 401, device: 401 },
  'a revoked device': { firstFactor: 410, user: 410, device: 410 },
  'the session of a revoked device': { firstFactor: 410, user: 410, device: 401 },
  'a session without its second factor': { firstFactor: null, user: 403, device: 401 },
  'a device without its second factor': { firstFactor: null, user: 403, device: 403 },
  'a session without a device': { firstFactor: null, user: null, device: 401 },
  'a session with a device it is not bound to': { firstFactor: null, user: null, device: 401 },
  'a session with the device of another user': { firstFactor: null, user: null, device: 401 },
  'a page of another origin': { firstFactor: 403, user: 403, device: 403 },
  'no algorithm': { firstFactor: 401, user: 401, device: 401 },
  'a key of someone else': { firstFactor: 401, user: 401, device: 401 },
  'a key id that is a path': { firstFactor: 401, user: 401, device: 401 },
  'another audience': { firstFactor: 401, user: 401, device: 401 },
  'another issuer': { firstFactor: 401, user: 401, device: 401 },
  'the past': { firstFactor: 401, user: 401, device: 401 },
  'the future': { firstFactor: 401, user: 401, device: 401 },
  'a session of somebody else': { firstFactor: 401, user: 401, device: 401 },
  'a device': { firstFactor: null, user: null, device: null },
};

beforeAll(async () => {
  const manyEvents = { events: 100_000, windowSeconds: 60 };
  test = await startTestRelay(
    {
      rateLimits: {
        auth: { points: 100_000, perSeconds: 60 },
        key: { points: 100_000, perSeconds: 60 },
      },
    },
    { auth: { rateLimits: { signIn: manyEvents, refresh: manyEvents } } },
  );
  ({ device: alice } = await createPerson(test));
  ({ device: bob } = await createPerson(test));
  const { person: carol } = await createPerson(test);
  const unbound = await authenticate(test, 'token?grant_type=password', carol);
  const carols = await addDevice(test, carol);
  const ended = await authenticate(test, 'token?grant_type=password', carol);
  await authRequest(ended.token, 'logout?scope=local');
  const revoked = (await createPerson(test)).device;
  await query('update public.devices set is_active = false, revoked_at = now() where id = $1', [
    revoked.deviceId,
  ]);
  await query('delete from auth.sessions where id = $1', [revoked.sessionId]);
  const { person: dora, device: doras } = await createPerson(test);
  const factor = await enrolFactor(test, doras.token);
  await storeBackup(test, doras, backupOf(factor.factorId));
  await giveCode(test, doras.token, factor.factorId, factor.code(Date.now()));
  const lacking = await authenticate(test, 'token?grant_type=password', dora);
  // As the removal of one of two factors does it.
  await query(`update auth.sessions set aal = 'aal1' where id = $1`, [doras.sessionId]);
  const guest = await authRequest(undefined, 'signup', {});
  const ids = { token: alice.token, deviceId: alice.deviceId };
  const forged = async (change: Parameters<typeof forge>[0]) => ({
    ...ids,
    token: await forge(change),
  });

  callers = {
    nobody: {},
    'a guest': { token: String(guest.body['access_token']), deviceId: alice.deviceId },
    'a session that ended': { token: ended.token, deviceId: carols.deviceId },
    'a revoked device': { token: revoked.token, deviceId: revoked.deviceId },
    'the session of a revoked device': { token: revoked.token },
    'a session without its second factor': { token: lacking.token },
    'a device without its second factor': { token: doras.token, deviceId: doras.deviceId },
    'a session without a device': { token: unbound.token },
    'a session with a device it is not bound to': {
      token: unbound.token,
      deviceId: carols.deviceId,
    },
    'a session with the device of another user': { token: alice.token, deviceId: bob.deviceId },
    'a page of another origin': { ...ids, headers: { origin: 'https://evil.example' } },
    'no algorithm': { ...ids, token: new UnsecuredJWT(claimsOf(alice.token)).encode() },
    'a key of someone else': await forged({
      key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    }),
    'a key id that is a path': await forged({ kid: '../../../../dev/null' }),
    'another audience': await forged({ claims: { aud: 'anon' } }),
    'another issuer': await forged({ claims: { iss: 'https://example.org/auth/v1' } }),
    'the past': await forged({ claims: { exp: nowSeconds() - 60 } }),
    'the future': await forged({ claims: { nbf: nowSeconds() + 600 } }),
    'a session of somebody else': await forged({ claims: { session_id: bob.sessionId } }),
    'a device': ids,
  };
  // What the relay knows of those made above counts for so long.
  await pause(3100);
});
afterAll(() => test?.stop());

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Alice's token but for what is given, signed with the right key unless one is given. */
async function forge(change: {
  claims?: Record<string, unknown>;
  key?: unknown;
  kid?: string;
}): Promise<string> {
  const { signingKey } = test.stack;
  const key = change.key ?? (await importJWK(signingKey, 'ES256'));
  return await new SignJWT({ ...claimsOf(alice.token), ...change.claims })
    .setProtectedHeader({ alg: 'ES256', kid: change.kid ?? signingKey.kid })
    .sign(key);
}

const authRequest = (token: string | undefined, path: string, body?: unknown) =>
  ask({ url: test.stack.url }, 'POST', `/auth/v1/${path}`, {
    ...(token === undefined ? {} : { token }),
    body,
    headers: { apikey: test.stack.publishableKey },
  });

async function query(sql: string, values: unknown[]): Promise<void> {
  const client = new pg.Client(test.stack.adminUrl);
  await client.connect();
  await client.query(sql, values);
  await client.end();
}

/** The route with made-up ids and nothing in its body: whoever is let in gets no further than that. */
async function call(name: keyof typeof routes, as: As): Promise<number> {
  const { method, path } = routes[name];
  const url = path.replaceAll(/:\w+/g, () => randomUUID());
  const { status } = await ask(test.relay, method, url, {
    ...as,
    ...(method === 'GET' ? {} : { body: {} }),
  });
  return status;
}

const names = Object.keys(routes) as (keyof typeof routes)[];
const closed = names.filter((name) => routes[name].scope !== 'public');
const refusals = [401, 403, 410];
/** Its own rules say `forbidden` as well, and whoever is let in is gone. */
const last = 'deleteAccount';

describe.each(Object.keys(expected))('%s', (caller) => {
  it('is treated by each route as its scope says', async () => {
    const outcomes: Record<string, number | 'let in'> = {};
    const wanted: typeof outcomes = {};
    for (const name of closed.filter((each) => each !== last)) {
      const status = expected[caller]?.[routes[name].scope as Exclude<RouteScope, 'public'>];
      const given = await call(name, callers[caller] as As);
      // Whoever is let in is told with other codes what the made-up request is worth.
      outcomes[name] = refusals.includes(given) ? given : 'let in';
      wanted[name] = status ?? 'let in';
    }

    expect(outcomes).toEqual(wanted);
    expect(Object.keys(outcomes).length).toBeGreaterThan(20);
  });
});

describe('The deletion of the account', () => {
  it('is open to none of those who are refused elsewhere', async () => {
    const refused = Object.entries(expected).filter(([, { user }]) => user !== null);
    const outcomes: Record<string, number> = {};
    for (const [caller] of refused) outcomes[caller] = await call(last, callers[caller] as As);

    expect(outcomes).toEqual(
      Object.fromEntries(refused.map(([caller, { user }]) => [caller, user])),
    );
    expect(await call('getAccount', callers['a device'] as As)).toBe(200);
    expect(await call(last, callers['a device'] as As)).toBe(403);
    const proof = await deletionBy(alice, alice.sessionId);
    const { method, path } = routes[last];
    const { status } = await ask(test.relay, method, path, { ...callers['a device'], body: proof });
    expect(status).toBe(200);
    expect(await call('getAccount', { token: alice.token })).toBe(401);
  });
});
