import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimsOf, password, signedUp, someEmail, startAuthStack } from './auth-stack.ts';
import type { AuthStack } from './auth-stack.ts';

let auth: AuthStack;
beforeAll(async () => {
  auth = await startAuthStack();
});
afterAll(() => auth.stop());

const expired = {
  status: 403,
  code: 'otp_expired',
  message: 'Token has expired or is invalid',
};

describe('a forgotten password', () => {
  it('is replaced with the code that the operator passes on', async () => {
    const { email, id } = await signedUp(auth);
    const client = auth.client();

    const asked = await client.auth.resetPasswordForEmail(email);
    const message = auth.lastMessage();
    const verified = await client.auth.verifyOtp({ email, token: message.code, type: 'recovery' });
    const changed = await client.auth.updateUser({ password: 'battery staple horse' });

    expect(asked.error).toBeNull();
    expect(message).toMatchObject({ kind: 'recovery', email });
    expect(message.code).toMatch(/^\d{8}$/);
    expect(message.expiresAt.getTime()).toBeGreaterThan(auth.now() + 3_500_000);
    expect(verified.data.user?.id).toBe(id);
    expect(claimsOf(verified.data.session?.access_token ?? '')['amr']).toMatchObject([
      { method: 'recovery' },
    ]);
    expect(changed.error).toBeNull();
  });

  it('answers alike for an address without account, and tells the operator nothing', async () => {
    const { email } = await signedUp(auth);
    const before = auth.messages.length;

    const known = await auth.raw('POST', '/recover', { body: { email } });
    const unknown = await auth.raw('POST', '/recover', { body: { email: someEmail() } });

    expect(known).toMatchObject({ status: 200, text: '{}' });
    expect(unknown).toMatchObject({ status: 200, text: '{}' });
    expect([...unknown.headers.keys()]).toEqual([...known.headers.keys()]);
    expect(auth.messages).toHaveLength(before + 1);
  });

  it('is one request per minute and address, known or not', async () => {
    const spaced = await startAuthStack({ otpIntervalSeconds: 60 });
    try {
      const { email } = await signedUp(spaced);
      for (const address of [email, someEmail()]) {
        const first = await spaced.client().auth.resetPasswordForEmail(address);
        const second = await spaced.client().auth.resetPasswordForEmail(address);

        expect(first.error).toBeNull();
        expect(second.error).toMatchObject({ status: 429, code: 'over_email_send_rate_limit' });
      }
    } finally {
      await spaced.stop();
    }
  });
});

describe('a one-time code', () => {
  const recover = async () => {
    const { email } = await signedUp(auth);
    await auth.client().auth.resetPasswordForEmail(email);
    return auth.lastMessage();
  };
  const verify = (email: string, token: string, type: string) =>
    auth.client().auth.verifyOtp({ email, token, type });

  it('works once, also when two use it at the same moment', async () => {
    const { email, code } = await recover();

    const answers = await Promise.all(
      Array.from({ length: 6 }, () => verify(email, code, 'recovery')),
    );

    expect(answers.filter(({ error }) => error === null)).toHaveLength(1);
    const codes = answers.flatMap(({ error }) => error?.code ?? []);
    expect(codes).toEqual(Array.from({ length: 5 }, () => expired.code));
  });

  it('works for its address, its purpose and its hour only', async () => {
    const { email, code } = await recover();
    const { email: other } = await signedUp(auth);

    expect((await verify(other, code, 'recovery')).error).toMatchObject(expired);
    expect((await verify(email, code, 'signup')).error).toMatchObject(expired);
    expect((await verify(email, code, 'email_change')).error).toMatchObject(expired);
    expect((await verify(email, `${code}0`, 'recovery')).error).toMatchObject(expired);
    expect((await verify(someEmail(), code, 'recovery')).error).toMatchObject(expired);
    auth.advance(3_600_001);
    expect((await verify(email, code, 'recovery')).error).toMatchObject(expired);
  });

  it('is replaced by the next one', async () => {
    const { email, code } = await recover();
    await auth.client().auth.resetPasswordForEmail(email);

    expect((await verify(email, code, 'recovery')).error).toMatchObject(expired);
    expect((await verify(email, auth.lastMessage().code, 'recovery')).error).toBeNull();
  });

  it('and its link are not in the database', async () => {
    const { code, link } = await recover();
    const token = new URL(link ?? '').searchParams.get('token') ?? '';

    const rows = await auth.rows('select * from auth.one_time_tokens');
    const users = await auth.rows('select * from auth.users');

    const stored = JSON.stringify([rows, users]);
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(stored).not.toContain(token);
    expect(rows.map((row) => JSON.stringify(row)).join()).not.toContain(`"${code}"`);
  });

  it('is not guessed: tries are counted per address', async () => {
    const strict = await startAuthStack({
      rateLimits: { verify: { events: 1000 }, otpVerifyPerAddress: { events: 4 } },
    });
    try {
      const { email } = await signedUp(strict);
      await strict.client().auth.resetPasswordForEmail(email);
      const { code } = strict.lastMessage();
      for (let index = 0; index < 4; index += 1) {
        await strict.client().auth.verifyOtp({ email, token: '1', type: 'recovery' });
      }

      const { error } = await strict
        .client()
        .auth.verifyOtp({ email, token: code, type: 'recovery' });

      expect(error).toMatchObject({ status: 429, code: 'over_request_rate_limit' });
    } finally {
      await strict.stop();
    }
  });

  it.each([
    ['no token', { type: 'recovery', email: 'a@example.org' }],
    ['no address', { type: 'recovery', token: '123456' }],
    ['an unknown type', { type: 'constructor', token_hash: 'x' }],
  ])('is not looked for with %s', async (_title, body) => {
    const answer = await auth.raw('POST', '/verify', { body });

    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });
});

