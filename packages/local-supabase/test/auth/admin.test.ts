import { randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { totpCode, totpStep } from '../../src/auth/totp.ts';
import { claimsOf, password, signedUp, someEmail, startAuthStack } from './auth-stack.ts';
import type { AuthStack } from './auth-stack.ts';

let auth: AuthStack;
beforeAll(async () => {
  auth = await startAuthStack();
});
afterAll(() => auth.stop());

const admin = () => auth.operator().auth.admin;

describe('the operator', () => {
  it('is who holds the secret key; nobody else reaches the endpoints', async () => {
    const { token } = await signedUp(auth);
    const id = randomUUID();
    const requests = [
      ['GET', '/admin/users'],
      ['POST', '/admin/users'],
      ['GET', `/admin/users/${id}`],
      ['PUT', `/admin/users/${id}`],
      ['DELETE', `/admin/users/${id}`],
      ['GET', `/admin/users/${id}/factors`],
      ['DELETE', `/admin/users/${id}/factors/${id}`],
      ['POST', '/admin/generate_link'],
      ['POST', '/invite'],
    ] as const;
    for (const [method, path] of requests) {
      for (const request of [
        {},
        { token },
        { headers: { 'x-sotto-gateway-role': 'service_role' } },
        { token, asOperator: true },
      ]) {
        const answer = await auth.raw(method, path, request);

        expect([method, path, answer.status, answer.body['code'], answer.body['message']]).toEqual([
          method,
          path,
          403,
          'not_admin',
          'User not allowed',
        ]);
      }
    }
  });

  it('makes accounts, confirmed or not', async () => {
    const email = someEmail();

    const { data, error } = await admin().createUser({
      email,
      password,
      email_confirm: true,
      user_metadata: { name: 'Ann' },
      app_metadata: { plan: 'team' },
    });
    const unconfirmed = await admin().createUser({ email: someEmail(), password });
    const early = await auth
      .client()
      .auth.signInWithPassword({ email: unconfirmed.data.user?.email ?? '', password });

    expect(error).toBeNull();
    expect(data.user).toMatchObject({
      email,
      user_metadata: { name: 'Ann' },
      app_metadata: { provider: 'email', providers: ['email'], plan: 'team' },
      identities: [{ provider: 'email', identity_data: { email_verified: true } }],
    });
    expect((await auth.client().auth.signInWithPassword({ email, password })).error).toBeNull();
    expect(early.error?.code).toBe('email_not_confirmed');
  });

  it('makes an account with a given id and a ready-made hash', async () => {
    const email = someEmail();
    const id = randomUUID();
    const password_hash = await hash(password, { memoryCost: 8192, timeCost: 1, parallelism: 1 });

    const { data, error } = await admin().createUser({
      id,
      email,
      password_hash,
      email_confirm: true,
    });
    const signIn = await auth.client().auth.signInWithPassword({ email, password });
    const twin = await admin().createUser({ id, email: someEmail() });

    expect(error).toBeNull();
    expect(data.user?.id).toBe(id);
    expect(signIn.error).toBeNull();
    expect(twin.error).toMatchObject({ status: 422, code: 'conflict' });
  });

  it.each([
    ['nobody', {}, 400, 'validation_failed'],
    ['a malformed address', { email: 'xx:;x@x.x' }, 400, 'validation_failed'],
    ['a malformed number', { phone: 'abc' }, 400, 'validation_failed'],
    ['a weak password', { email: 'w@example.org', password: 'x' }, 422, 'weak_password'],
    [
      'a costly hash',
      {
        email: 'w@example.org',
        password_hash: '$argon2id$v=19$m=9999999,t=9,p=9$YWFhYWFhYWE$YWFhYWFhYWFhYWFhYWFhYQ',
      },
      400,
      'validation_failed',
    ],
    [
      'a malformed ban',
      { email: 'w@example.org', ban_duration: 'forever' },
      400,
      'validation_failed',
    ],
    ['a malformed role', { email: 'w@example.org', role: 'a; drop' }, 400, 'validation_failed'],
  ])('cannot make %s', async (_title, body, status, code) => {
    const answer = await auth.raw('POST', '/admin/users', { body, asOperator: true });

    expect(answer).toMatchObject({ status, body: { code } });
  });

  it('cannot make two accounts of one address', async () => {
    const { email } = await signedUp(auth);

    const { error } = await admin().createUser({ email });

    expect(error).toMatchObject({ status: 422, code: 'email_exists' });
  });

  it('reads, changes and deletes an account', async () => {
    const { id, token, email } = await signedUp(auth);
    const next = someEmail();

    const read = await admin().getUserById(id);
    const changed = await admin().updateUserById(id, {
      email: next,
      phone: '+15550001111',
      user_metadata: { a: 1 },
    });
    const deleted = await admin().deleteUser(id);
    const gone = await admin().getUserById(id);
    const again = await admin().deleteUser(id);

    expect(read.data.user).toMatchObject({ id, email });
    expect(changed.data.user).toMatchObject({
      email: next,
      phone: '15550001111',
      user_metadata: { a: 1 },
      identities: [{ email: next }],
    });
    expect(deleted.error).toBeNull();
    expect(gone.error).toMatchObject({ status: 404, code: 'user_not_found' });
    expect(again.error).toMatchObject({ status: 404, code: 'user_not_found' });
    expect((await auth.raw('GET', '/user', { token })).body['code']).toBe('user_not_found');
    for (const table of ['identities', 'sessions', 'mfa_factors', 'one_time_tokens']) {
      expect(await auth.rows(`select 1 from auth.${table} where user_id = $1`, [id])).toEqual([]);
    }
  });

  it('erases a person and keeps the row', async () => {
    const { id, email, token } = await signedUp(auth);

    const { error } = await admin().deleteUser(id, true);
    const kept = await admin().getUserById(id);
    const back = await auth.client().auth.signUp({ email, password });

    expect(error).toBeNull();
    expect(kept.data.user?.deleted_at).toBeDefined();
    expect(JSON.stringify(kept.data)).not.toContain(email);
    for (const table of ['identities', 'sessions', 'mfa_factors', 'one_time_tokens']) {
      expect(await auth.rows(`select 1 from auth.${table} where user_id = $1`, [id])).toEqual([]);
    }
    expect((await auth.raw('GET', '/user', { token })).body['code']).toBe('user_not_found');
    expect(back.error).toBeNull();
    expect(back.data.user?.id).not.toBe(id);
  });

  it('by a new password or a ban ends every session of the account', async () => {
    const first = await signedUp(auth);
    const second = await signedUp(auth);

    await admin().updateUserById(first.id, { password: 'battery staple horse' });
    await admin().updateUserById(second.id, { ban_duration: '24h' });

    expect((await first.client.auth.refreshSession()).error?.code).toBe('refresh_token_not_found');
    expect((await second.client.auth.refreshSession()).error?.code).toBe('refresh_token_not_found');
    const fresh = await auth
      .client()
      .auth.signInWithPassword({ email: first.email, password: 'battery staple horse' });
    expect(fresh.error).toBeNull();
    const lifted = await admin().updateUserById(second.id, { ban_duration: 'none' });
    expect(lifted.data.user).not.toHaveProperty('banned_until');
  });

  it('sees and removes second factors, never their secret', async () => {
    const { client, id } = await signedUp(auth);
    const { data } = await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Phone' });
    const factorId = data?.id ?? '';
    const secret = data?.type === 'totp' ? data.totp.secret : '';
    await client.auth.mfa.challengeAndVerify({
      factorId,
      code: totpCode(secret, totpStep(auth.now())),
    });

    const list = await auth.raw('GET', `/admin/users/${id}/factors`, { asOperator: true });
    const removed = await admin().mfa.deleteFactor({ id: factorId, userId: id });
    await client.auth.refreshSession();

    expect(JSON.parse(list.text)).toMatchObject([{ id: factorId, status: 'verified' }]);
    expect(list.text).not.toContain(secret);
    expect(removed.error).toBeNull();
    const token = (await client.auth.getSession()).data.session?.access_token ?? '';
    expect(claimsOf(token)['aal']).toBe('aal1');
  });

  it.each(['1', 'x', '..%2f', '%27'])('gets 404 for an account %j', async (id) => {
    const answer = await auth.raw('GET', `/admin/users/${id}`, { asOperator: true });

    expect(answer).toMatchObject({ status: 404, body: { code: 'validation_failed' } });
  });
});

describe('the list of accounts', () => {
  let small: AuthStack;
  beforeAll(async () => {
    small = await startAuthStack();
    for (let index = 0; index < 5; index += 1) await signedUp(small);
  });
  afterAll(() => small.stop());

  it('is paged, newest first, and counts all', async () => {
    const list = (page: number) => small.operator().auth.admin.listUsers({ page, perPage: 2 });

    const pages = [await list(1), await list(2), await list(3), await list(4)];

    const ids = pages.flatMap(({ data }) => data.users.map(({ id }) => id));
    expect(new Set(ids).size).toBe(5);
    expect(pages.map(({ data }) => data.users.length)).toEqual([2, 2, 1, 0]);
    expect(pages[0]?.data).toMatchObject({
      aud: 'authenticated',
      total: 5,
      nextPage: 2,
      lastPage: 3,
    });
    expect(pages[2]?.data).toMatchObject({ nextPage: null, lastPage: 3 });
  });

  it('takes empty, absent and absurd page numbers, and refuses what is no number', async () => {
    const all = await small.operator().auth.admin.listUsers();
    expect(all.data.users).toHaveLength(5);
    for (const query of ['?page=&per_page=', '', '?page=0', '?page=1&per_page=99999999']) {
      const answer = await small.raw('GET', `/admin/users${query}`, { asOperator: true });

      expect([query, answer.status, answer.headers.get('x-total-count')]).toEqual([
        query,
        200,
        '5',
      ]);
      expect(answer.body['users']).toHaveLength(5);
    }
    for (const query of ['?page=-1', '?per_page=0x10', '?page=1e9', '?page=1&page=2']) {
      const answer = await small.raw('GET', `/admin/users${query}`, { asOperator: true });

      expect([query, answer.status, answer.body['code']]).toEqual([
        query,
        400,
        'validation_failed',
      ]);
    }
  });
});

describe('a link made by the operator', () => {
  it('lets a person who forgot the password set a new one', async () => {
    const { email, id } = await signedUp(auth);
    const before = auth.messages.length;

    const { data, error } = await admin().generateLink({ type: 'recovery', email });
    const client = auth.client();
    const verified = await client.auth.verifyOtp({
      token_hash: data.properties?.hashed_token ?? '',
      type: 'recovery',
    });
    const changed = await client.auth.updateUser({ password: 'battery staple horse' });

    expect(error).toBeNull();
    expect(data.user?.id).toBe(id);
    expect(data.properties).toMatchObject({ verification_type: 'recovery' });
    expect(data.properties?.email_otp).toMatch(/^\d{8}$/);
    expect(data.properties?.action_link).toContain(`${auth.stack.issuer}/verify?token=`);
    expect(verified.error).toBeNull();
    expect(changed.error).toBeNull();
    expect(auth.messages).toHaveLength(before);
  });

  it('signs up, invites and signs in people', async () => {
    const make = async (params: Parameters<ReturnType<typeof admin>['generateLink']>[0]) => {
      const { data, error } = await admin().generateLink(params);
      expect(error).toBeNull();
      const code = data.properties?.email_otp ?? '';
      return auth.client().auth.verifyOtp({ email: params.email, token: code, type: params.type });
    };

    const signup = await make({ type: 'signup', email: someEmail(), password });
    const invite = await make({ type: 'invite', email: someEmail() });
    const magic = await make({ type: 'magiclink', email: someEmail() });

    for (const { data } of [signup, invite, magic]) {
      expect(data.session).not.toBeNull();
      expect(data.user?.email_confirmed_at).toBeDefined();
    }
    expect(invite.data.user?.invited_at).toBeDefined();
  });

  it('changes an address, when both sides opened theirs', async () => {
    const { email } = await signedUp(auth);
    const newEmail = someEmail();
    const open = async (type: 'email_change_current' | 'email_change_new') => {
      const { data } = await admin().generateLink({ type, email, newEmail });
      const token_hash = data.properties?.hashed_token ?? '';
      return auth.client().auth.verifyOtp({ token_hash, type: 'email_change' });
    };

    const half = await open('email_change_current');
    const whole = await open('email_change_new');

    expect(half).toMatchObject({ error: null, data: { session: null } });
    expect(whole.data.user).toMatchObject({ email: newEmail });
  });

  it('is not made for nobody or for what is taken', async () => {
    const { email } = await signedUp(auth);

    const nobody = await admin().generateLink({ type: 'recovery', email: someEmail() });
    const taken = await admin().generateLink({ type: 'invite', email });
    const twice = await admin().generateLink({ type: 'signup', email, password });

    expect(nobody.error).toMatchObject({ status: 404, code: 'user_not_found' });
    expect(taken.error).toMatchObject({ status: 422, code: 'email_exists' });
    expect(twice.error).toMatchObject({ status: 422, code: 'email_exists' });
  });
});

describe('an invitation', () => {
  it('is handed over, and lets the person in', async () => {
    const email = someEmail();

    const { data, error } = await admin().inviteUserByEmail(email, { data: { team: 'x' } });
    const { code, kind } = auth.lastMessage();
    const accepted = await auth.client().auth.verifyOtp({ email, token: code, type: 'invite' });
    const again = await admin().inviteUserByEmail(email);

    expect(error).toBeNull();
    expect(kind).toBe('invite');
    expect(data.user).toMatchObject({ email, user_metadata: { team: 'x' } });
    expect(accepted.error).toBeNull();
    expect(again.error).toMatchObject({ status: 422, code: 'email_exists' });
  });
});
