import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SupabaseClient } from '@supabase/supabase-js';
import { totpCode, totpStep } from '../../src/auth/totp.ts';
import { claimsOf, password, signedUp, startAuthStack } from './auth-stack.ts';
import type { AuthStack } from './auth-stack.ts';

let auth: AuthStack;
beforeAll(async () => {
  auth = await startAuthStack();
});
afterAll(() => auth.stop());

const code = (secret: string, skew = 0) => totpCode(secret, totpStep(auth.now()) + skew);
const nextStep = () => auth.advance(30_000);

async function enrol(client: SupabaseClient, friendlyName = 'Phone') {
  const { data, error } = await client.auth.mfa.enroll({ factorType: 'totp', friendlyName });
  if (error !== null) throw error;
  return { factorId: data.id, secret: data.totp.secret, totp: data.totp };
}

async function withFactor() {
  const person = await signedUp(auth);
  const factor = await enrol(person.client);
  const { error } = await person.client.auth.mfa.challengeAndVerify({
    factorId: factor.factorId,
    code: code(factor.secret),
  });
  expect(error).toBeNull();
  nextStep();
  return { ...person, ...factor };
}

async function tokenOf(client: SupabaseClient): Promise<string> {
  return (await client.auth.getSession()).data.session?.access_token ?? '';
}

