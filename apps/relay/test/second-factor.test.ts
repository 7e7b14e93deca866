import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDevice, ask, authenticate, claimsOf, createPerson } from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { enrolFactor, giveCode, removeFactor } from './support/second-factor.ts';
import type { TestFactor } from './support/second-factor.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, handshakeOf, next, rawSocket, refusal } from './support/test-socket.ts';

let test: TestRelay;
/** Of the auth service: a code is accepted once, and the next one is 30 seconds away. */
let aheadMs = 0;
const now = () => Date.now() + aheadMs;

beforeAll(async () => {
  test = await startTestRelay({}, { clock: now, auth: unlimited });
});
afterAll(() => test?.stop());

const manyEvents = { events: 100_000, windowSeconds: 60 };
const unlimited = {
  rateLimits: { signIn: manyEvents, refresh: manyEvents, factorVerify: manyEvents },
};
const random = (length: number) => randomBytes(length).toString('base64url');
const backupOf = () => ({ underRecoveryKey: random(80), underVaultKey: random(80) });
const path = '/api/account/second-factor-backup';

interface Protected {
  person: TestPerson;
  device: TestDevice;
  factor: TestFactor;
}

/** A person whose first device has switched the second factor on. */
async function createProtected(): Promise<Protected> {
  const { person, device } = await createPerson(test);
  const factor = await enrolFactor(test, device.token);
  const raised = await giveCode(test, device.token, factor.factorId, factor.code(now()));
  aheadMs += 30_000;
  return { person, device: { ...device, ...raised }, factor };
}

describe('A session without the second factor of its account', () => {
  it('is refused by every kind of route and by the socket, until the code is given', async () => {
    const { person, device, factor } = await createProtected();
    const weak = await authenticate(test, 'token?grant_type=password', person);
    const account = () => ask(test.relay, 'GET', '/api/account', weak);

    expect(claimsOf(weak.token)['aal']).toBe('aal1');
    expect(await account()).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    const asDevice = { token: weak.token, deviceId: device.deviceId };
    expect((await ask(test.relay, 'GET', '/api/chats', asDevice)).status).toBe(403);
    const socket = rawSocket(test.relay, { auth: { ...handshakeOf(device), token: weak.token } });
    expect(await refusal(socket)).toEqual({ code: 'unauthenticated' });

    const raised = await giveCode(test, weak.token, factor.factorId, factor.code(now()));

    expect(raised.sessionId).toBe(weak.sessionId);
    expect((await ask(test.relay, 'GET', '/api/account', raised)).status).toBe(200);
  });

  it('reads no table', async () => {
    const { device } = await createProtected();
    const tables = (token: string) =>
      ask({ url: test.stack.url }, 'GET', '/rest/v1/profiles?select=user_id', {
        token,
        headers: { apikey: test.stack.publishableKey },
      });
    expect((await tables(device.token)).body).toMatchObject([{ user_id: device.userId }]);

    // As a second factor that was added elsewhere does it to the sessions there are.
    await lower(device);

    expect((await tables(device.token)).body).toEqual([]);
  });

  it('cannot bind itself to a device or register one', async () => {
    const { person, device } = await createProtected();
    const weak = await authenticate(test, 'token?grant_type=password', person);

    await expect(addDevice(test, person)).rejects.toThrow('403');
    const bind = await ask(test.relay, 'POST', `/api/devices/${device.deviceId}/session`, {
      token: weak.token,
      body: { sessionProof: random(64) },
    });
    expect(bind.status).toBe(403);
  });

  it('that was let in before loses its socket at the next look', async () => {
    const { person, device } = await createPerson(test);
    const other = await test.another({ recheckMs: 300 });
    const phone = await addDevice(test, person);
    const socket = await connect(other, phone);
    const told = next(socket, 'session:expired');
    const closed = next(socket, 'disconnect');

    const factor = await enrolFactor(test, device.token);
    await giveCode(test, device.token, factor.factorId, factor.code(now()));
    aheadMs += 30_000;

    await told;
    await closed;
    expect((await ask(other, 'GET', '/api/chats', phone)).status).toBe(401);
  });
});

describe('The backup of a second factor', () => {
  it('is stored by a device and given to a session that lacks the code', async () => {
    const { person, device } = await createProtected();
    const backup = backupOf();
    const put = (body: unknown) => ask(test.relay, 'PUT', path, { ...device, body });

    expect((await ask(test.relay, 'GET', path, device)).body).toEqual({ backup: null });
    expect((await put(backup)).status).toBe(200);
    const weak = await authenticate(test, 'token?grant_type=password', person);
    expect((await ask(test.relay, 'GET', path, { token: weak.token })).body).toEqual({ backup });
    const change = { token: weak.token, deviceId: device.deviceId };
    expect((await ask(test.relay, 'PUT', path, { ...change, body: backupOf() })).status).toBe(403);
    expect((await ask(test.relay, 'DELETE', path, { ...change, body: {} })).status).toBe(403);
    expect((await ask(test.relay, 'GET', path, device)).body).toEqual({ backup });
  });

  it('is replaced, and forgotten when the factor was switched off', async () => {
    const { device, factor } = await createProtected();
    const second = backupOf();
    const put = (body: unknown) => ask(test.relay, 'PUT', path, { ...device, body });
    await put(backupOf());
    await put(second);

    await removeFactor(test, device.token, factor.factorId);
    const kept = await ask(test.relay, 'GET', path, device);
    const forgotten = await ask(test.relay, 'DELETE', path, { ...device, body: {} });
    const again = await ask(test.relay, 'DELETE', path, { ...device, body: {} });

    expect(kept.body).toEqual({ backup: second });
    expect([forgotten.status, again.status]).toEqual([200, 200]);
    expect((await ask(test.relay, 'GET', path, device)).body).toEqual({ backup: null });
  });

  it('of somebody else is nobody’s', async () => {
    const { device } = await createProtected();
    const { device: stranger } = await createPerson(test);
    await ask(test.relay, 'PUT', path, { ...device, body: backupOf() });

    expect((await ask(test.relay, 'GET', path, stranger)).body).toEqual({ backup: null });
    expect((await ask(test.relay, 'GET', path)).status).toBe(401);
  });
});

describe('An account whose second factor is switched off', () => {
  it('needs the password alone again', async () => {
    const { person, device, factor } = await createProtected();

    await removeFactor(test, device.token, factor.factorId);

    const session = await authenticate(test, 'token?grant_type=password', person);
    expect((await ask(test.relay, 'GET', '/api/account', session)).status).toBe(200);
    expect((await ask(test.relay, 'GET', '/api/chats', device)).status).toBe(200);
  });
});

async function lower(device: TestDevice): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client(test.stack.adminUrl);
  await client.connect();
  await client.query(`update auth.sessions set aal = 'aal1' where id = $1`, [device.sessionId]);
  await client.end();
}
