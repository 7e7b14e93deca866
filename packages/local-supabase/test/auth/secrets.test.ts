import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { totpCode, totpStep } from '../../src/auth/totp.ts';
import { someEmail, startAuthStack } from './auth-stack.ts';
import type { AuthStack } from './auth-stack.ts';

let auth: AuthStack;
const password = `canary-${randomBytes(12).toString('hex')}`;
const nextPassword = `canary-${randomBytes(12).toString('hex')}`;
const email = someEmail();
const issued: string[] = [];
let totpSecret = '';

beforeAll(async () => {
  auth = await startAuthStack({ autoconfirm: false });
  const client = auth.client();
  await client.auth.signUp({ email, password });
  await client.auth.signInWithPassword({ email, password: nextPassword });
  const signup = auth.lastMessage();
  await client.auth.verifyOtp({ email, token: signup.code, type: 'signup' });
  await client.auth.signInWithPassword({ email, password });
  const enrolled = await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Phone' });
  totpSecret = enrolled.data?.type === 'totp' ? enrolled.data.totp.secret : '';
  const code = totpCode(totpSecret, totpStep(auth.now()));
  await client.auth.mfa.challengeAndVerify({ factorId: enrolled.data?.id ?? '', code });
  await client.auth.updateUser({ password: nextPassword });
  await client.auth.reauthenticate();
  await client.auth.resetPasswordForEmail(email);
  const { data } = await client.auth.refreshSession();
  issued.push(data.session?.access_token ?? '', data.session?.refresh_token ?? '');
  await auth.raw('GET', '/user', { token: issued[0] ?? '' });
  await auth.operator().auth.admin.listUsers();
  await auth.raw('POST', '/token?grant_type=refresh_token', { body: { refresh_token: 'x' } });
});
afterAll(() => auth.stop());

describe('after a whole life of an account', () => {
  it('no answer holds a password, a hash, a code, or a key', async () => {
    const [user] = await auth.rows('select encrypted_password from auth.users');
    const [session] = await auth.rows('select refresh_token_hmac_key from auth.sessions');
    const answers = auth.answers.join('\n');

    expect(auth.messages).toHaveLength(3);
    for (const secret of [
      password,
      nextPassword,
      'argon2id',
      String(user?.['encrypted_password']),
      String(session?.['refresh_token_hmac_key']),
      auth.stack.signingKey.d,
      auth.stack.secretKey,
      ...auth.messages.flatMap(({ code, link }) => [`"${code}"`, link ?? code]),
    ]) {
      expect(answers).not.toContain(secret);
    }
    expect(answers.split(totpSecret)).toHaveLength(3);
  });

  it('no log line holds any of that, nor a token, nor an address', () => {
    const log = auth.log.join('\n');

    expect(log).toContain('sign_in_refused');
    for (const secret of [
      password,
      nextPassword,
      'argon2id',
      totpSecret,
      email,
      auth.stack.signingKey.d,
      auth.stack.secretKey,
      ...issued,
      ...auth.messages.flatMap(({ code, link }) => [code, link ?? code]),
    ]) {
      expect(log).not.toContain(secret);
    }
  });

  it('the audit log says what happened, by ids alone', async () => {
    const entries = await auth.rows('select payload, ip_address from auth.audit_log_entries');

    const text = JSON.stringify(entries);
    const actions = entries.map(({ payload }) => (payload as { action: string }).action);
    expect(new Set(actions)).toEqual(
      new Set([
        'user_confirmation_requested',
        'user_verified',
        'login',
        'factor_in_progress',
        'challenge_created',
        'factor_verified',
        'user_updated_password',
        'user_modified',
        'user_reauthenticate_requested',
        'user_recovery_requested',
      ]),
    );
    for (const secret of [email, password, nextPassword, totpSecret, ...issued, '127.0.0.1']) {
      expect(text).not.toContain(secret);
    }
  });

  it('the database holds no password, no code and no token in the clear', async () => {
    const tables = await auth.rows(
      `select table_name as name from information_schema.tables
       where table_schema = 'auth' and table_type = 'BASE TABLE'`,
    );
    let text = '';
    for (const { name } of tables) {
      text += JSON.stringify(await auth.rows(`select * from auth.${String(name)}`));
    }

    expect(tables.length).toBeGreaterThan(10);
    expect(text).toContain(email);
    for (const secret of [
      password,
      nextPassword,
      ...issued,
      ...auth.messages.flatMap(({ link }) => new URL(link ?? 'x:').searchParams.getAll('token')),
    ]) {
      expect(text).not.toContain(secret);
    }
  });

  it('other roles of the API cannot read the tables', async () => {
    for (const role of ['anon', 'authenticated', 'service_role']) {
      const [row] = await auth.rows(
        `select bool_or(has_table_privilege($1, format('auth.%I', table_name), 'select')) as reads
         from information_schema.tables where table_schema = 'auth'`,
        [role],
      );
      expect([role, row?.['reads']]).toEqual([role, false]);
    }
  });
});
