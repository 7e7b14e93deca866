import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { generateIdentityKeyPair, sha256, utf8 } from '@sotto/crypto';
import { importJWK, SignJWT, UnsecuredJWT } from 'jose';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addDevice,
  ask,
  authenticate,
  claimsOf,
  createChat,
  createPerson,
  deviceRegistration,
  sessionProofOf,
} from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import {
  answerChallenge,
  connect,
  handshakeOf,
  next,
  proofOf,
  rawSocket,
  refusal,
  send,
} from './support/test-socket.ts';

let test: TestRelay;
let alice: TestDevice;
let alicePerson: TestPerson;
let bob: TestDevice;

beforeAll(async () => {
  test = await startTestRelay({ recheckMs: 400 });
  ({ device: alice, person: alicePerson } = await createPerson(test));
  ({ device: bob } = await createPerson(test));
});
afterAll(() => test?.stop());

/** A token like the device's own but for what is given, signed with the right key. */
async function forge(
  device: TestDevice,
  change: { claims?: Record<string, unknown>; key?: unknown; alg?: string; kid?: string } = {},
): Promise<string> {
  const { signingKey } = test.stack;
  const key = change.key ?? (await importJWK(signingKey, 'ES256'));
  return await new SignJWT({ ...claimsOf(device.token), ...change.claims })
    .setProtectedHeader({ alg: change.alg ?? 'ES256', kid: change.kid ?? signingKey.kid })
    .sign(key);
}

async function query(sql: string, values: unknown[]): Promise<unknown[]> {
  const client = new pg.Client(test.stack.adminUrl);
  await client.connect();
  const { rows } = await client.query(sql, values);
  await client.end();
  return rows;
}

