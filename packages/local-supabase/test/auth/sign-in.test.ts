import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimsOf, password, signedUp, someEmail, startAuthStack } from './auth-stack.ts';
import type { AuthStack } from './auth-stack.ts';

let auth: AuthStack;
beforeAll(async () => {
  auth = await startAuthStack();
});
afterAll(() => auth.stop());

describe('signing in with a password', () => {
  it('answers a token whose claims name account, session and method', async () => {
    const { email, id } = await signedUp(auth);

    const { data, error } = await auth.client().auth.signInWithPassword({ email, password });

    expect(error).toBeNull();
    const token = data.session?.access_token ?? '';
    const claims = claimsOf(token);
    const [session] = await auth.rows('select id from auth.sessions where id = $1', [
      claims['session_id'],
    ]);
    expect(session).toBeDefined();
    expect(claims).toMatchObject({
      iss: auth.stack.issuer,
      sub: id,
      aud: 'authenticated',
      email,
      phone: '',
      role: 'authenticated',
      aal: 'aal1',
      amr: [{ method: 'password', timestamp: expect.any(Number) }],
      is_anonymous: false,
      app_metadata: { provider: 'email', providers: ['email'] },
      user_metadata: {},
    });
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(900);
    expect(data.session?.expires_at).toBe(claims['exp']);
  });

  it('answers unknown address, wrong password and malformed address byte for byte alike', async () => {
    const { email } = await signedUp(auth);
    const attempt = (body: object) => auth.raw('POST', '/token?grant_type=password', { body });

    const answers = [
      await attempt({ email, password: 'wrong horse' }),
      await attempt({ email, password: '' }),
      await attempt({ email, password: 'x'.repeat(100) }),
      await attempt({ email: someEmail(), password }),
      await attempt({ email: 'not an address', password }),
    ];

    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(answer.text).toBe(answers[0]?.text);
      expect([...answer.headers.keys()]).toEqual([...(answers[0]?.headers.keys() ?? [])]);
    }
    expect(answers[0]?.body).toEqual({
      code: 'invalid_credentials',
      error_code: 'invalid_credentials',
      message: 'Invalid login credentials',
    });
  });

  it.each([
    ['pkce', 404, 'flow_state_not_found'],
    ['id_token', 400, 'provider_disabled'],
    ['web3', 422, 'web3_provider_disabled'],
    ['nonsense', 400, 'invalid_credentials'],
    ['', 400, 'invalid_credentials'],
  ])('refuses the grant %j', async (grant, status, code) => {
    const answer = await auth.raw('POST', `/token?grant_type=${grant}`, { body: {} });

    expect(answer).toMatchObject({ status, body: { code } });
  });

  it('asks for an address, and does not take a phone number for one', async () => {
    const none = await auth.raw('POST', '/token?grant_type=password', { body: { password } });
    const phone = await auth.client().auth.signInWithPassword({ phone: '+15551234567', password });

    expect(none).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', message: 'missing email or phone' },
    });
    expect(phone.error).toMatchObject({ status: 400, code: 'phone_provider_disabled' });
  });

  it('refuses a banned account only to who knows its password', async () => {
    const { email, id, token } = await signedUp(auth);
    await auth.operator().auth.admin.updateUserById(id, { ban_duration: '1h' });

    const known = await auth.client().auth.signInWithPassword({ email, password });
    const guessed = await auth.client().auth.signInWithPassword({ email, password: 'wrong horse' });
    const present = await auth.raw('GET', '/user', { token });

    expect(known.error).toMatchObject({ status: 400, code: 'user_banned' });
    expect(guessed.error).toMatchObject({ code: 'invalid_credentials' });
    expect(present).toMatchObject({ status: 403, body: { code: 'user_banned' } });
    auth.advance(3_600_001);
    const after = await auth.client().auth.signInWithPassword({ email, password });
    expect(after.error).toBeNull();
  });
});

describe('signing out', () => {
  async function threeSessions() {
    const first = await signedUp(auth);
    const clients = [first.client, auth.client(), auth.client()];
    for (const client of clients.slice(1)) {
      await client.auth.signInWithPassword({ email: first.email, password });
    }
    const refreshes: string[] = [];
    for (const client of clients) {
      const { data } = await client.auth.getSession();
      refreshes.push(data.session?.refresh_token ?? '');
    }
    const alive = async () => {
      const answers: string[] = [];
      for (const token of refreshes) {
        const body = { refresh_token: token };
        const answer = await auth.raw('POST', '/token?grant_type=refresh_token', { body });
        answers.push(answer.status === 200 ? 'alive' : String(answer.body['code']));
      }
      return answers;
    };
    return { first, client: first.client, alive };
  }
  const ended = 'refresh_token_not_found';

  it('ends every session by default', async () => {
    const { client, alive } = await threeSessions();

    expect((await client.auth.signOut()).error).toBeNull();

    expect(await alive()).toEqual([ended, ended, ended]);
  });

  it('ends this session alone with scope local', async () => {
    const { client, alive } = await threeSessions();

    await client.auth.signOut({ scope: 'local' });

    expect(await alive()).toEqual([ended, 'alive', 'alive']);
  });

  it('ends the others with scope others', async () => {
    const { client, alive } = await threeSessions();

    await client.auth.signOut({ scope: 'others' });

    expect(await alive()).toEqual(['alive', ended, ended]);
  });

  it('of somebody by the operator takes their token', async () => {
    const { first, alive } = await threeSessions();

    const { error } = await auth.operator().auth.admin.signOut(first.token, 'global');

    expect(error).toBeNull();
    expect(await alive()).toEqual([ended, ended, ended]);
  });

  it('answers 204 without a body, and refuses an unknown scope', async () => {
    const { token } = await signedUp(auth);

    const wrong = await auth.raw('POST', '/logout?scope=everything', { token });
    const right = await auth.raw('POST', '/logout', { token });
    const again = await auth.raw('POST', '/logout', { token });

    expect(wrong).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(right).toMatchObject({ status: 204, text: '' });
    expect(again).toMatchObject({ status: 403, body: { code: 'session_not_found' } });
  });

  it('makes a client that still holds tokens drop its session', async () => {
    const { client, email } = await signedUp(auth);
    const other = auth.client();
    await other.auth.signInWithPassword({ email, password });
    await other.auth.signOut({ scope: 'others' });

    const { error } = await client.auth.getUser();
    const { data } = await client.auth.getSession();

    expect(error?.name).toBe('AuthSessionMissingError');
    expect(data.session).toBeNull();
  });
});
