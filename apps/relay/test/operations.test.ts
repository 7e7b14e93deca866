import { randomBytes, randomUUID } from 'node:crypto';
import { clientEvents, limits } from '@sotto/protocol';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog, startRelay } from '../src/index.ts';
import { publish, without } from './support/manifests.ts';
import { addDevice, ask, createChat, createPerson } from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, handshakeOf, next, rawSocket, refusal, send } from './support/test-socket.ts';
import { vaultOf } from './support/vaults.ts';

const generous = {
  send: { points: 100_000, perSeconds: 1 },
  auth: { points: 100_000, perSeconds: 1 },
};

let test: TestRelay;
let alice: TestDevice;
let alicePerson: TestPerson;
let bob: TestDevice;
let chatId: string;

beforeAll(async () => {
  test = await startTestRelay({ rateLimits: generous });
  ({ device: alice, person: alicePerson } = await createPerson(test));
  bob = (await createPerson(test)).device;
  chatId = await createChat(test.relay, alice, bob);
});
afterAll(() => test?.stop());

const message = (length = 64) => ({
  chatId,
  clientId: randomUUID(),
  ciphertext: randomBytes(length),
});

describe.each([true, false])('A relay beside a Supabase elsewhere, DATABASE_URL: %s', (direct) => {
  it('serves the same people and messages, and relays hear of each other’s chats later', async () => {
    const { url, publishableKey, secretKey, databaseUrl } = test.stack;
    const relay = await startRelay({
      port: 0,
      host: '127.0.0.1',
      supabase: { url, publishableKey, secretKey, ...(direct && { databaseUrl }) },
      proxySupabase: false,
      log: createLog('silent'),
      rateLimits: generous,
    });
    const [sender, receiver] = [await connect(relay, alice), await connect(relay, bob)];
    const heard = next<{ clientId: string }>(receiver, 'message:new');
    const sent = message();

    const answer = await send<{ seq: number }>(sender, 'message:send', sent);

    expect(answer.ok).toBe(true);
    expect((await heard).clientId).toBe(sent.clientId);
    expect((await ask(relay, 'GET', '/config.json')).body).toMatchObject({ supabaseUrl: url });
    expect((await ask(relay, 'GET', '/auth/v1/health')).status).toBe(404);
    const there = await connect(test.relay, bob);
    const page = await send<{ messages: { clientId: string }[] }>(there, 'message:sync', {
      chatId,
      afterSeq: answer.ok ? answer.data.seq - 1 : 0,
      limit: 10,
    });
    expect(page.ok && page.data.messages.map((each) => each.clientId)).toContain(sent.clientId);
    for (const socket of [sender, receiver, there]) socket.disconnect();
    await relay.stop();
  });
});

describe('A chat that begins while its people are connected', () => {
  it('is heard of by all their devices at once, and its messages too', async () => {
    const one = await createPerson(test);
    const two = await createPerson(test);
    const phone = await addDevice(test, two.person);
    const sockets = await Promise.all(
      [two.device, phone].map((device) => connect(test.relay, device)),
    );
    const changed = sockets.map((socket) => next<{ chatId: string }>(socket, 'chat:changed'));
    const told = sockets.map((socket) => next<{ chatId: string }>(socket, 'message:new'));

    const begun = await createChat(test.relay, one.device, two.device);
    const sender = await connect(test.relay, one.device);
    await send(sender, 'message:send', { ...message(), chatId: begun });

    for (const event of await Promise.all([...changed, ...told])) expect(event.chatId).toBe(begun);
    for (const socket of [sender, ...sockets]) socket.disconnect();
  });
});

