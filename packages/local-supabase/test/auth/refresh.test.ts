import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRefreshToken, serializeRefreshToken } from '../../src/auth/refresh-tokens.ts';
import { claimsOf, signedUp, startAuthStack } from './auth-stack.ts';
import type { AuthStack, RawAnswer } from './auth-stack.ts';

let auth: AuthStack;
beforeAll(async () => {
  auth = await startAuthStack();
});
afterAll(() => auth.stop());

function refresh(token: string, stack = auth): Promise<RawAnswer> {
  return stack.raw('POST', '/token?grant_type=refresh_token', { body: { refresh_token: token } });
}

function nextToken(answer: RawAnswer): string {
  expect(answer.status).toBe(200);
  return String(answer.body['refresh_token']);
}

describe('refreshing', () => {
  it('rotates the token and keeps the session', async () => {
    const { refresh: first, token, client } = await signedUp(auth);

    const { data, error } = await client.auth.refreshSession();
    const raw = await refresh(data.session?.refresh_token ?? '');

    expect(error).toBeNull();
    const session = claimsOf(token)['session_id'];
    expect(data.session?.refresh_token).not.toBe(first);
    expect(claimsOf(data.session?.access_token ?? '')['session_id']).toBe(session);
    expect(raw.headers.get('sb-auth-session-id')).toBe(session);
    expect(raw.headers.get('sb-auth-refresh-token-reuse')).toBeNull();
  });

  it('lets 50 honest tabs refresh at once, and all hold the same token after', async () => {
    const { refresh: first } = await signedUp(auth);

    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(first)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const tokens = new Set(answers.map(nextToken));
    expect(tokens.size).toBe(1);
    const [token = ''] = tokens;
    expect(parseRefreshToken(token)?.counter).toBe(1);
    expect((await refresh(token)).status).toBe(200);
  });

  it('answers a client that lost the answer with the current token, however late', async () => {
    const { refresh: first } = await signedUp(auth);
    const current = nextToken(await refresh(first));
    auth.advance(3_600_000);

    const again = await refresh(first);

    expect(nextToken(again)).toBe(current);
    expect(again.headers.get('sb-auth-refresh-token-reuse')).toBe('true');
    expect(again.headers.get('sb-auth-refresh-token-reuse-cause')).toBe('fail-to-save');
    expect(auth.log.join('\n')).toContain('refresh_token_previous_reused');
  });

  it('answers an older token within ten seconds of the last refresh', async () => {
    const { refresh: first } = await signedUp(auth);
    const third = nextToken(await refresh(nextToken(await refresh(first))));

    const raced = await refresh(first);

    expect(nextToken(raced)).toBe(third);
    expect(raced.headers.get('sb-auth-refresh-token-reuse-cause')).toBe('concurrent-refresh');
  });

  it('ends the session when an older token returns later, for thief and victim alike', async () => {
    const { refresh: first, token, id } = await signedUp(auth);
    const third = nextToken(await refresh(nextToken(await refresh(first))));
    auth.advance(10_001);

    const reused = await refresh(first);
    const victim = await refresh(third);
    const access = await auth.raw('GET', '/user', { token });

    expect(reused).toMatchObject({
      status: 400,
      body: {
        code: 'refresh_token_already_used',
        message: 'Invalid Refresh Token: Already Used',
      },
    });
    expect(victim).toMatchObject({ status: 400, body: { code: 'refresh_token_not_found' } });
    expect(access.status).toBe(403);
    expect(await auth.rows('select 1 from auth.sessions where user_id = $1', [id])).toEqual([]);
    expect(auth.log.join('\n')).toContain('refresh_token_reused');
  });

  it('refuses forged, damaged and future tokens, and leaves the session alone', async () => {
    const { refresh: first } = await signedUp(auth);
    const sessionId = parseRefreshToken(first)?.sessionId ?? '';
    const [row] = await auth.rows(
      'select refresh_token_hmac_key as key from auth.sessions where id = $1',
      [sessionId],
    );
    const key = String(row?.['key']);
    const otherKey = Buffer.alloc(32).toString('base64');

    const codeOf = async (token: string) => {
      const answer = await refresh(token);
      return [answer.status, answer.body['code'], answer.body['message']];
    };
    const notFound = [
      400,
      'refresh_token_not_found',
      'Invalid Refresh Token: Refresh Token Not Found',
    ];
    for (const token of ['', 'not a token', `${first}A`, first.replace(/^./, 'B')]) {
      expect([token, ...(await codeOf(token))]).toEqual([token, ...notFound]);
    }
    const invalid = [400, 'validation_failed', 'Refresh token is not valid'];
    expect(await codeOf(serializeRefreshToken(sessionId, 0, otherKey))).toEqual(invalid);
    expect(await codeOf(serializeRefreshToken(sessionId, 5, key))).toEqual(invalid);
    const unknown = serializeRefreshToken('0f8fad5b-d9cb-469f-a165-70867728950e', 0, otherKey);
    expect((await refresh(unknown)).body['code']).toBe('refresh_token_not_found');
    const missing = await auth.raw('POST', '/token?grant_type=refresh_token', { body: {} });
    expect(missing).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect((await refresh(first)).status).toBe(200);
  });

  it('takes account changes into the new token', async () => {
    const { client, id } = await signedUp(auth);
    await auth.operator().auth.admin.updateUserById(id, { app_metadata: { plan: 'team' } });

    const { data } = await client.auth.refreshSession();

    expect(claimsOf(data.session?.access_token ?? '')['app_metadata']).toMatchObject({
      provider: 'email',
      plan: 'team',
    });
  });

  it('ends with the account', async () => {
    const { refresh: first, id } = await signedUp(auth);
    await auth.operator().auth.admin.deleteUser(id);

    expect((await refresh(first)).body['code']).toBe('refresh_token_not_found');
  });

  it('writes no row per token', async () => {
    const { refresh: first } = await signedUp(auth);
    nextToken(await refresh(nextToken(await refresh(first))));

    expect(await auth.rows('select 1 from auth.refresh_tokens')).toEqual([]);
  });
});

describe('a session with an end', () => {
  it('runs out by its time-box and by inactivity', async () => {
    const limited = await startAuthStack({
      sessionTimeboxSeconds: 7200,
      sessionInactivitySeconds: 3600,
    });
    try {
      const busy = await signedUp(limited);
      const idle = await signedUp(limited);
      const expired = { status: 400, body: { code: 'session_expired' } };

      limited.advance(3_500_000);
      const later = nextToken(await refresh(busy.refresh, limited));
      limited.advance(200_000);
      expect(await refresh(idle.refresh, limited)).toMatchObject(expired);
      const renewed = await refresh(later, limited);
      const last = nextToken(renewed);
      limited.advance(3_400_000);
      const token = String((await refresh(last, limited)).body['access_token']);
      expect((await limited.raw('GET', '/user', { token })).status).toBe(200);
      limited.advance(100_001);
      expect(await limited.raw('GET', '/user', { token })).toMatchObject({
        status: 403,
        body: { code: 'session_not_found' },
      });
      expect(await refresh(last, limited)).toMatchObject(expired);
    } finally {
      await limited.stop();
    }
  });
});
