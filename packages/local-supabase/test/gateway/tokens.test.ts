import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack } from '../../src/testing/index.ts';
import type { TestStack } from '../../src/testing/index.ts';
import { installSampleSchema } from './sample-schema.ts';
import { supabaseClient } from './supabase-client.ts';

let stack: TestStack;
let admin: pg.Client;
let ownKey: KeyObject;
let accessToken: string;

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part = ''): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

/** Signs claims as ES256 with any key and header. */
const forge = (claims: object, header: object = {}, key = ownKey): string => {
  const head = encode({ alg: 'ES256', kid: stack.signingKey.kid, typ: 'JWT', ...header });
  const text = `${head}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
};
const validClaims = (): Record<string, unknown> => decode(accessToken.split('.')[1]);

const call = async (token: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(`${stack.url}/rest/v1/rpc/whoami`, {
    headers: { apikey: stack.publishableKey, authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const newSession = async (): Promise<{
  token: string;
  client: ReturnType<typeof supabaseClient>;
}> => {
  const client = supabaseClient(stack.url, stack.publishableKey);
  const { data, error } = await client.auth.signUp({
    email: `${crypto.randomUUID()}@example.com`,
    password: 'correct horse battery',
  });
  if (error) throw error;
  return { token: data.session?.access_token ?? '', client };
};

beforeAll(async () => {
  stack = await startTestStack({ migrations: false, prepare: installSampleSchema });
  admin = new pg.Client(stack.adminUrl);
  await admin.connect();
  ownKey = createPrivateKey({ format: 'jwk', key: { ...stack.signingKey } });
  accessToken = (await newSession()).token;
});
afterAll(async () => {
  await admin.end();
  await stack.stop();
});

describe('a user’s token', () => {
  it('is accepted as the auth service made it, and as the test forges it', async () => {
    expect((await call(accessToken)).body).toMatchObject({ user: 'authenticated' });
    expect((await call(forge(validClaims()))).body).toMatchObject({ user: 'authenticated' });
  });

  const now = (): number => Math.floor(Date.now() / 1000);
  const refused: [string, () => string][] = [
    ['alg none', () => `${encode({ alg: 'none', typ: 'JWT' })}.${encode(validClaims())}.`],
    [
      'alg none with our kid and the old signature',
      () =>
        `${encode({ alg: 'none', kid: stack.signingKey.kid })}.${encode(validClaims())}.${accessToken.split('.')[2]}`,
    ],
    [
      'HS256 keyed with the public key',
      () => {
        const { x, y } = stack.signingKey;
        const publicKey = createPublicKey({
          format: 'jwk',
          key: { kty: 'EC', crv: 'P-256', x, y },
        });
        const text = `${encode({ alg: 'HS256', kid: stack.signingKey.kid, typ: 'JWT' })}.${encode(validClaims())}`;
        const pem = publicKey.export({ format: 'pem', type: 'spki' });
        return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
      },
    ],
    ['another alg name', () => forge(validClaims(), { alg: 'ES384' })],
    ['a kid that is not ours', () => forge(validClaims(), { kid: crypto.randomUUID() })],
    ['no kid', () => forge(validClaims(), { kid: undefined })],
    [
      'another key under our kid',
      () => forge(validClaims(), {}, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    ],
    ['critical extensions', () => forge(validClaims(), { crit: ['b64'], b64: false })],
    ['another audience', () => forge({ ...validClaims(), aud: 'somebody' })],
    ['no audience', () => forge({ ...validClaims(), aud: undefined })],
    ['another issuer', () => forge({ ...validClaims(), iss: 'https://example.com/auth/v1' })],
    ['expiry in the past', () => forge({ ...validClaims(), exp: now() - 1 })],
    ['no expiry', () => forge({ ...validClaims(), exp: undefined })],
    ['a start in the future', () => forge({ ...validClaims(), nbf: now() + 60 })],
    ['a database role', () => forge({ ...validClaims(), role: 'postgres' })],
    ['no role', () => forge({ ...validClaims(), role: undefined })],
    ['no session', () => forge({ ...validClaims(), session_id: undefined })],
    [
      'a session that never was',
      () => forge({ ...validClaims(), session_id: crypto.randomUUID() }),
    ],
    ['the session of somebody else', () => forge({ ...validClaims(), sub: crypto.randomUUID() })],
    [
      'a changed payload',
      () =>
        accessToken.replace(/\.[^.]+\./, `.${encode({ ...validClaims(), role: 'service_role' })}.`),
    ],
    ['an empty signature', () => accessToken.replace(/[^.]+$/, '')],
    ['a padded signature', () => `${accessToken}=`],
    ['one part too many', () => `${accessToken}.x`],
    ['no token at all', () => 'x'],
  ];
  it.each(refused)('is refused with %s', async (_what, make) => {
    const { status, body } = await call(make());

    expect(status).toBe(401);
    expect(body).toMatchObject({ code: 'PGRST301' });
  });

  it('is refused wherever one byte of its signature differs', async () => {
    const [header, payload, signature = ''] = accessToken.split('.');
    const bytes = Buffer.from(signature, 'base64url');

    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      const { status } = await call(`${header}.${payload}.${flipped.toString('base64url')}`);
      expect(status).toBe(401);
    }
  });

  it('that is malformed is refused even where the key alone would do', async () => {
    const response = await fetch(`${stack.url}/rest/v1/rpc/whoami`, {
      headers: { apikey: stack.secretKey, authorization: 'Basic abc' },
    });

    expect(response.status).toBe(401);
  });
});

describe('the end of a session', () => {
  it('counts at once after signing out', async () => {
    const { token, client } = await newSession();
    expect((await call(token)).status).toBe(200);

    await client.auth.signOut();

    expect(await call(token)).toMatchObject({ status: 401, body: { code: 'PGRST301' } });
  });

  it('counts at once when the row is deleted in the database', async () => {
    const { token } = await newSession();
    const { session_id: sessionId } = decode(token.split('.')[1]);
    expect((await call(token)).status).toBe(200);

    await admin.query('delete from auth.sessions where id = $1', [sessionId]);

    // The notification crosses another connection than this request.
    await expect.poll(async () => (await call(token)).status, { timeout: 3_000 }).toBe(401);
  });

  it.each([
    ['banned', `update auth.users set banned_until = now() + interval '1 day' where id = $1`],
    ['marked as deleted', 'update auth.users set deleted_at = now() where id = $1'],
    ['past its end', `update auth.sessions set not_after = now() where user_id = $1`],
  ])('counts when account or session is %s in the database', async (_what, sql) => {
    const { token } = await newSession();
    const { sub } = decode(token.split('.')[1]);
    expect((await call(token)).status).toBe(200);

    await admin.query(sql, [sub]);

    await expect.poll(async () => (await call(token)).status, { timeout: 3_000 }).toBe(401);
  });

  it('counts when the account is deleted', async () => {
    const { token } = await newSession();
    const { sub } = decode(token.split('.')[1]);
    expect((await call(token)).status).toBe(200);

    const server = supabaseClient(stack.url, stack.secretKey);
    const { error } = await server.auth.admin.deleteUser(String(sub));

    expect(error).toBeNull();
    expect((await call(token)).status).toBe(401);
  });

  it('is not hidden by many requests at the same time', async () => {
    const { token, client } = await newSession();
    const statuses = Promise.all(Array.from({ length: 50 }, () => call(token)));
    await client.auth.signOut();
    await statuses;

    const after = await Promise.all(Array.from({ length: 20 }, () => call(token)));

    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([401]));
  });
});
