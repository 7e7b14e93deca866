import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { password, signedUp, someEmail, startAuthStack } from './auth-stack.ts';
import type { AuthStack } from './auth-stack.ts';

let auth: AuthStack;
beforeAll(async () => {
  auth = await startAuthStack();
});
afterAll(() => auth.stop());

describe('every answer', () => {
  it('names the API version, lets browsers read it, and is not stored', async () => {
    const { token } = await signedUp(auth);
    for (const answer of [
      await auth.raw('GET', '/user', { token }),
      await auth.raw('GET', '/user'),
      await auth.raw('GET', '/nowhere'),
      await auth.raw('POST', '/signup', { body: '{' }),
    ]) {
      expect(answer.headers.get('x-supabase-api-version')).toBe('2024-01-01');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      const exposed = answer.headers.get('access-control-expose-headers')?.toLowerCase() ?? '';
      for (const name of ['x-supabase-api-version', 'x-sb-error-code', 'x-total-count', 'link']) {
        expect(exposed).toContain(name);
      }
    }
  });

  it('to a refused request carries the code for new and old clients, and as a header', async () => {
    const answer = await auth.raw('GET', '/user');

    expect(answer.headers.get('x-sb-error-code')).toBe('no_authorization');
    expect(answer.body).toEqual({
      code: 'no_authorization',
      error_code: 'no_authorization',
      message: 'This endpoint requires a valid Bearer token',
    });
  });
});

describe('an unknown path', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/nowhere'],
    ['POST', '/passkeys/authentication/options'],
    ['GET', '/admin/oauth/clients'],
    ['DELETE', '/signup'],
    ['PATCH', '/user'],
    ['GET', '/signup/'],
    ['GET', '//evil.example/'],
  ])('%s %s is a JSON 404', async (method, path) => {
    const answer = await auth.raw(method, path);

    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ code: 'not_found', error_code: 'not_found' });
  });
});

describe('a malformed request', () => {
  it.each([
    ['broken JSON', '{', 400, 'bad_json'],
    ['a list', '[]', 400, 'bad_json'],
    ['text', '"x"', 400, 'bad_json'],
    ['deep nesting', `{"data":${'['.repeat(4500)}${']'.repeat(4500)}}`, 400, 'validation_failed'],
    ['wrong types', '{"email":{},"password":[]}', 400, 'validation_failed'],
    [
      'half a surrogate pair',
      '{"email":"a@example.org","password":"xxxxxxxx","data":{"a":"\\ud800"}}',
      400,
      'validation_failed',
    ],
    ['64 KiB and more', JSON.stringify({ data: 'x'.repeat(65_536) }), 413, 'request_too_large'],
  ])('with %s is the client’s mistake', async (_title, body, status, code) => {
    for (const path of ['/signup', '/token?grant_type=password', '/otp', '/verify']) {
      const answer = await auth.raw('POST', path, { body });

      expect([path, answer.status, answer.body['code']]).toEqual([path, status, code]);
    }
  });

  it.each(['/admin/users/%zz', '/factors/%', '/%00'])('path %s gets a 4xx', async (path) => {
    const answer = await auth.raw('GET', path, { asOperator: true });

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body).toHaveProperty('code');
  });

  it.each([
    ['/token?grant_type=password&grant_type=refresh_token', 'POST'],
    ['/logout?scope=local&scope=global', 'POST'],
  ])('with a doubled parameter is refused: %s', async (path, method) => {
    const { token } = await signedUp(auth);

    const answer = await auth.raw(method, path, { token, body: {} });

    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it('in any content type is read as JSON', async () => {
    const answer = await auth.raw('POST', '/signup', {
      body: JSON.stringify({ email: someEmail(), password }),
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
    });

    expect(answer.status).toBe(200);
  });

  it('that is given up halfway leaves the service up', async () => {
    const { hostname, port } = new URL(auth.stack.url);
    for (let index = 0; index < 20; index += 1) {
      await new Promise<void>((resolve) => {
        const request = httpRequest({
          hostname,
          port,
          method: 'POST',
          path: '/auth/v1/signup',
          headers: {
            apikey: auth.stack.publishableKey,
            'content-type': 'application/json',
            'content-length': '1000',
          },
        });
        request.on('error', () => resolve());
        request.on('close', () => resolve());
        request.write('{"email":');
        setTimeout(() => request.destroy(), 5);
      });
    }

    expect((await auth.raw('GET', '/health')).status).toBe(200);
  });
});

describe('what is open to everyone', () => {
  it('tells health and settings', async () => {
    const health = await auth.raw('GET', '/health');
    const settings = await auth.raw('GET', '/settings');

    expect(health).toMatchObject({ status: 200, body: { name: 'Sotto auth' } });
    expect(settings).toMatchObject({
      status: 200,
      body: {
        external: { email: true, phone: false, anonymous_users: true },
        disable_signup: false,
        mailer_autoconfirm: true,
      },
    });
  });
});

describe('what is not offered', () => {
  it('answers with the code that clients know', async () => {
    const { client, token } = await signedUp(auth);
    const { data } = await client.auth.getUserIdentities();
    const [identity] = data?.identities ?? [];
    if (identity === undefined) throw new Error('an identity was expected');

    const link = await client.auth.linkIdentity({ provider: 'github' });
    const unlink = await client.auth.unlinkIdentity(identity);
    const sso = await client.auth.signInWithSSO({ domain: 'example.org' });
    const foreign = await auth.raw('GET', '/user/identities/authorize?provider=x');

    expect(identity.provider).toBe('email');
    expect(link.error).toMatchObject({ status: 404, code: 'manual_linking_disabled' });
    expect(unlink.error).toMatchObject({ status: 404, code: 'manual_linking_disabled' });
    expect(sso.error).toMatchObject({ status: 404, code: 'saml_provider_disabled' });
    expect(foreign).toMatchObject({ status: 401, body: { code: 'no_authorization' } });
    expect((await auth.raw('GET', '/user', { token })).status).toBe(200);
  });
});
