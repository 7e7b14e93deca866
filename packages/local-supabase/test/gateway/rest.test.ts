import type { SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack } from '../../src/testing/index.ts';
import type { TestStack } from '../../src/testing/index.ts';
import { installSampleSchema } from './sample-schema.ts';
import { supabaseClient } from './supabase-client.ts';

let stack: TestStack;
let anna: SupabaseClient;
let ben: SupabaseClient;
let visitor: SupabaseClient;
let server: SupabaseClient;

const signUp = async (name: string): Promise<SupabaseClient> => {
  const client = supabaseClient(stack.url, stack.publishableKey);
  const { error } = await client.auth.signUp({
    email: `${name}@example.com`,
    password: 'correct horse battery',
  });
  if (error) throw error;
  return client;
};

beforeAll(async () => {
  stack = await startTestStack({ migrations: false, prepare: installSampleSchema });
  [anna, ben] = await Promise.all([signUp('anna'), signUp('ben')]);
  visitor = supabaseClient(stack.url, stack.publishableKey);
  server = supabaseClient(stack.url, stack.secretKey);
});
afterAll(async () => {
  await stack.stop();
});

describe('supabase-js through the gateway', () => {
  it('inserts and selects as the signed-in user', async () => {
    const inserted = await anna.from('notes').insert({ body: 'of anna' }).select().single();
    const selected = await anna.from('notes').select('body').eq('body', 'of anna');

    expect(inserted.error).toBeNull();
    expect(inserted.status).toBe(201);
    expect(selected.data).toEqual([{ body: 'of anna' }]);
  });

  it('keeps rows from another user', async () => {
    await anna.from('notes').insert({ body: 'not for ben' });

    const { data, error, count } = await ben.from('notes').select('*', { count: 'exact' });

    expect({ data, error, count }).toEqual({ data: [], error: null, count: 0 });
  });

  it('has the role anon without a user', async () => {
    const asked = await visitor.rpc('whoami');
    const refused = await visitor.from('notes').select();

    expect(asked.data).toMatchObject({ user: 'anon', claims: { role: 'anon' } });
    expect(refused.status).toBe(401);
    expect(refused.error).toMatchObject({ code: '42501' });
  });

  it('has the role service_role with the secret key', async () => {
    const { data } = await server.rpc('whoami');
    const { error } = await server.from('notes').select();

    expect(data).toMatchObject({ user: 'service_role', claims: { role: 'service_role' } });
    expect(error).toBeNull();
  });

  it('limits the time of statements by role', async () => {
    const [asAnon, asUser] = await Promise.all([visitor.rpc('whoami'), anna.rpc('whoami')]);

    expect([asAnon.data.limit, asUser.data.limit]).toEqual(['3s', '8s']);
  });

  it('acts as the user when a server sends the user’s token with the secret key', async () => {
    const { data } = await anna.auth.getSession();

    const response = await fetch(`${stack.url}/rest/v1/rpc/whoami`, {
      method: 'POST',
      headers: {
        apikey: stack.secretKey,
        authorization: `Bearer ${data.session?.access_token}`,
      },
    });

    expect(await response.json()).toMatchObject({ user: 'authenticated' });
  });

  it('passes the user’s claims unchanged and no credentials', async () => {
    const { data: session } = await anna.auth.getSession();
    const { data } = await anna.rpc('whoami');

    const [, payload = ''] = (session.session?.access_token ?? '').split('.');
    expect(data.claims).toEqual(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    expect(data.headers.apikey).toBeUndefined();
    expect(data.headers.authorization).not.toContain(session.session?.access_token);
  });

  it('reports errors of the database with their code', async () => {
    await anna.from('notes').insert({ body: 'twice' });

    const duplicate = await anna.from('notes').insert({ body: 'twice' });
    const check = await anna.from('notes').insert({ body: 'x'.repeat(100) });
    const raised = await anna.rpc('refuse', { reason: 'because' });
    const column = await anna.from('notes').insert({ owner: crypto.randomUUID(), body: 'stolen' });
    const unknown = await anna.from('missing').select();

    expect([duplicate.status, duplicate.error?.code]).toEqual([409, '23505']);
    expect([check.status, check.error?.code]).toEqual([400, '23514']);
    expect([raised.status, raised.error?.message, raised.error?.hint]).toEqual([
      400,
      'because',
      'try later',
    ]);
    expect([column.status, column.error?.code]).toEqual([403, '42501']);
    expect([unknown.status, unknown.error?.code]).toEqual([404, '42P01']);
  });

  it('answers HEAD with a count and nothing else', async () => {
    const { count, error } = await server.from('notes').select('*', { count: 'exact', head: true });

    expect(error).toBeNull();
    expect(count).toBeGreaterThan(0);
  });

  it('passes large bodies whole, both ways', async () => {
    const reason = `${'long '.repeat(1_000_000)}end`;

    const { error } = await server.rpc('refuse', { reason });

    expect(error?.message === reason).toBe(true);
  });

  it('sees a new table without being told', async () => {
    const client = new pg.Client(stack.databaseUrl);
    await client.connect();
    await client.query(`create table public.fresh (id int); grant select on public.fresh to anon`);
    await client.end();

    await expect.poll(async () => (await visitor.from('fresh').select()).data).toEqual([]);
  });
});

describe('the edge of the gateway', () => {
  it.each([
    ['without a key', {}],
    ['with an unknown key', { apikey: 'sb_publishable_AAAAAAAAAAAAAAAAAAAAAA_AAAAAAAA' }],
    ['with an unknown key as bearer', { authorization: 'Bearer sb_secret_x' }],
    ['with a legacy key', { apikey: 'eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.AAAA' }],
  ] as [string, Record<string, string>][])('refuses a request %s', async (_what, headers) => {
    for (const path of [
      '/rest/v1/notes',
      '/auth/v1/settings',
      '/auth/v1/token?grant_type=password',
    ]) {
      const response = await fetch(stack.url + path, { headers });

      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ message: expect.any(String) });
    }
  });

  it('takes the key from header, query or bearer', async () => {
    const call = (path: string, headers = {}) => fetch(stack.url + path, { headers });
    const path = '/rest/v1/rpc/whoami';

    expect((await call(path, { apikey: stack.publishableKey })).status).toBe(200);
    expect((await call(path, { authorization: `Bearer ${stack.publishableKey}` })).status).toBe(
      200,
    );
    expect((await call(`${path}?apikey=${stack.publishableKey}`)).status).toBe(200);
  });

  it('ignores a role that a client claims to have', async () => {
    const headers = { apikey: stack.publishableKey, 'x-sotto-gateway-role': 'service_role' };
    const response = await fetch(`${stack.url}/auth/v1/admin/users`, { headers });

    expect(response.status).toBe(403);
  });

  it('lets the secret key administer accounts', async () => {
    const { data, error } = await server.auth.admin.listUsers();

    expect(error).toBeNull();
    expect(new Set(data.users.map(({ email }) => email))).toEqual(
      new Set(['anna@example.com', 'ben@example.com']),
    );
  });

  it('publishes its keys without an API key', async () => {
    const response = await fetch(stack.jwksUrl);
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };

    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kid: stack.signingKey.kid, alg: 'ES256' });
    expect(keys[0]).not.toHaveProperty('d');
  });

  it('answers JSON to unknown paths', async () => {
    for (const path of ['/', '/storage/v1/object', '/rest/v2/notes', '/rest/v1x']) {
      const response = await fetch(stack.url + path, { headers: { apikey: stack.publishableKey } });

      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toContain('application/json');
    }
  });

  it('answers a preflight with what a browser needs', async () => {
    const response = await fetch(`${stack.url}/rest/v1/notes`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://chat.example',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'apikey,authorization,x-supabase-api-version',
      },
    });

    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(response.headers.get('access-control-allow-headers')).toContain(
      'x-supabase-api-version',
    );
  });

  it.each(['/rest/v1/rpc/whoami', '/auth/v1/settings', '/nothing'])(
    'exposes the headers that clients read on %s',
    async (path) => {
      const headers = { apikey: stack.publishableKey, origin: 'https://chat.example' };
      const response = await fetch(stack.url + path, { headers });

      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      const exposed = response.headers.get('access-control-expose-headers')?.toLowerCase();
      for (const name of ['x-supabase-api-version', 'x-total-count', 'link']) {
        expect(exposed).toContain(name);
      }
    },
  );

  it('refuses a body above the limit, announced or not', async () => {
    const headers = { apikey: stack.publishableKey, 'content-type': 'application/json' };
    const url = `${stack.url}/rest/v1/rpc/refuse`;
    const tooMuch = Buffer.alloc(16 * 1024 * 1024 + 1, 32);

    const announced = await fetch(url, { method: 'POST', headers, body: tooMuch });
    const streamed = await fetch(url, {
      method: 'POST',
      headers,
      body: new Blob([tooMuch]).stream(),
      duplex: 'half',
    });

    expect(announced.status).toBe(413);
    expect(streamed.status).toBe(413);
  });
});