async function auditedActions(userId: string): Promise<string[]> {
  const sql = 'select action from private.audit_events e where to_jsonb(e)::text like $1';
  return ((await query(sql, [`%${userId}%`])) as { action: string }[]).map(({ action }) => action);
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Tokens that must open nothing, and why. */
const badTokens: Record<string, () => Promise<string> | string> = {
  'no algorithm': () => new UnsecuredJWT(claimsOf(alice.token)).encode(),
  'the public key as a shared secret': async () => {
    const response = await fetch(test.stack.jwksUrl);
    const text = JSON.stringify(((await response.json()) as { keys: unknown[] }).keys[0]);
    return await forge(alice, { key: new TextEncoder().encode(text), alg: 'HS256' });
  },
  'a key of someone else under the right id': () =>
    forge(alice, { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }),
  'a key id that is a path': () => forge(alice, { kid: '../../../../dev/null' }),
  'another audience': () => forge(alice, { claims: { aud: 'anon' } }),
  'another issuer': () => forge(alice, { claims: { iss: 'https://example.org/auth/v1' } }),
  'the past': () => forge(alice, { claims: { exp: nowSeconds() - 60 } }),
  'the future': () => forge(alice, { claims: { nbf: nowSeconds() + 600 } }),
  'no end': () => forge(alice, { claims: { exp: undefined } }),
  'another role': () => forge(alice, { claims: { role: 'service_role' } }),
  'an anonymous person': () => forge(alice, { claims: { is_anonymous: true } }),
  'a session that does not exist': () => forge(alice, { claims: { session_id: randomUUID() } }),
  'a session of someone else': () => forge(alice, { claims: { session_id: bob.sessionId } }),
  'no person': () => forge(alice, { claims: { sub: 'nobody' } }),
  'the publishable key': () => test.stack.publishableKey,
  'the secret key': () => test.stack.secretKey,
  'not a token': () => 'a.b.c',
};

describe('An access token with', () => {
  for (const [name, make] of Object.entries(badTokens)) {
    it(`${name} opens neither route nor socket`, async () => {
      const token = await make();
      const as = { token, deviceId: alice.deviceId };

      expect(await ask(test.relay, 'GET', '/api/account', as)).toMatchObject({
        status: 401,
        body: { error: { code: 'unauthenticated' } },
      });
      expect((await ask(test.relay, 'GET', '/api/chats', as)).status).toBe(401);
      const socket = rawSocket(test.relay, { auth: { ...handshakeOf(alice), token } });
      expect(await refusal(socket)).toEqual({ code: 'unauthenticated' });
    });
  }

  it('everything right opens both', async () => {
    const token = await forge(alice);

    expect((await ask(test.relay, 'GET', '/api/account', { token })).status).toBe(200);
    (await connect(test.relay, { ...alice, token })).disconnect();
  });
});

describe('A device', () => {
  it('must be named, exist, be the person’s own and be bound to the session', async () => {
    const otherSession = await authenticate(test, 'token?grant_type=password', alicePerson);
    const cases: Record<string, { token: string; deviceId?: string }> = {
      nameless: { token: alice.token },
      unknown: { token: alice.token, deviceId: randomUUID() },
      foreign: { token: alice.token, deviceId: bob.deviceId },
      unbound: { token: otherSession.token, deviceId: alice.deviceId },
      malformed: { token: alice.token, deviceId: alice.deviceId.toUpperCase() },
    };

    const outcomes: Record<string, unknown> = {};
    for (const [name, as] of Object.entries(cases)) {
      const { status } = await ask(test.relay, 'GET', '/api/chats', as);
      const socket = rawSocket(test.relay, { auth: { ...handshakeOf(alice), ...as } });
      if (name === 'nameless') socket.auth = { token: as.token, protocolVersion: 1 };
      outcomes[name] = { status, ...((await refusal(socket)) as object) };
    }

    const refused = { status: 401, code: 'unauthenticated' };
    expect(outcomes).toEqual(Object.fromEntries(Object.keys(cases).map((name) => [name, refused])));
  });

  it('gets nothing before it has proven its key, and is closed when it cannot', async () => {
    const socket = rawSocket(test.relay, { auth: handshakeOf(alice) });
    const challenged = next(socket, 'device:challenge');
    const closed = next<string>(socket, 'disconnect');
    await challenged;

    const answer = await send(socket, 'message:sync', {});

    expect(answer).toEqual({ ok: false, error: { code: 'unauthenticated' } });
    expect(await closed).toBe('io server disconnect');
  });

  it.each<[string, () => Promise<TestDevice>]>([
    ['with another key', async () => ({ ...alice, identity: await generateIdentityKeyPair() })],
    ['for another session', async () => ({ ...alice, sessionId: randomUUID() })],
    ['for another person', async () => ({ ...alice, userId: bob.userId })],
    ['for another device', async () => ({ ...alice, deviceId: bob.deviceId })],
  ])('that signs the challenge %s is closed', async (_name, forged) => {
    const socket = rawSocket(test.relay, { auth: handshakeOf(alice) });
    answerChallenge(socket, await forged());
    let ready = false;
    socket.once('session:ready', () => (ready = true));

    expect(await next<string>(socket, 'disconnect')).toBe('io server disconnect');
    expect(ready).toBe(false);
  });

  it.each([
    ['nothing', undefined],
    ['a number', 7],
    ['a text', { signature: 'x'.repeat(64) }],
    ['63 bytes', { signature: Buffer.alloc(63) }],
    ['zeros', { signature: Buffer.alloc(64) }],
  ])('that answers the challenge with %s is closed', async (_name, proof) => {
    const socket = rawSocket(test.relay, { auth: handshakeOf(alice) });
    socket.on('device:challenge', (_body: unknown, answer: (value: unknown) => void) =>
      answer(proof),
    );

    expect(await next<string>(socket, 'disconnect')).toBe('io server disconnect');
  });

  it('cannot use the answer to an earlier challenge again', async () => {
    const first = rawSocket(test.relay, { auth: handshakeOf(alice) });
    let proof: unknown;
    const onChallenge = async (nonce: Buffer, answer: (value: unknown) => void) => {
      proof = { signature: Buffer.from(await proofOf(alice, nonce)) };
      answer(proof);
    };
    first.on('device:challenge', ({ nonce }: { nonce: Buffer }, answer: (v: unknown) => void) => {
      void onChallenge(nonce, answer);
    });
    await next(first, 'session:ready');
    const second = rawSocket(test.relay, { auth: handshakeOf(alice) });
    second.on('device:challenge', (_body: unknown, answer: (v: unknown) => void) => answer(proof));

    expect(await next<string>(second, 'disconnect')).toBe('io server disconnect');
    first.disconnect();
  });

  it('that is revoked loses socket and routes, and is told so', async () => {
    const { person, device } = await createPerson(test);
    const phone = await addDevice(test, person);
    const socket = await connect(test.relay, phone);
    const told = next<{ deviceId: string }>(socket, 'device:revoked');
    const closed = next(socket, 'disconnect');

    await query('update public.devices set is_active = false, revoked_at = now() where id = $1', [
      phone.deviceId,
    ]);

    expect(await told).toEqual({ deviceId: phone.deviceId });
    await closed;
    await expect
      .poll(async () => (await ask(test.relay, 'GET', '/api/chats', phone)).status, {
        timeout: 6000,
      })
      .toBe(410);
    const again = rawSocket(test.relay, { auth: handshakeOf(phone) });
    expect(await refusal(again)).toEqual({ code: 'gone' });
    expect((await ask(test.relay, 'GET', '/api/chats', device)).status).toBe(200);
  });
});

describe('A session', () => {
  it('that ends closes its sockets and routes', async () => {
    const { device } = await createPerson(test);
    const socket = await connect(test.relay, device);
    const told = next(socket, 'session:expired');
    const closed = next(socket, 'disconnect');

    await ask({ url: test.stack.url }, 'POST', '/auth/v1/logout?scope=local', {
      token: device.token,
      headers: { apikey: test.stack.publishableKey },
    });

    await told;
    await closed;
    await expect
      .poll(async () => (await ask(test.relay, 'GET', '/api/account', device)).status, {
        timeout: 6000,
      })
      .toBe(401);
  });

  it('whose token runs out is told and closed, though it exists', async () => {
    const token = await forge(alice, { claims: { exp: nowSeconds() + 2 } });
    const socket = await connect(test.relay, { ...alice, token });

    const told = next(socket, 'session:expired');
    const closed = next<string>(socket, 'disconnect');

    await told;
    expect(await closed).toBe('io server disconnect');
  });

  it('made later is bound to a device that proves itself, and to no other', async () => {
    const { person, device } = await createPerson(test);
    const session = await authenticate(test, 'token?grant_type=password', person);
    const path = `/api/devices/${device.deviceId}/session`;
    const proof = await sessionProofOf(
      device.identity,
      person.userId,
      device.deviceId,
      session.sessionId,
    );
    const body = (bytes: Uint8Array) => ({
      sessionProof: Buffer.from(bytes).toString('base64url'),
    });
    const as = { token: session.token };

    const forged = await ask(test.relay, 'POST', path, { ...as, body: body(randomBytes(64)) });
    const foreign = await ask(test.relay, 'POST', `/api/devices/${bob.deviceId}/session`, {
      ...as,
      body: body(proof),
    });
    const bound = await ask(test.relay, 'POST', path, { ...as, body: body(proof) });

    expect([forged.status, foreign.status, bound.status]).toEqual([403, 404, 200]);
    const rebound = { ...device, token: session.token, sessionId: session.sessionId };
    expect((await ask(test.relay, 'GET', '/api/chats', rebound)).status).toBe(200);
    (await connect(test.relay, rebound)).disconnect();
  });
});

describe('A registration', () => {
  it('is answered alike when repeated', async () => {
    const { person } = await createPerson(test);
    const session = await authenticate(test, 'token?grant_type=password', person);
    const { body } = await deviceRegistration(person, session.sessionId);

    const first = await ask(test.relay, 'POST', '/api/devices', { token: session.token, body });
    const second = await ask(test.relay, 'POST', '/api/devices', { token: session.token, body });

    expect(first.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(await auditedActions(person.userId)).toContain('device_registered');
  });

  it('of a second device is told to the person and to those they talk with', async () => {
    const first = await createPerson(test);
    await createChat(test.relay, bob, first.device);
    const sockets = [await connect(test.relay, bob), await connect(test.relay, first.device)];
    const heard = sockets.map((socket) => next<{ userId: string }>(socket, 'device:changed'));

    await addDevice(test, first.person);

    for (const event of await Promise.all(heard)) {
      expect(event).toEqual({ userId: first.person.userId });
    }
    for (const socket of sockets) socket.disconnect();
  });

  it('is refused with a stale, foreign, broken or incomplete certificate', async () => {
    const { person } = await createPerson(test);
    const session = await authenticate(test, 'token?grant_type=password', person);
    const head = person.manifests[0];
    if (!head) throw new Error('a person has a manifest');
    const stale = await deviceRegistration({ ...person, manifests: [] }, session.sessionId);
    const otherAccount = { ...person, account: await generateIdentityKeyPair() };
    const foreign = await deviceRegistration(otherAccount, session.sessionId);
    const otherHistory = [{ ...head, hash: await sha256(utf8('another history')) }];
    const forked = await deviceRegistration(
      { ...person, manifests: otherHistory },
      session.sessionId,
    );
    const gap = await deviceRegistration(
      { ...person, manifests: [{ ...head, version: 5 }] },
      session.sessionId,
    );
    const right = await deviceRegistration(person, session.sessionId);
    const post = async (body: unknown) =>
      (await ask(test.relay, 'POST', '/api/devices', { token: session.token, body })).status;

    expect(await post(stale.body)).toBe(409);
    expect(await post(foreign.body)).toBe(403);
    expect(await post(forked.body)).toBe(409);
    expect(await post(gap.body)).toBe(409);
    expect(await post({ ...right.body, deviceId: randomUUID() })).toBe(400);
    expect(await post({ ...right.body, sessionProof: randomBytes(64).toString('base64url') })).toBe(
      403,
    );
    expect(await post({ ...right.body, manifest: { ...right.body.manifest, version: 3 } })).toBe(
      400,
    );
    expect(await post(right.body)).toBe(200);
  });
});

describe('A handshake', () => {
  it('of a version that is not spoken says what to update', async () => {
    const old = rawSocket(test.relay, { auth: { ...handshakeOf(alice), protocolVersion: 0 } });
    const young = rawSocket(test.relay, { auth: { ...handshakeOf(alice), protocolVersion: 99 } });

    // Both are listened to before either is waited for: they are refused in any order.
    const [toOld, toYoung] = await Promise.all([refusal(old), refusal(young)]);

    expect(toOld).toEqual({
      code: 'version_unsupported',
      message: expect.stringContaining('Update the app'),
    });
    expect(toYoung).toEqual({
      code: 'version_unsupported',
      message: expect.stringContaining('operator'),
    });
  });

  it('from a page of another origin is refused on both transports; so is a request', async () => {
    const origin = 'https://evil.example';
    for (const transport of ['websocket', 'polling']) {
      const socket = rawSocket(test.relay, {
        auth: handshakeOf(alice),
        transports: [transport],
        extraHeaders: { origin },
      });
      expect(String(await refusal(socket))).toMatch(/websocket error|xhr poll error/);
    }
    const answer = await ask(test.relay, 'GET', '/api/account', {
      token: alice.token,
      headers: { origin },
    });
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('from the relay’s own page is let in on both transports', async () => {
    const origin = test.relay.url;
    for (const transport of ['websocket', 'polling']) {
      const socket = await connect(test.relay, alice, {
        transports: [transport],
        extraHeaders: { origin },
      });
      expect(socket.connected).toBe(true);
      socket.disconnect();
    }
  });
});
