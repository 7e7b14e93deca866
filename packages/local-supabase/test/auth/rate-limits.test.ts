import { afterEach, describe, expect, it } from 'vitest';
import type { AuthSettingsInput } from '../../src/auth/index.ts';
import { password, signedUp, someEmail, startAuthStack } from './auth-stack.ts';
import type { AuthStack, RawAnswer } from './auth-stack.ts';

let auth: AuthStack;
afterEach(() => auth.stop());

const start = async (settings: AuthSettingsInput) => {
  auth = await startAuthStack(settings);
};

async function times(count: number, request: () => Promise<RawAnswer>): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) statuses.push((await request()).status);
  return statuses;
}

const signIn = (headers: Record<string, string> = {}) =>
  auth.raw('POST', '/token?grant_type=password', {
    body: { email: 'nobody@example.org', password },
    headers,
  });

describe('by default', () => {
  it('thirty sign-ins in five minutes, then a wait that is named', async () => {
    await start({ rateLimits: {} });

    expect(await times(30, signIn)).toEqual(Array.from({ length: 30 }, () => 400));
    const refused = await signIn();

    expect(refused).toMatchObject({ status: 429, body: { code: 'over_request_rate_limit' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(290);
    const { error } = await auth.client().auth.signUp({ email: someEmail(), password });
    expect(error).toMatchObject({ status: 429, code: 'over_request_rate_limit' });
    auth.advance(300_000);
    expect((await signIn()).status).toBe(400);
  });

  it('thirty guests an hour', async () => {
    await start({ rateLimits: {} });
    const guest = () => auth.raw('POST', '/signup', { body: {} });

    expect(await times(31, guest)).toEqual([...Array.from({ length: 30 }, () => 200), 429]);
  });

  it('150 refreshes and thirty codes in five minutes', async () => {
    await start({ rateLimits: {} });
    const refresh = () =>
      auth.raw('POST', '/token?grant_type=refresh_token', { body: { refresh_token: 'x' } });
    const verify = () =>
      auth.raw('POST', '/verify', { body: { type: 'recovery', token_hash: 'x' } });

    expect((await times(151, refresh)).indexOf(429)).toBe(150);
    expect((await times(31, verify)).indexOf(429)).toBe(30);
  });
});

describe('limits', () => {
  const narrow = { rateLimits: { signIn: { events: 2 } } };

  it('count each client that the proxy on this machine names', async () => {
    await start(narrow);
    const from = (address: string) => () => signIn({ 'x-forwarded-for': address });

    expect(await times(3, from('192.0.2.1'))).toEqual([400, 400, 429]);
    expect(await times(3, from('192.0.2.2'))).toEqual([400, 400, 429]);
    expect(await times(1, from('198.51.100.9, 192.0.2.1'))).toEqual([429]);
    expect(await times(3, from('2001:db8::1'))).toEqual([400, 400, 429]);
    expect(await times(1, from('2001:db8::ffff:2'))).toEqual([429]);
  });

  it('do not hold the operator', async () => {
    await start(narrow);
    const { id } = await signedUp(auth);
    await signIn();
    expect((await signIn()).status).toBe(429);

    const { error } = await auth.operator().auth.admin.getUserById(id);
    const made = await auth.raw('POST', '/signup', {
      asOperator: true,
      body: { email: someEmail(), password },
    });

    expect(error).toBeNull();
    expect(made.status).toBe(200);
  });
});
