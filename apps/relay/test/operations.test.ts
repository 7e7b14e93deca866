import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientEvents, limits, routes } from '@sotto/protocol';
import { createClient } from '@supabase/supabase-js';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { createLog, startRelay } from '../src/index.ts';
import { registerRoutes } from '../src/gateway/http-routes.ts';
import { routeHandlers } from '../src/handlers/routes.ts';
import { addDevice, ask, createChat, createPerson } from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, handshakeOf, next, rawSocket, refusal, send } from './support/test-socket.ts';

const generous = {
  send: { points: 100_000, perSeconds: 1 },
  auth: { points: 100_000, perSeconds: 1 },
};

let test: TestRelay;
let alice: TestDevice;
let alicePerson: TestPerson;
let bob: TestDevice;
let chatId: string;
let webRoot: string;

beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'sotto-web-'));
  await mkdir(join(webRoot, 'assets'));
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(webRoot, 'assets', 'index-AbC123.js'), 'export {};');
  test = await startTestRelay({ rateLimits: generous, webRoot });
  ({ device: alice, person: alicePerson } = await createPerson(test));
  bob = (await createPerson(test)).device;
  chatId = await createChat(test.relay, alice, bob);
});
afterAll(async () => {
  await test?.stop();
  await rm(webRoot, { recursive: true, force: true });
});

const message = (length = 64) => ({
  chatId,
  clientId: randomUUID(),
  ciphertext: randomBytes(length),
});

describe('Every answer', () => {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types sotto-worker";
  const expected = {
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'permissions-policy':
      'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };

  it.each([
    '/',
    '/health',
    '/api/account',
    '/api/nothing',
    '/assets/index-AbC123.js',
    '/auth/v1/health',
    '/socket.io/?EIO=4&transport=polling',
  ])('has the security headers: %s', async (path) => {
    const { headers } = await ask(test.relay, 'GET', path);

    expect(
      Object.fromEntries(Object.keys(expected).map((name) => [name, headers.get(name)])),
    ).toEqual(expected);
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('of a relay on https adds its socket, its Supabase and strict transport', async () => {
    const relay = await test.another({
      publicUrl: 'https://chat.example',
      proxySupabase: false,
      rateLimits: generous,
    });

    const { headers } = await ask(relay, 'GET', '/health');

    expect(headers.get('content-security-policy')).toContain(
      `connect-src 'self' wss://chat.example ${new URL(test.stack.url).origin};`,
    );
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
    const foreign = { headers: { origin: relay.url } };
    const own = { headers: { origin: 'https://chat.example' } };
    expect((await ask(relay, 'GET', '/health', foreign)).status).toBe(403);
    expect((await ask(relay, 'GET', '/health', own)).status).toBe(200);
  });
});

describe('The web client', () => {
  const get = (path: string, accept = 'text/html') =>
    ask(test.relay, 'GET', path, { headers: { accept } });

  it('is served at its root and at addresses inside it', async () => {
    for (const path of ['/', '/chats/1', '/settings?tab=devices']) {
      const page = await get(path);
      expect(page.body['text']).toContain('<title>page</title>');
      expect(page.headers.get('cache-control')).toBe('no-cache');
    }
  });

  it('has assets that may be kept for ever, and no page in place of a missing one', async () => {
    const asset = await get('/assets/index-AbC123.js', '*/*');

    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await get('/assets/gone.js', '*/*')).status).toBe(404);
    expect((await get('/api/nothing')).status).toBe(404);
    expect((await get('/..%2f..%2fpackage.json', '*/*')).status).toBeGreaterThanOrEqual(400);
  });
});

describe('The route table', () => {
  it('is described by an OpenAPI document that names each route and its scope', async () => {
    const { status, body } = await ask(test.relay, 'GET', '/api/openapi.json');

    expect(status).toBe(200);
    const paths = body['paths'] as Record<string, Record<string, { security: unknown[] }>>;
    for (const route of Object.values(routes)) {
      const operation = paths[route.path.replace(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()];
      expect(operation?.security.length, route.path).toBe(route.scope === 'public' ? 0 : 1);
    }
  });

  it('does not start with a route that lacks a handler or has one for another scope', () => {
    const register = (handlers: object) =>
      registerRoutes({ route: () => undefined } as never, handlers, {} as never);
    const { getAccount, ...others } = routeHandlers;

    expect(() => register(routeHandlers)).not.toThrow();
    expect(() => register(others)).toThrow('getAccount has no handler');
    expect(() => register({ ...others, getAccount: { ...getAccount, scope: 'public' } })).toThrow(
      'disagree',
    );
    expect(() => register({ ...routeHandlers, extra: getAccount })).toThrow('without a route');
  });

  it('demands a caller of every route that is not public', async () => {
    for (const route of Object.values(routes)) {
      const path = route.path.replace(/:(\w+)/g, randomUUID());
      const { status } = await ask(test.relay, route.method, path, {
        ...(route.method === 'GET' ? {} : { body: {} }),
      });
      expect(status, route.path).toBe(route.scope === 'public' ? 200 : 401);
    }
  });
});

describe('The configuration for clients', () => {
  it('names the relay’s own origin as Supabase when it passes requests on, and that works', async () => {
    const { body } = await ask(test.relay, 'GET', '/config.json');

    expect(body).toMatchObject({
      supabaseUrl: test.relay.url,
      publishableKey: test.stack.publishableKey,
      protocol: { oldest: 1, newest: 1 },
    });
    const supabase = createClient(String(body['supabaseUrl']), String(body['publishableKey']), {
      auth: { persistSession: false, autoRefreshToken: false },
      realtime: { transport: WebSocket as never },
    });
    const { data, error } = await supabase.auth.signInWithPassword(alicePerson);
    expect(error).toBeNull();
    expect(data.user?.id).toBe(alice.userId);
    const profiles = await supabase.from('profiles').select('handle').eq('user_id', alice.userId);
    expect(profiles.data).toEqual([{ handle: alicePerson.handle }]);
  });
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
    expect(searched.map(({ status }) => status)).toEqual(
      [404, 404, 429].map((s) => (s === 404 ? 200 : s)),
    );
    expect(Number(searched[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(wrong).toEqual([401, 401, 401, 429, 429]);
    expect(await refusal(rawSocket(relay, { auth: handshakeOf(alice) }))).toEqual({
      code: 'rate_limited',
      retryAfterMs: expect.any(Number),
    });
    socket.disconnect();
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
    await expect(fetch(`${relay.url}/health`)).rejects.toThrow();
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
    for (const [name, secret] of Object.entries(secrets)) {
      expect(log.includes(secret), name).toBe(false);
    }
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
