import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorMessage } from '../../src/auth/index.ts';
import { password, signedUp, someEmail, startAuthStack } from './auth-stack.ts';
import type { AuthStack } from './auth-stack.ts';

let auth: AuthStack;
beforeAll(async () => {
  auth = await startAuthStack();
});
afterAll(() => auth.stop());

const newPassword = 'battery staple horse';

describe('changing one’s account', () => {
  it('merges data, removes with null, and tells the client', async () => {
    const { client } = await signedUp(auth);
    await client.auth.updateUser({ data: { a: 1, b: { c: 2 } } });

    const { data, error } = await client.auth.updateUser({ data: { a: null, d: 4 } });

    expect(error).toBeNull();
    expect(data.user?.user_metadata).toEqual({ b: { c: 2 }, d: 4 });
    expect((await client.auth.getUser()).data.user?.user_metadata).toEqual({ b: { c: 2 }, d: 4 });
  });

  it('drops prototype keys of data', async () => {
    const { token } = await signedUp(auth);

    const body =
      '{"data":{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}},"a":1}}';
    const answer = await auth.raw('PUT', '/user', { token, body });

    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('isAdmin');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('does not reach what only the operator may set', async () => {
    const { token, id } = await signedUp(auth);

    const app = await auth.raw('PUT', '/user', { token, body: { app_metadata: { admin: true } } });
    const others = await auth.raw('PUT', '/user', {
      token,
      body: { role: 'service_role', id: '1', is_anonymous: true, banned_until: null, aud: 'x' },
    });

    expect(app).toMatchObject({ status: 403, body: { code: 'not_admin' } });
    expect(others).toMatchObject({ status: 200, body: { id, role: 'authenticated' } });
  });

  it('by a new password ends the other sessions, and this one lives on', async () => {
    const { client, email } = await signedUp(auth);
    const other = auth.client();
    await other.auth.signInWithPassword({ email, password });

    const { error } = await client.auth.updateUser({ password: newPassword });

    expect(error).toBeNull();
    expect((await client.auth.refreshSession()).error).toBeNull();
    expect((await other.auth.refreshSession()).error?.code).toBe('refresh_token_not_found');
    const old = await auth.client().auth.signInWithPassword({ email, password });
    const fresh = await auth.client().auth.signInWithPassword({ email, password: newPassword });
    expect(old.error?.code).toBe('invalid_credentials');
    expect(fresh.error).toBeNull();
  });

  it('refuses the same password, a weak one and one too long', async () => {
    const { client } = await signedUp(auth);
    const change = async (to: string) => (await client.auth.updateUser({ password: to })).error;

    expect(await change(password)).toMatchObject({ status: 422, code: 'same_password' });
    expect(await change('short')).toMatchObject({ status: 422, code: 'weak_password' });
    expect(await change('x'.repeat(73))).toMatchObject({ status: 400, code: 'validation_failed' });
  });

  it('by a new password makes open codes worthless', async () => {
    const { client, email } = await signedUp(auth);
    await auth.client().auth.resetPasswordForEmail(email);
    const { code } = auth.lastMessage();

    await client.auth.updateUser({ password: newPassword });
    const { error } = await auth.client().auth.verifyOtp({ email, token: code, type: 'recovery' });

    expect(error?.code).toBe('otp_expired');
  });
});

describe('changing the email address', () => {
  const find = (email: string): OperatorMessage => {
    const found = auth.messages.findLast((message) => message.email === email);
    if (found === undefined) throw new Error('no message for that address');
    return found;
  };

  it('needs the codes of both addresses, each once', async () => {
    const { client, email } = await signedUp(auth);
    const next = someEmail();

    const pending = await client.auth.updateUser({ email: next });
    const confirm = (address: string, token: string) =>
      auth.client().auth.verifyOtp({ email: address, token, type: 'email_change' });
    const half = await confirm(next, find(next).code);
    await auth.client().auth.resend({ email, type: 'email_change' });
    const sameHalf = await confirm(next, find(next).code);
    const stillOld = (await client.auth.getUser()).data.user?.email;
    const whole = await confirm(email, find(email).code);

    expect(pending.data.user).toMatchObject({ email, new_email: next });
    expect(half).toMatchObject({ error: null, data: { session: null, user: null } });
    expect(sameHalf).toMatchObject({ error: null, data: { session: null, user: null } });
    expect(stillOld).toBe(email);
    expect(whole.data.user).toMatchObject({ email: next, identities: [{ email: next }] });
    expect(whole.data.user).not.toHaveProperty('new_email');
    const signIn = await auth.client().auth.signInWithPassword({ email: next, password });
    expect(signIn.error).toBeNull();
  });

  it('to a taken one is refused', async () => {
    const { client } = await signedUp(auth);
    const { email: taken } = await signedUp(auth);

    const { error } = await client.auth.updateUser({ email: taken });

    expect(error).toMatchObject({ status: 422, code: 'email_exists' });
  });

  it('to what is none is refused', async () => {
    const { client } = await signedUp(auth);

    const { error } = await client.auth.updateUser({ email: 'xx:;x@x.x' });

    expect(error).toMatchObject({ status: 400, code: 'validation_failed' });
  });
});

describe('changing the password where it is guarded', () => {
  let guarded: AuthStack;
  beforeAll(async () => {
    guarded = await startAuthStack({ securePasswordChange: true, requireCurrentPassword: true });
  });
  afterAll(() => guarded.stop());

  it('asks for the present password', async () => {
    const { client } = await signedUp(guarded);
    const change = (current_password?: string) =>
      client.auth.updateUser({
        password: newPassword,
        ...(current_password && { current_password }),
      });

    expect((await change()).error).toMatchObject({
      status: 400,
      code: 'current_password_required',
    });
    const wrong = await change('wrong horse');
    expect(wrong.error).toMatchObject({ status: 400, code: 'current_password_invalid' });
    expect((await change(password)).error).toBeNull();
  });

  it('asks an old session for a nonce, which works once', async () => {
    const { client } = await signedUp(guarded);
    guarded.advance(24 * 3_600_000 + 1000);
    await client.auth.refreshSession();
    const change = (to: string, nonce?: string) =>
      client.auth.updateUser({
        password: to,
        current_password: password,
        ...(nonce === undefined ? {} : { nonce }),
      });

    const without = await change(newPassword);
    const asked = await client.auth.reauthenticate();
    const { code } = guarded.lastMessage();
    const wrong = await change(newPassword, code === '00000000' ? '11111111' : '00000000');
    const right = await change(newPassword, code);
    const again = await client.auth.updateUser({
      password,
      current_password: newPassword,
      nonce: code,
    });

    expect(without.error).toMatchObject({ status: 400, code: 'reauthentication_needed' });
    expect(asked.error).toBeNull();
    expect(guarded.lastMessage().kind).toBe('reauthentication');
    expect(wrong.error).toMatchObject({
      status: 422,
      code: 'reauthentication_not_valid',
      message: 'Nonce has expired or is invalid',
    });
    expect(right.error).toBeNull();
    expect(again.error).toMatchObject({ status: 422, code: 'reauthentication_not_valid' });
  });
});
