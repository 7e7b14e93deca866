import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addDevice,
  ask,
  authenticate,
  claimsOf,
  createPerson,
  expectOk,
  sessionProofOf,
} from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import {
  backupOf,
  enrolFactor,
  giveCode,
  removeFactor,
  storeBackup,
} from './support/second-factor.ts';
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
const path = '/api/account/second-factor-backup';

interface Protected {
  person: TestPerson;
  device: TestDevice;
  factor: TestFactor;
  backup: ReturnType<typeof backupOf>;
}

/** A person whose first device has switched the second factor on. */
async function createProtected(): Promise<Protected> {
  const { person, device } = await createPerson(test);
  const factor = await enrolFactor(test, device.token);
  const backup = backupOf(factor.factorId);
  await storeBackup(test, device, backup);
  const raised = await giveCode(test, device.token, factor.factorId, factor.code(now()));
  aheadMs += 30_000;
  return { person, device: { ...device, ...raised }, factor, backup };
}

describe('A session without the second factor of its account', () => {
  // The first one: each code moves the auth service's clock on, and PostgREST refuses tokens from the future.
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
    const { person, device, factor, backup } = await createProtected();

    const weak = await authenticate(test, 'token?grant_type=password', person);
    expect((await ask(test.relay, 'GET', path, { token: weak.token })).body).toEqual({ backup });
    const change = { token: weak.token, deviceId: device.deviceId };
    const other = backupOf(factor.factorId);
    expect((await ask(test.relay, 'PUT', path, { ...change, body: other })).status).toBe(403);
    expect((await ask(test.relay, 'DELETE', path, { ...change, body: {} })).status).toBe(403);
    expect((await ask(test.relay, 'GET', path, device)).body).toEqual({ backup });
  });

  it('is replaced, and forgotten when the factor was switched off', async () => {
    const { device, factor } = await createProtected();
    const second = backupOf(factor.factorId);
    await storeBackup(test, device, second);

    const early = await ask(test.relay, 'DELETE', path, { ...device, body: {} });
    await removeFactor(test, device.token, factor.factorId);
    const kept = await ask(test.relay, 'GET', path, device);
    const forgotten = await ask(test.relay, 'DELETE', path, { ...device, body: {} });
    const again = await ask(test.relay, 'DELETE', path, { ...device, body: {} });

    expect(early.status).toBe(409);
    expect(kept.body).toEqual({ backup: second });
    expect([forgotten.status, again.status]).toEqual([200, 200]);
    expect((await ask(test.relay, 'GET', path, device)).body).toEqual({ backup: null });
  });

  it('of somebody else is nobody’s', async () => {
    await createProtected();
    const { device: stranger } = await createPerson(test);

    expect((await ask(test.relay, 'GET', path, stranger)).body).toEqual({ backup: null });
    expect((await ask(test.relay, 'GET', path)).status).toBe(401);
  });
});

describe('A second factor of somebody who has the login password and no device', () => {
  /** As the auth service allows it. Answers what the stranger has in hand then. */
  async function setUpByStranger(person: TestPerson) {
    const stranger = await authenticate(test, 'token?grant_type=password', person);
    const factor = await enrolFactor(test, stranger.token, 'Tablet');
    const raised = await giveCode(test, stranger.token, factor.factorId, factor.code(now()));
    aheadMs += 30_000;
    return { factor, stranger: raised };
  }

  /** The owner's device takes up a new sign-in with the password alone. */
  async function comeBack(person: TestPerson, device: TestDevice): Promise<TestDevice> {
    const session = await authenticate(test, 'token?grant_type=password', person);
    const { identity, userId, deviceId } = device;
    const proof = await sessionProofOf(identity, userId, deviceId, session.sessionId);
    await expectOk(test.relay, 'POST', `/api/devices/${deviceId}/session`, {
      token: session.token,
      body: { sessionProof: Buffer.from(proof).toString('base64url') },
    });
    return { ...device, ...session };
  }

  it('does not keep the owner out, though a set-up was begun and given up before', async () => {
    const { person, device } = await createPerson(test);
    await storeBackup(test, device, backupOf((await enrolFactor(test, device.token)).factorId));

    const { factor, stranger } = await setUpByStranger(person);

    expect(claimsOf(stranger.token)['aal']).toBe('aal2');
    const again = await comeBack(person, device);
    expect(claimsOf(again.token)['aal']).toBe('aal1');
    expect((await ask(test.relay, 'GET', '/api/chats', again)).status).toBe(200);
    (await connect(test.relay, again)).disconnect();
    const { sessionId } = await authenticate(test, 'token?grant_type=password', person);
    expect(sessionId).not.toBe(again.sessionId);
    const as = { token: stranger.token, deviceId: device.deviceId };
    const backup = backupOf(factor.factorId);
    expect((await ask(test.relay, 'PUT', path, { ...as, body: backup })).status).toBe(401);
    expect((await ask(test.relay, 'GET', '/api/chats', again)).status).toBe(200);
  });

  it('is removed by the operator alone; then the owner sets up their own, which counts', async () => {
    const { person, device } = await createPerson(test);
    const { factor } = await setUpByStranger(person);
    const again = await comeBack(person, device);
    await expect(removeFactor(test, again.token, factor.factorId)).rejects.toThrow('422');
    await expect(enrolFactor(test, again.token)).rejects.toThrow('403');

    const { status } = await ask(
      { url: test.stack.url },
      'DELETE',
      `/auth/v1/admin/users/${person.userId}/factors/${factor.factorId}`,
      { body: {}, headers: { apikey: test.stack.secretKey } },
    );

    expect(status).toBe(200);
    const own = await enrolFactor(test, again.token);
    await storeBackup(test, again, backupOf(own.factorId));
    await giveCode(test, again.token, own.factorId, own.code(now()));
    aheadMs += 30_000;
    const weak = await authenticate(test, 'token?grant_type=password', person);
    expect((await ask(test.relay, 'GET', '/api/account', weak)).status).toBe(403);
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