describe('a code for a phone number', () => {
  it('is never right, and never sent again', async () => {
    const verify = (phone: string) =>
      auth.client().auth.verifyOtp({ phone, token: '123456', type: 'sms' });

    const wrong = await verify('+15551234567');
    const malformed = await verify('1555123-invalid');
    const resent = await auth.client().auth.resend({ phone: '+15551234567', type: 'phone_change' });

    expect(wrong.error).toMatchObject(expired);
    expect(malformed.error).toMatchObject({
      status: 400,
      message: 'Invalid phone number format (E.164 required)',
    });
    expect(resent.error).toBeNull();
  });
});

describe('signing in by code', () => {
  it('knows an account, and makes one only if asked', async () => {
    const { email, id } = await signedUp(auth);
    const stranger = someEmail();

    const known = await auth.client().auth.signInWithOtp({ email });
    const { code, kind } = auth.lastMessage();
    const session = await auth.client().auth.verifyOtp({ email, token: code, type: 'email' });
    const refused = await auth
      .client()
      .auth.signInWithOtp({ email: stranger, options: { shouldCreateUser: false } });
    await auth.client().auth.signInWithOtp({ email: stranger });
    const token = auth.lastMessage().code;
    const made = await auth.client().auth.verifyOtp({ email: stranger, token, type: 'email' });

    expect(known.error).toBeNull();
    expect(kind).toBe('magiclink');
    expect(session.data.user?.id).toBe(id);
    expect(claimsOf(session.data.session?.access_token ?? '')['amr']).toMatchObject([
      { method: 'otp' },
    ]);
    expect(refused.error).toMatchObject({ status: 422, code: 'otp_disabled' });
    expect(made.data.user).toMatchObject({ email: stranger, identities: [{ provider: 'email' }] });
  });

  it('by phone is not offered', async () => {
    const { error } = await auth.client().auth.signInWithOtp({ phone: '+15551234567' });

    expect(error).toMatchObject({ status: 400, code: 'phone_provider_disabled' });
  });
});

describe('a link', () => {
  const open = (link: string) => {
    const { pathname, search } = new URL(link);
    return auth.raw('GET', `${pathname.replace('/auth/v1', '')}${search}`);
  };

  it('opened in a browser leads to the site with a session in the fragment', async () => {
    const { email, id } = await signedUp(auth);
    await auth.client().auth.resetPasswordForEmail(email, {
      redirectTo: `${auth.stack.url}/reset?step=2`,
    });

    const answer = await open(auth.lastMessage().link ?? '');
    const again = await open(auth.lastMessage().link ?? '');

    expect(answer.status).toBe(303);
    const target = new URL(answer.headers.get('location') ?? '');
    expect(`${target.origin}${target.pathname}${target.search}`).toBe(
      `${auth.stack.url}/reset?step=2`,
    );
    const fragment = new URLSearchParams(target.hash.slice(1));
    expect(fragment.get('type')).toBe('recovery');
    expect(claimsOf(fragment.get('access_token') ?? '')['sub']).toBe(id);
    expect(again.status).toBe(303);
    expect(again.headers.get('location')).toContain('error_code=otp_expired');
    expect(again.headers.get('location')).not.toContain('access_token');
  });

  it('leads nowhere but to the site', async () => {
    const { email } = await signedUp(auth);
    const site = new URL(auth.stack.url).origin;
    for (const redirectTo of [
      'https://evil.example/',
      'http://evil.example/',
      `http://evil.example:${new URL(site).port}/`,
      `https://${new URL(site).host}/`,
      `${site}.evil.example/`,
      `http://user@${new URL(site).host}/`,
      `https://evil.example/?${site}`,
      'javascript:alert(1)',
      '//evil.example/',
      'nonsense',
    ]) {
      await auth.client().auth.resetPasswordForEmail(email, { redirectTo });

      const answer = await open(auth.lastMessage().link ?? '');

      const { origin, username } = new URL(answer.headers.get('location') ?? '');
      expect([redirectTo, origin, username]).toEqual([redirectTo, site, '']);
    }
  });

  it('token is also accepted from the client', async () => {
    const { email } = await signedUp(auth);
    await auth.client().auth.resetPasswordForEmail(email);
    const token_hash = new URL(auth.lastMessage().link ?? '').searchParams.get('token') ?? '';

    const wrong = await auth.client().auth.verifyOtp({ token_hash, type: 'signup' });
    const right = await auth.client().auth.verifyOtp({ token_hash, type: 'recovery' });

    expect(wrong.error).toMatchObject(expired);
    expect(right.error).toBeNull();
  });
});

describe('sending a code again', () => {
  it('says nothing about the address', async () => {
    const { email } = await signedUp(auth);
    const before = auth.messages.length;
    for (const address of [email, someEmail()]) {
      for (const type of ['signup', 'email_change'] as const) {
        expect((await auth.client().auth.resend({ email: address, type })).error).toBeNull();
      }
    }

    expect(auth.messages).toHaveLength(before);
  });

  it('renews a sign-up that waits', async () => {
    const confirming = await startAuthStack({ autoconfirm: false });
    try {
      const email = someEmail();
      await confirming.client().auth.signUp({ email, password });
      await confirming.client().auth.resend({ email, type: 'signup' });
      const { code } = confirming.lastMessage();

      const { error } = await confirming
        .client()
        .auth.verifyOtp({ email, token: code, type: 'signup' });
      const signIn = await confirming.client().auth.signInWithPassword({ email, password });

      expect(confirming.messages).toHaveLength(2);
      expect(error).toBeNull();
      expect(signIn.error).toBeNull();
    } finally {
      await confirming.stop();
    }
  });
});
