import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { password, signedUp, someEmail, startAuthStack } from './auth-stack.ts';
import type { AuthStack } from './auth-stack.ts';

let auth: AuthStack;
beforeAll(async () => {
  auth = await startAuthStack();
});
afterAll(() => auth.stop());

describe('signing up', () => {
  it('answers a session and an account with an email identity', async () => {
    const email = someEmail();

    const { data, error } = await auth
      .client()
      .auth.signUp({ email: email.toUpperCase(), password, options: { data: { name: 'Ann' } } });

    expect(error).toBeNull();
    expect(data.session).toMatchObject({ token_type: 'bearer', expires_in: 900 });
    expect(data.user).toMatchObject({
      email,
      phone: '',
      aud: 'authenticated',
      role: 'authenticated',
      is_anonymous: false,
      app_metadata: { provider: 'email', providers: ['email'] },
      user_metadata: { name: 'Ann' },
      identities: [{ provider: 'email', id: data.user?.id, user_id: data.user?.id, email }],
    });
    expect(data.user?.email_confirmed_at).toBeDefined();
    expect(data.user).not.toHaveProperty('factors');
    expect(data.user).not.toHaveProperty('encrypted_password');
  });

  it('keeps an argon2id hash and nothing of the password', async () => {
    const { id } = await signedUp(auth);

    const [row] = await auth.rows('select * from auth.users where id = $1', [id]);

    expect(row?.['encrypted_password']).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(row)).not.toContain(password);
  });

  it('refuses a taken address in any case', async () => {
    const { email } = await signedUp(auth);

    const { error } = await auth.client().auth.signUp({ email: email.toUpperCase(), password });

    expect(error).toMatchObject({
      status: 422,
      code: 'user_already_exists',
      message: 'User already registered',
    });
  });

  it('makes one account of twelve simultaneous requests', async () => {
    const email = someEmail();

    const answers = await Promise.all(
      Array.from({ length: 12 }, () => auth.client().auth.signUp({ email, password })),
    );

    expect(answers.filter(({ error }) => error === null)).toHaveLength(1);
    const codes = answers.flatMap(({ error }) => error?.code ?? []);
    expect(new Set(codes)).toEqual(new Set(['user_already_exists']));
  });

  it('names a weak password as such', async () => {
    const { error } = await auth.client().auth.signUp({ email: someEmail(), password: 'short' });

    expect(error).toMatchObject({
      name: 'AuthWeakPasswordError',
      status: 422,
      code: 'weak_password',
      reasons: ['length'],
    });
  });

  it.each([
    ['a password of 73 bytes', { email: 'a@example.org', password: 'x'.repeat(73) }],
    ['no password', { email: 'a@example.org' }],
    ['a number as password', { email: 'a@example.org', password: 12345678 }],
    ['an address that is none', { email: 'xx:;x@x.x', password }],
    ['a password with NUL', { email: 'a@example.org', password: `${password}\0` }],
    ['a list as data', { email: 'a@example.org', password, data: [1] }],
    [
      'data that would outgrow a header',
      { email: 'b@example.org', password, data: { a: 'x'.repeat(5000) } },
    ],
  ])('refuses %s as invalid', async (_title, body) => {
    const answer = await auth.raw('POST', '/signup', { body });

    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it('by phone is not offered', async () => {
    const { error } = await auth.client().auth.signUp({ phone: '+15551234567', password });

    expect(error).toMatchObject({ status: 400, code: 'phone_provider_disabled' });
  });
});

describe('signing up where addresses are confirmed', () => {
  let confirming: AuthStack;
  beforeAll(async () => {
    confirming = await startAuthStack({ autoconfirm: false });
  });
  afterAll(() => confirming.stop());

  it('gives a session only after the code was proven, from code or from link', async () => {
    const email = someEmail();
    const client = confirming.client();

    const signedUpUser = await client.auth.signUp({ email, password });
    const early = await client.auth.signInWithPassword({ email, password });
    const { code } = confirming.lastMessage();
    const verified = await client.auth.verifyOtp({ email, token: code, type: 'signup' });
    const late = await client.auth.signInWithPassword({ email, password });

    expect(signedUpUser.data).toMatchObject({ session: null, user: { email, identities: [{}] } });
    expect(early.error).toMatchObject({ status: 400, code: 'email_not_confirmed' });
    expect(confirming.lastMessage()).toMatchObject({ kind: 'signup', email });
    expect(verified.data.user?.email_confirmed_at).toBeDefined();
    expect(late.error).toBeNull();
  });

  it('answers a taken address with an account that does not exist', async () => {
    const email = someEmail();
    await confirming.client().auth.signUp({ email, password });
    const { code } = confirming.lastMessage();
    await confirming.client().auth.verifyOtp({ email, token: code, type: 'email' });
    const sent = confirming.messages.length;

    const { data, error } = await confirming.client().auth.signUp({ email, password });

    expect(error).toBeNull();
    expect(data).toMatchObject({ session: null, user: { email, identities: [], role: '' } });
    const id = data.user?.id;
    expect(await confirming.rows('select 1 from auth.users where id = $1', [id])).toEqual([]);
    expect(confirming.messages).toHaveLength(sent);
  });

  it('does not leave the password of whoever signed up first with the owner of the address', async () => {
    const email = someEmail();
    await confirming.client().auth.signUp({ email, password: 'of somebody else' });

    await confirming.client().auth.signInWithOtp({ email });
    const { code } = confirming.lastMessage();
    const owner = await confirming.client().auth.verifyOtp({ email, token: code, type: 'email' });
    const intruder = await confirming
      .client()
      .auth.signInWithPassword({ email, password: 'of somebody else' });

    expect(owner.error).toBeNull();
    expect(intruder.error).toMatchObject({ code: 'invalid_credentials' });
  });
});

describe('signing up where it is closed', () => {
  it('is refused, by address and as a guest', async () => {
    const closed = await startAuthStack({ allowSignup: false });
    try {
      const byEmail = await closed.client().auth.signUp({ email: someEmail(), password });
      const asGuest = await closed.client().auth.signInAnonymously();
      const byCode = await closed.client().auth.signInWithOtp({ email: someEmail() });

      expect(byEmail.error).toMatchObject({ status: 422, code: 'signup_disabled' });
      expect(asGuest.error).toMatchObject({ status: 422, code: 'signup_disabled' });
      expect(byCode.error).toMatchObject({ status: 422, code: 'otp_disabled' });
    } finally {
      await closed.stop();
    }
  });
});