describe('Limits of rate', () => {
  it('say when to come back, on sockets, routes and handshakes', async () => {
    const relay = await test.another({
      rateLimits: {
        send: { points: 3, perSeconds: 5 },
        search: { points: 2, perSeconds: 5 },
        auth: { points: 4, perSeconds: 5 },
      },
    });
    const socket = await connect(relay, alice);

    const sent = [];
    for (let i = 0; i < 5; i++) sent.push(await send(socket, 'message:send', message()));
    const searched = [];
    for (let i = 0; i < 3; i++) {
      searched.push(await ask(relay, 'GET', `/api/people?handle=${alicePerson.handle}`, bob));
    }
    const wrong = [];
    for (let i = 0; i < 5; i++) {
      wrong.push((await ask(relay, 'GET', '/api/account', { token: 'a.b.c' })).status);
    }

    expect(sent.map((answer) => answer.ok)).toEqual([true, true, true, false, false]);
    expect(sent[4]).toEqual({
      ok: false,
      error: { code: 'rate_limited', retryAfterMs: expect.any(Number) },
    });
    expect(searched.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(Number(searched[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(wrong).toEqual([401, 401, 401, 429, 429]);
    expect(await refusal(rawSocket(relay, { auth: handshakeOf(alice) }))).toEqual({
      code: 'rate_limited',
      retryAfterMs: expect.any(Number),
    });
    socket.disconnect();
  });

  it('hold for who makes up devices, from wherever, before the database is asked', async () => {
    const relay = await test.another({ rateLimits: { auth: { points: 3, perSeconds: 30 } } });
    const { device } = await createPerson(test);
    const guess = async (from: number) =>
      await ask(relay, 'GET', '/api/chats', {
        token: device.token,
        deviceId: randomUUID(),
        headers: { 'x-forwarded-for': `198.51.100.${from}` },
      });

    const answers = [];
    for (let i = 0; i < 5; i++) answers.push((await guess(i)).status);

    expect(answers).toEqual([401, 401, 401, 429, 429]);
    expect((await ask(relay, 'GET', '/api/chats', bob)).status).toBe(200);
  });

  it('of a stolen device do not put off its removal', async () => {
    const relay = await test.another({
      rateLimits: {
        auth: { points: 3, perSeconds: 30 },
        key: { points: 3, perSeconds: 30 },
        read: { points: 3, perSeconds: 30 },
      },
    });
    const { person, device: laptop } = await createPerson(test);
    const phone = await addDevice(test, person);
    const useUp = async (method: string, path: string, as: object) => {
      const answers = [];
      for (let i = 0; i < 4; i++) answers.push((await ask(relay, method, path, as)).status);
      return answers.at(-1);
    };

    const usedUp = [
      await useUp('GET', '/api/chats', phone),
      await useUp('GET', '/api/account', { token: phone.token }),
      await useUp('DELETE', '/api/account/second-factor-backup', phone),
      await useUp('PUT', '/api/account/vault', { token: phone.token, body: vaultOf(7) }),
      await useUp('GET', '/api/chats', { ...phone, deviceId: randomUUID() }),
    ];
    const account = await ask(relay, 'GET', '/api/account', laptop);
    const removed = await publish(relay, laptop, person, without(person, phone.deviceId));

    expect(usedUp).toEqual([429, 429, 429, 429, 429]);
    expect([account.status, removed.status]).toEqual([200, 200]);
  });

  it('count an IPv6 subscriber once, and requests to the REST service too', async () => {
    const relay = await test.another({
      rateLimits: {
        auth: { points: 2, perSeconds: 30 },
        read: { points: 2, perSeconds: 30 },
      },
    });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });

    const public6 = [];
    const rest = [];
    for (const last of [1, 2, 3]) {
      public6.push((await ask(relay, 'GET', '/health', from(`2001:db8::${last}`))).status);
      rest.push((await ask(relay, 'GET', '/rest/v1/messages', from('203.0.113.9'))).status);
    }

    expect(public6).toEqual([200, 200, 429]);
    expect((await ask(relay, 'GET', '/health', from('2001:db8:0:1::1'))).status).toBe(200);
    expect(rest).toEqual([401, 401, 429]);
  });
});

describe('A client that does not read', () => {
  it('is cut, while the others go on, and finds everything when it comes back', async () => {
    const sender = await connect(test.relay, alice);
    const reader = await connect(test.relay, bob);
    const stuck = await connect(test.relay, bob);
    let read = 0;
    reader.on('message:new', () => (read += 1));
    const cutSoFar = async () =>
      Number(
        /sotto_slow_readers_cut_total (\d+)/.exec(
          String((await ask(test.relay, 'GET', '/metrics')).body['text']),
        )?.[1],
      );
    const before = await cutSoFar();
    pauseReading(stuck);

    let sent = 0;
    while ((await cutSoFar()) === before && sent < 2000) {
      const batch = Array.from({ length: 20 }, () => message(limits.messageCiphertextBytes));
      const answers = await Promise.all(batch.map((each) => send(sender, 'message:send', each)));
      expect(answers.every((answer) => answer.ok)).toBe(true);
      sent += batch.length;
    }

    expect(await cutSoFar()).toBe(before + 1);
    await expect.poll(() => read).toBe(sent);
    stuck.disconnect();
    reader.disconnect();
    sender.disconnect();
  });
});

function pauseReading(socket: Socket): void {
  const { transport } = socket.io.engine as unknown as {
    transport: { ws: { _socket: { pause(): void } } };
  };
  transport.ws._socket.pause();
}

describe('Health', () => {
  it('is told by three routes', async () => {
    expect((await ask(test.relay, 'GET', '/health')).body).toEqual({ status: 'ok' });
    expect((await ask(test.relay, 'GET', '/ready')).body).toEqual({
      status: 'ready',
      checks: { running: true, database: true },
    });
    const socket = await connect(test.relay, alice);
    const metrics = String((await ask(test.relay, 'GET', '/metrics')).body['text']);
    expect(metrics).toMatch(/^sotto_sockets 1$/m);
    for (const id of [alice.userId, alice.deviceId, chatId]) expect(metrics).not.toContain(id);
    socket.disconnect();
  });

  it('is not ready without the migrations', async () => {
    const other = await startTestRelay({}, { migrations: false });

    expect(await ask(other.relay, 'GET', '/ready')).toMatchObject({
      status: 503,
      body: { status: 'unavailable', checks: { running: true, database: false } },
    });
    await other.stop();
  });

  it('shows its numbers to this machine, or to who has the token', async () => {
    const forwarded = { headers: { 'x-forwarded-for': '203.0.113.9' } };
    expect((await ask(test.relay, 'GET', '/metrics', forwarded)).status).toBe(404);
    const metricsToken = randomBytes(16).toString('hex');
    const relay = await test.another({ metricsToken });
    const asking = (authorization: string) =>
      ask(relay, 'GET', '/metrics', { headers: { authorization } });

    expect((await ask(relay, 'GET', '/metrics')).status).toBe(404);
    expect((await asking('Bearer wrong')).status).toBe(404);
    expect((await asking(`Bearer ${metricsToken}`)).status).toBe(200);
  });
});

describe('Stopping', () => {
  it('answers what was begun, refuses the rest, closes sockets and port, all in time', async () => {
    const relay = await test.another({ rateLimits: generous });
    const socket = await connect(relay, alice);
    const sent = Array.from({ length: 100 }, () => message());
    const closed = next<string>(socket, 'disconnect');
    const answers = Promise.all(sent.map((each) => send(socket, 'message:send', each)));
    await send(socket, 'message:sync', { chatId, afterSeq: 0, limit: 1 });

    const started = performance.now();
    await relay.stop();

    expect(performance.now() - started).toBeLessThan(8000);
    for (const answer of await answers) {
      expect(answer.ok ? 'ok' : answer.error.code).toMatch(/^(ok|unavailable)$/);
    }
    expect(await closed).toBe('io server disconnect');
    await expect(fetch(`${relay.url}/health`)).rejects.toThrow('fetch failed');
    const survivor = await connect(test.relay, alice);
    const retried = await Promise.all(sent.map((each) => send(survivor, 'message:send', each)));
    expect(retried.every((answer) => answer.ok)).toBe(true);
    survivor.disconnect();
  });
});

describe('The log', () => {
  it('holds no token, key, handle, address, id or ciphertext, whatever happens', async () => {
    const plain = 'the message that nobody may find';
    const socket = await connect(test.relay, alice);
    const as = { token: alice.token, deviceId: alice.deviceId };
    const sent = { ...message(), ciphertext: Buffer.from(plain) };
    await send(socket, 'message:send', sent);
    await send(socket, 'message:send', { ...sent, ciphertext: Buffer.from(`${plain}!`) });
    await send(socket, 'message:send', { ...sent, chatId: 'wrong', ciphertext: plain });
    await ask(test.relay, 'GET', `/api/people?handle=${alicePerson.handle}`, as);
    await ask(test.relay, 'PUT', '/api/account/profile', {
      ...as,
      body: { handle: alicePerson.handle, displayName: plain, avatarColor: 99 },
    });
    await ask(test.relay, 'GET', `/api/people/${bob.userId}/manifests?after=x`, as);
    await refusal(rawSocket(test.relay, { auth: { ...handshakeOf(alice), token: 'a.b.c' } }));
    socket.disconnect();

    const log = test.logged();
    expect(log).toContain('/api/people/:userId/manifests');
    const secrets = {
      token: alice.token,
      tokenSignature: alice.token.split('.')[2] ?? '',
      publishableKey: test.stack.publishableKey,
      secretKey: test.stack.secretKey,
      databaseUrl: test.stack.databaseUrl,
      handle: alicePerson.handle,
      password: alicePerson.password,
      plain,
      base64: Buffer.from(plain).toString('base64').slice(0, 30),
      hex: Buffer.from(plain).toString('hex'),
      user: alice.userId,
      device: alice.deviceId,
      session: alice.sessionId,
      chat: chatId,
    };
    const found = Object.entries(secrets).filter(([, secret]) => log.includes(secret));
    expect(found.map(([name]) => name)).toEqual([]);
  });
});

describe('Each event of the protocol', () => {
  it('is answered, whatever it is sent', async () => {
    const socket = await connect(test.relay, alice);
    for (const name of Object.keys(clientEvents)) {
      expect(await send(socket, name, {})).toEqual({ ok: false, error: { code: 'bad_request' } });
    }
    socket.disconnect();
  });
});
