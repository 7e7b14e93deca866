import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Socket } from 'socket.io-client';
import type { Relay } from '../src/index.ts';
import {
  addDevice,
  ask,
  authenticate,
  createPerson,
  expectOk,
  sessionProofOf,
} from './support/person.ts';
import type { TestDevice } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, handshakeOf, next, rawSocket, refusal } from './support/test-socket.ts';

let test: TestRelay;
let second: Relay;
/** Of the auth service: what is older than its reuse interval is no honest repeat. */
let aheadMs = 0;
const manyEvents = { events: 100_000, windowSeconds: 60 };

// Sockets are looked at one by one once a minute, as in production: that is not what these wait for.
beforeAll(async () => {
  test = await startTestRelay(
    {},
    {
      clock: () => Date.now() + aheadMs,
      auth: { rateLimits: { signIn: manyEvents, refresh: manyEvents } },
    },
  );
  second = await test.another();
});
afterAll(() => test?.stop());

const withinMs = 6000;

const authRequest = (token: string | undefined, method: string, path: string, body?: unknown) =>
  ask({ url: test.stack.url }, method, `/auth/v1/${path}`, {
    ...(token === undefined ? {} : { token }),
    body,
    headers: { apikey: test.stack.publishableKey },
  });

/** Told and closed, both within seconds. */
async function ended(socket: Socket): Promise<string> {
  const told = next(socket, 'session:expired', withinMs);
  const closed = next<string>(socket, 'disconnect', withinMs);
  await told;
  return await closed;
}

async function isRefused(relay: { url: string }, device: TestDevice): Promise<void> {
  await expect
    .poll(async () => (await ask(relay, 'GET', '/api/chats', device)).status, { timeout: withinMs })
    .toBe(401);
  const socket = rawSocket(relay, { auth: handshakeOf(device) });
  expect(await refusal(socket)).toEqual({ code: 'unauthenticated' });
}

/** A laptop on one relay, a phone on the other. */
async function twoDevices() {
  const { person, device: laptop } = await createPerson(test);
  const phone = await addDevice(test, person);
  return {
    person,
    laptop: { device: laptop, socket: await connect(test.relay, laptop) },
    phone: { device: phone, socket: await connect(second, phone) },
  };
}

describe('Within seconds, on every relay,', () => {
  it('signing out everywhere ends all sockets and sessions', async () => {
    const { laptop, phone } = await twoDevices();
    const both = Promise.all([ended(laptop.socket), ended(phone.socket)]);

    await authRequest(laptop.device.token, 'POST', 'logout?scope=global');

    expect(await both).toEqual(['io server disconnect', 'io server disconnect']);
    await isRefused(test.relay, phone.device);
    await isRefused(second, laptop.device);
  });

  it('signing out here ends this session and no other', async () => {
    const { laptop, phone } = await twoDevices();
    const closing = ended(laptop.socket);

    await authRequest(laptop.device.token, 'POST', 'logout?scope=local');

    await closing;
    expect(phone.socket.connected).toBe(true);
    expect((await ask(test.relay, 'GET', '/api/chats', phone.device)).status).toBe(200);
    phone.socket.disconnect();
  });

  it('a new login password ends all other sessions', async () => {
    const { laptop, phone } = await twoDevices();
    const closing = ended(phone.socket);

    const password = randomBytes(12).toString('hex');
    await authRequest(laptop.device.token, 'PUT', 'user', { password });

    await closing;
    await isRefused(test.relay, phone.device);
    expect(laptop.socket.connected).toBe(true);
    expect((await ask(second, 'GET', '/api/chats', laptop.device)).status).toBe(200);
    laptop.socket.disconnect();
  });

  it('the use of a stolen refresh token ends the session for thief and owner', async () => {
    const { person } = await createPerson(test);
    const phone = await addDevice(test, person);
    const stolen = await authenticate(test, 'token?grant_type=password', person);
    const refresh = (refreshToken: string) =>
      authRequest(undefined, 'POST', 'token?grant_type=refresh_token', {
        refresh_token: refreshToken,
      });
    const device = await rebind(phone, stolen);
    const socket = await connect(second, device);
    const closing = ended(socket);

    const once = await refresh(stolen.refreshToken);
    const twice = await refresh(String(once.body['refresh_token']));
    aheadMs += 60_000;
    const reused = await refresh(stolen.refreshToken);
    aheadMs = 0;

    expect([once.status, twice.status]).toEqual([200, 200]);
    expect(reused).toMatchObject({
      status: 400,
      body: { error_code: 'refresh_token_already_used' },
    });
    await closing;
    await isRefused(test.relay, device);
    expect((await refresh(String(twice.body['refresh_token']))).status).toBe(400);
  });

  it('fifty honest refreshes at once end nothing', async () => {
    const { person } = await createPerson(test);
    const phone = await addDevice(test, person);
    const session = await authenticate(test, 'token?grant_type=password', person);
    const device = await rebind(phone, session);
    const socket = await connect(second, device);

    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        authRequest(undefined, 'POST', 'token?grant_type=refresh_token', {
          refresh_token: session.refreshToken,
        }),
      ),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body['refresh_token'])).size).toBe(1);
    expect((await ask(test.relay, 'GET', '/api/chats', device)).status).toBe(200);
    expect(socket.connected).toBe(true);
    socket.disconnect();
  });
});

async function rebind(
  device: TestDevice,
  session: { token: string; sessionId: string },
): Promise<TestDevice> {
  const { userId, deviceId, identity } = device;
  const proof = await sessionProofOf(identity, userId, deviceId, session.sessionId);
  await expectOk(test.relay, 'POST', `/api/devices/${deviceId}/session`, {
    token: session.token,
    body: { sessionProof: Buffer.from(proof).toString('base64url') },
  });
  return { ...device, token: session.token, sessionId: session.sessionId };
}
