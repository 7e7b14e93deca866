import { toBase64Url, utf8 } from '@sotto/crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTestClock } from '../testing/index.ts';
import { createAuthDoor } from './auth-door.ts';

const userId = '00000000-0000-4000-8000-000000000001';

/** A session as the service writes it; nothing here checks signatures. */
function sessionJson(name: string, nowMs: number, lastsSeconds = 3600) {
  const claims = { sub: userId, session_id: '00000000-0000-4000-8000-000000000002', name };
  const expires_at = Math.floor(nowMs / 1000) + lastsSeconds;
  return {
    access_token: `e30.${toBase64Url(utf8(JSON.stringify(claims)))}.c2ln`,
    refresh_token: `refresh ${name}`,
    token_type: 'bearer',
    expires_in: lastsSeconds,
    expires_at,
    user: { id: userId, email: 'ann@example.org', aud: '', created_at: '' },
  };
}

function setUp(serviceNowMs: () => number) {
  const clock = createTestClock(Date.now());
  const requests: string[] = [];
  const changes: (string | null)[] = [];
  let refusal: { status: number; body: unknown } | null = null;
  let made = 0;
  let reachable = true;
  const door = createAuthDoor({
    now: () => clock.now(),
    config: async () => ({
      supabaseUrl: 'http://auth.example',
      publishableKey: 'key',
      protocol: { oldest: 1, newest: 1 },
      version: '1',
    }),
    onChange: (serialized) => changes.push(serialized),
    transport: {
      async fetch(input) {
        requests.push(new URL(input).pathname + new URL(input).search);
        if (!reachable) throw new TypeError('fetch failed: http://auth.example');
        if (refusal) return Response.json(refusal.body, { status: refusal.status });
        made += 1;
        return Response.json(sessionJson(`${made}`, serviceNowMs()));
      },
      openSocket: () => {
        throw new Error('not used');
      },
    },
  });
  const refuse = (status: number, code: string) => {
    refusal = { status, body: { code, message: code, error_code: code } };
  };
  const unplug = () => {
    reachable = false;
  };
  return { clock, requests, changes, door, refuse, unplug };
}

afterEach(() => vi.restoreAllMocks());

const ann = { email: 'ann@example.org', password: 'x' };

describe('the door to Supabase Auth', () => {
  it('knows who signed in, and hands the session out to be sealed', async () => {
    const { door, changes } = setUp(Date.now);

    expect(await door.signIn(ann)).toMatchObject({ userId, email: 'ann@example.org' });

    expect(changes.at(-1)).toContain('refresh 1');
    expect(door.serialized()).toBe(changes.at(-1));
  });

  it('refreshes a token when it ends, and one the relay refused, once for all who ask', async () => {
    const { door, clock, requests } = setUp(Date.now);
    await door.signIn(ann);
    const first = await door.accessToken();
    expect(await door.accessToken()).toBe(first);
    expect(requests).toHaveLength(1);

    const tokens = await Promise.all([1, 2, 3].map(() => door.accessToken(first)));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens).not.toContain(first);
    expect(requests).toHaveLength(2);
    clock.advance(3600_000);
    await door.accessToken();

    expect(requests).toHaveLength(3);
  });

  it.each([-10, 10])('does not refresh all the time with a clock %i years off', async (years) => {
    const { door, clock, requests } = setUp(Date.now);
    clock.setWallClock(years * 365 * 86_400_000);
    await door.signIn(ann);

    for (let count = 0; count < 5; count += 1) await door.accessToken();

    expect(requests).toHaveLength(1);
  });

  it('says that the session ended when the service refuses to refresh it', async () => {
    const { door, refuse, changes, clock } = setUp(Date.now);
    await door.signIn(ann);
    const token = await door.accessToken();
    clock.advance(3600_000);
    refuse(400, 'refresh_token_not_found');

    await expect(door.accessToken(token)).rejects.toMatchObject({ code: 'session_ended' });
    expect(changes.length).toBeGreaterThan(0);
  });

  it('prints nothing when the service cannot be reached', async () => {
    const { door, unplug, clock } = setUp(Date.now);
    const printed = (['log', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level));
    await door.signIn(ann);
    unplug();

    await expect(door.signIn(ann)).rejects.toMatchObject({ code: 'offline' });
    await expect(door.signOut('global')).rejects.toMatchObject({ code: 'offline' });
    clock.advance(1);
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  it.each([
    [400, 'invalid_credentials', 'invalid_credentials'],
    [422, 'user_already_exists', 'email_taken'],
    [422, 'weak_password', 'weak_password'],
    [429, 'over_request_rate_limit', 'rate_limited'],
    [500, 'unexpected_failure', 'unavailable'],
    [418, 'new_code', 'internal'],
  ])('gives %i %s one meaning', async (status, code, expected) => {
    const { door, refuse } = setUp(Date.now);
    refuse(status, code);

    await expect(door.signIn(ann)).rejects.toMatchObject({ code: expected });
  });
});
