import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routes } from '@sotto/protocol';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { registerRoutes } from '../src/gateway/http-routes.ts';
import { routeHandlers } from '../src/handlers/routes.ts';
import { ask, createPerson } from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';

const generous = {
  auth: { points: 100_000, perSeconds: 1 },
};

let test: TestRelay;
let alice: TestDevice;
let alicePerson: TestPerson;
let webRoot: string;

beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'sotto-web-'));
  await mkdir(join(webRoot, 'assets'));
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(webRoot, 'assets', 'index-AbC123.js'), 'export {};');
  test = await startTestRelay({ rateLimits: generous, webRoot });
  ({ device: alice, person: alicePerson } = await createPerson(test));
});
afterAll(async () => {
  await test?.stop();
  await rm(webRoot, { recursive: true, force: true });
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
      'camera=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
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
    const scopes = Object.values(routes).map((route) => {
      const path = route.path.replace(/:(\w+)/g, '{$1}');
      return [route.path, paths[path]?.[route.method.toLowerCase()]?.security.length];
    });
    expect(scopes).toEqual(
      Object.values(routes).map(({ path, scope }) => [path, scope === 'public' ? 0 : 1]),
    );
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
    const answers = await Promise.all(
      Object.values(routes).map(async ({ method, path }) => {
        const url = path.replace(/:(\w+)/g, randomUUID());
        const answer = await ask(test.relay, method, url, method === 'GET' ? {} : { body: {} });
        return [path, answer.status];
      }),
    );

    expect(answers).toEqual(
      Object.values(routes).map(({ path, scope }) => [path, scope === 'public' ? 200 : 401]),
    );
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
    const path = `/rest/v1/profiles?select=handle&user_id=eq.${alice.userId}`;
    const profiles = await ask(test.relay, 'GET', path, {
      token: alice.token,
      headers: { apikey: test.stack.publishableKey },
    });
    expect(profiles.body).toEqual([{ handle: alicePerson.handle }]);
  });
});
