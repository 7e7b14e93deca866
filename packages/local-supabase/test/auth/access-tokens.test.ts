import { createHmac } from 'node:crypto';
import { createRemoteJWKSet, importJWK, jwtVerify, SignJWT } from 'jose';
import type { JWTHeaderParameters } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimsOf, signedUp, startAuthStack } from './auth-stack.ts';
import type { AuthStack } from './auth-stack.ts';

let auth: AuthStack;
let token: string;
beforeAll(async () => {
  auth = await startAuthStack();
  token = (await signedUp(auth)).token;
});
afterAll(() => auth.stop());

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const getUser = (bearer: string) => auth.raw('GET', '/user', { token: bearer });

async function signed(
  claims: Record<string, unknown>,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const { signingKey } = auth.stack;
  const key = await importJWK(signingKey, 'ES256');
  return new SignJWT({ ...claimsOf(token), ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: signingKey.kid, typ: 'JWT', ...header })
    .sign(key);
}

describe('an access token', () => {
  it('is accepted as signed, also when signed again with the same key', async () => {
    expect((await getUser(token)).status).toBe(200);
    expect((await getUser(await signed({}))).status).toBe(200);
  });

  it('verifies against the published keys, which hold no private part', async () => {
    const answer = await auth.raw('GET', '/.well-known/jwks.json');
    const keys = createRemoteJWKSet(new URL(auth.stack.jwksUrl));

    const { protectedHeader } = await jwtVerify(token, keys, {
      issuer: auth.stack.issuer,
      audience: 'authenticated',
      currentDate: new Date(auth.now()),
    });

    expect(protectedHeader).toEqual({ alg: 'ES256', kid: auth.stack.signingKey.kid, typ: 'JWT' });
    expect(answer.headers.get('cache-control')).toBe('public, max-age=600');
    expect(answer.body['keys']).toHaveLength(1);
    const [key] = answer.body['keys'] as Record<string, unknown>[];
    expect(key).toEqual({
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      use: 'sig',
      key_ops: ['verify'],
      kid: auth.stack.signingKey.kid,
      x: auth.stack.signingKey.x,
      y: auth.stack.signingKey.y,
    });
  });

  it('is verified by the client library itself', async () => {
    const { client, id } = await signedUp(auth);

    const { data, error } = await client.auth.getClaims();

    expect(error).toBeNull();
    expect(data?.claims.sub).toBe(id);
  });

  it.each([
    ['without a bearer', undefined, 401, 'no_authorization'],
    ['with an API key as bearer', 'sb_publishable_x', 401, 'no_authorization'],
    ['with text as bearer', 'hello', 403, 'bad_jwt'],
    ['with empty parts', '..', 403, 'bad_jwt'],
  ])('is needed: %s', async (_title, bearer, status, code) => {
    const answer = await auth.raw('GET', '/user', bearer === undefined ? {} : { token: bearer });

    expect(answer).toMatchObject({ status, body: { code } });
  });

  it('cannot choose how it is checked', async () => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = claimsOf(token);
    const { x, y, kid } = auth.stack.signingKey;
    const hs256 = (secret: string | Buffer) => {
      const body = `${encode({ alg: 'HS256', kid, typ: 'JWT' })}.${payload}`;
      return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
    };
    const publicKey = JSON.stringify({ kty: 'EC', crv: 'P-256', x, y });

    const forgeries = {
      'alg none': `${encode({ alg: 'none' })}.${payload}.`,
      'alg None': `${encode({ alg: 'None', kid })}.${payload}.${signature}`,
      'HS256 under the public key as JSON': hs256(publicKey),
      'HS256 under the public point': hs256(Buffer.from(x + y, 'base64url')),
      'HS256 under nothing': hs256(''),
      'another payload': `${header}.${encode({ ...claims, role: 'service_role' })}.${signature}`,
      'no signature': `${header}.${payload}.`,
      'half a signature': `${header}.${payload}.${signature.slice(0, 43)}`,
      'a path as kid': await signed({}, { kid: '../../etc/passwd' }),
      'an unknown kid': await signed({}, { kid: 'other' }),
      'a key of its own': await signed(
        {},
        { kid: 'other', jwk: { kty: 'EC', crv: 'P-256', x, y } },
      ),
      'an address of keys': await signed({}, { kid: 'other', jku: 'http://127.0.0.1:9/keys' }),
    };
    for (const [title, forgery] of Object.entries(forgeries)) {
      const answer = await getUser(forgery);
      expect([title, answer.status, answer.body['code']]).toEqual([title, 403, 'bad_jwt']);
    }
  });

  it('must be for this service, in time, and about a session', async () => {
    const now = Math.floor(auth.now() / 1000);
    const wrong = {
      'another audience': { aud: 'anon' },
      'another issuer': { iss: 'https://example.org/auth/v1' },
      expired: { exp: now - 1 },
      'without an end': { exp: undefined },
      future: { nbf: now + 600 },
      'no person': { sub: undefined },
      'a person that is no id': { sub: "' or 1=1" },
      'no session': { session_id: undefined },
    };
    for (const [title, claims] of Object.entries(wrong)) {
      const answer = await getUser(await signed(claims));
      expect([title, answer.status, answer.body['code']]).toEqual([title, 403, 'bad_jwt']);
    }
  });

  it('of an unknown account or session is told apart', async () => {
    const nobody = '0f8fad5b-d9cb-469f-a165-70867728950e';
    const other = await signedUp(auth);

    const account = await getUser(await signed({ sub: nobody }));
    const session = await getUser(await signed({ session_id: nobody }));
    const foreign = await getUser(
      await signed({ session_id: claimsOf(other.token)['session_id'] }),
    );

    expect(account).toMatchObject({ status: 403, body: { code: 'user_not_found' } });
    expect(session).toMatchObject({ status: 403, body: { code: 'session_not_found' } });
    expect(foreign).toMatchObject({ status: 403, body: { code: 'session_not_found' } });
  });

  it('that says service_role gives no rights over accounts', async () => {
    const claimed = await signed({ role: 'service_role' });

    const plain = await auth.raw('GET', '/admin/users', { token: claimed });
    const lent = await auth.raw('GET', '/admin/users', { token: claimed, asOperator: true });

    expect(plain).toMatchObject({ status: 403, body: { code: 'not_admin' } });
    expect(lent).toMatchObject({ status: 403, body: { code: 'not_admin' } });
  });
});