describe('a TOTP factor', () => {
  it('is enrolled with a secret, an address and a QR code', async () => {
    const { client, email } = await signedUp(auth);

    const { totp, secret } = await enrol(client);

    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(totp.uri).toMatch(/^otpauth:\/\/totp\/.*secret=[A-Z2-7]{32}/);
    expect(totp.uri).toContain(encodeURIComponent(email));
    expect(totp.qr_code).toMatch(/^data:image\/svg\+xml;utf-8,<svg [^#]*<\/svg>\s*$/s);
    expect((await client.auth.mfa.getAuthenticatorAssuranceLevel()).data?.nextLevel).toBe('aal1');
  });

  it('raises this session to aal2, ends weaker ones, and turns the refresh token', async () => {
    const { client, email, refresh, token } = await signedUp(auth);
    const other = auth.client();
    await other.auth.signInWithPassword({ email, password });
    const { factorId, secret } = await enrol(client);

    const challenge = await client.auth.mfa.challenge({ factorId });
    const { data, error } = await client.auth.mfa.verify({
      factorId,
      challengeId: challenge.data?.id ?? '',
      code: code(secret),
    });

    expect(error).toBeNull();
    expect(challenge.data).toMatchObject({ type: 'totp' });
    expect(challenge.data?.expires_at).toBeGreaterThan(auth.now() / 1000 + 290);
    const claims = claimsOf(data?.access_token ?? '');
    expect(claims).toMatchObject({ aal: 'aal2', session_id: claimsOf(token)['session_id'] });
    const methods = (claims['amr'] as { method: string }[]).map(({ method }) => method);
    expect(methods.toSorted()).toEqual(['password', 'totp']);
    expect(data?.refresh_token).not.toBe(refresh);
    expect(data?.user.factors).toMatchObject([
      { id: factorId, factor_type: 'totp', status: 'verified', friendly_name: 'Phone' },
    ]);
    expect(JSON.stringify(data?.user)).not.toContain(secret);
    expect((await other.auth.refreshSession()).error?.code).toBe('refresh_token_not_found');
    const level = await client.auth.mfa.getAuthenticatorAssuranceLevel();
    expect(level.data).toMatchObject({ currentLevel: 'aal2', nextLevel: 'aal2' });
    expect(
      claimsOf((await client.auth.refreshSession()).data.session?.access_token ?? '')['aal'],
    ).toBe('aal2');
  });

  it('is asked for after a new sign-in before anything sensitive changes', async () => {
    const { email, factorId, secret } = await withFactor();
    const client = auth.client();
    await client.auth.signInWithPassword({ email, password });

    const level = await client.auth.mfa.getAuthenticatorAssuranceLevel();
    const change = await client.auth.updateUser({ password: 'battery staple horse' });
    const address = await client.auth.updateUser({ email: `x-${email}` });
    const removal = await client.auth.mfa.unenroll({ factorId });
    const second = await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Other' });
    const raised = await client.auth.mfa.challengeAndVerify({ factorId, code: code(secret) });
    const after = await client.auth.updateUser({ password: 'battery staple horse' });

    expect(level.data).toMatchObject({ currentLevel: 'aal1', nextLevel: 'aal2' });
    expect(change.error).toMatchObject({ status: 401, code: 'insufficient_aal' });
    expect(address.error).toMatchObject({ status: 401, code: 'insufficient_aal' });
    expect(removal.error).toMatchObject({ status: 422, code: 'insufficient_aal' });
    expect(second.error).toMatchObject({ status: 403, code: 'insufficient_aal' });
    expect(raised.error).toBeNull();
    expect(after.error).toBeNull();
  });

  it('accepts a code once, also from two sessions at the same moment', async () => {
    const { email, factorId, secret } = await withFactor();
    const clients = [auth.client(), auth.client(), auth.client()];
    for (const client of clients) await client.auth.signInWithPassword({ email, password });
    const seen = code(secret);

    const answers = await Promise.all(
      clients.map((client) => client.auth.mfa.challengeAndVerify({ factorId, code: seen })),
    );

    expect(answers.filter(({ error }) => error === null)).toHaveLength(1);
    const winner = clients[answers.findIndex(({ error }) => error === null)] ?? auth.client();
    const again = await winner.auth.mfa.challengeAndVerify({ factorId, code: seen });
    const earlier = await winner.auth.mfa.challengeAndVerify({ factorId, code: code(secret, -1) });
    expect(again.error).toMatchObject({ status: 422, code: 'mfa_verification_failed' });
    expect(earlier.error).toMatchObject({ status: 422, code: 'mfa_verification_failed' });
    nextStep();
    const next = await winner.auth.mfa.challengeAndVerify({ factorId, code: code(secret) });
    expect(next.error).toBeNull();
  });

  it('refuses wrong codes, codes of another time, and challenges that are old, used or foreign', async () => {
    const { client, factorId, secret } = await withFactor();
    const stranger = await withFactor();
    const open = async () => (await client.auth.mfa.challenge({ factorId })).data?.id ?? '';
    const answer = async (challengeId: string, given: string) =>
      (await client.auth.mfa.verify({ factorId, challengeId, code: given })).error;
    const failed = { status: 422, code: 'mfa_verification_failed' };
    const expired = { status: 422, code: 'mfa_challenge_expired' };
    const foreign = await stranger.client.auth.mfa.challenge({ factorId: stranger.factorId });

    expect(await answer(await open(), code(secret, 5))).toMatchObject(failed);
    expect(await answer(await open(), '000')).toMatchObject(failed);
    expect(await answer(foreign.data?.id ?? '', code(secret))).toMatchObject(expired);
    const used = await open();
    expect(await answer(used, code(secret))).toBeNull();
    nextStep();
    expect(await answer(used, code(secret))).toMatchObject(expired);
    const old = await open();
    auth.advance(300_001);
    expect(await answer(old, code(secret))).toMatchObject(expired);
  });

  it('of another person does not exist', async () => {
    const mine = await withFactor();
    const yours = await signedUp(auth);
    const missing = { status: 404, code: 'mfa_factor_not_found' };

    const challenge = await yours.client.auth.mfa.challenge({ factorId: mine.factorId });
    const removal = await yours.client.auth.mfa.unenroll({ factorId: mine.factorId });
    const malformed = await auth.raw('DELETE', '/factors/1', { token: yours.token });

    expect(challenge.error).toMatchObject(missing);
    expect(removal.error).toMatchObject(missing);
    expect(malformed).toMatchObject({ status: 404, body: { code: 'validation_failed' } });
  });

  it('is removed from an aal2 session, which then is aal1 again', async () => {
    const { client, factorId } = await withFactor();

    const { data, error } = await client.auth.mfa.unenroll({ factorId });
    await client.auth.refreshSession();

    expect(error).toBeNull();
    expect(data).toEqual({ id: factorId });
    const claims = claimsOf(await tokenOf(client));
    expect(claims).toMatchObject({ aal: 'aal1', amr: [{ method: 'password' }] });
    expect((await client.auth.mfa.listFactors()).data?.all).toEqual([]);
  });

  it('needs a name of its own, and there are at most ten', async () => {
    const { client } = await signedUp(auth);
    for (let index = 0; index < 10; index += 1) await enrol(client, `Phone ${index}`);

    const eleventh = await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Eleventh' });
    auth.advance(300_001);
    await enrol(client, 'Phone 1');
    const twin = await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Phone 1' });

    expect(eleventh.error).toMatchObject({ status: 422, code: 'too_many_enrolled_mfa_factors' });
    expect(twin.error).toMatchObject({ status: 422, code: 'mfa_factor_name_conflict' });
    expect((await client.auth.mfa.listFactors()).data?.all).toHaveLength(1);
  });

  it('is the only kind offered', async () => {
    const { token } = await signedUp(auth);
    const ask = (factor_type: string) =>
      auth.raw('POST', '/factors', { token, body: { factor_type } });

    expect((await ask('phone')).body['code']).toBe('mfa_phone_enroll_not_enabled');
    expect((await ask('webauthn')).body['code']).toBe('mfa_webauthn_enroll_not_enabled');
    expect((await ask('fax')).body['code']).toBe('validation_failed');
  });

  it('is not guessed: tries are counted per account', async () => {
    const strict = await startAuthStack({
      rateLimits: {
        signIn: { events: 1000 },
        factorVerify: { events: 1000 },
        factorVerifyPerUser: { events: 5, windowSeconds: 900 },
      },
    });
    try {
      const { client, token } = await signedUp(strict);
      const { factorId } = await enrol(client);
      const { data } = await client.auth.mfa.challenge({ factorId });
      const body = { challenge_id: data?.id, code: '000000' };
      const tries = [];
      for (let index = 0; index < 6; index += 1) {
        tries.push(await strict.raw('POST', `/factors/${factorId}/verify`, { token, body }));
      }

      expect(tries.at(4)?.status).toBe(422);
      expect(tries.at(5)).toMatchObject({ status: 429, body: { code: 'over_request_rate_limit' } });
      expect(Number(tries.at(5)?.headers.get('retry-after'))).toBeGreaterThan(800);
    } finally {
      await strict.stop();
    }
  });
});
