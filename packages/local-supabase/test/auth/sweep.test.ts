import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthContext } from '../../src/auth/context.ts';
import { authSettingsSchema } from '../../src/auth/settings.ts';
import { sweepExpired } from '../../src/auth/sweep.ts';
import { signedUp, startAuthStack } from './auth-stack.ts';
import type { AuthStack } from './auth-stack.ts';

let auth: AuthStack;
beforeAll(async () => {
  auth = await startAuthStack({ sessionTimeboxSeconds: 86_400 });
});
afterAll(() => auth.stop());

const counted = async () => {
  const [row] = await auth.rows(
    `select (select count(*) from auth.users)::int as users,
       (select count(*) from auth.sessions)::int as sessions,
       (select count(*) from auth.one_time_tokens)::int as tokens,
       (select count(*) from auth.mfa_factors)::int as factors,
       (select count(*) from auth.mfa_challenges)::int as challenges,
       (select count(*) > 0 from auth.audit_log_entries) as audited`,
  );
  return row;
};

describe('the sweep', () => {
  it('removes what no request can use any more, and nothing else', async () => {
    const { client, email } = await signedUp(auth);
    const { data } = await client.auth.mfa.enroll({ factorType: 'totp' });
    await client.auth.mfa.challenge({ factorId: data?.id ?? '' });
    await auth.client().auth.resetPasswordForEmail(email);
    const pool = new pg.Pool({ connectionString: auth.stack.adminUrl, max: 1 });
    const sweep = async (afterMs: number) => {
      const context: Pick<AuthContext, 'pool' | 'settings' | 'clock'> = {
        pool,
        settings: authSettingsSchema.parse({}),
        clock: () => auth.now() + afterMs,
      };
      await sweepExpired(context);
      return counted();
    };
    const all = { users: 1, sessions: 1, tokens: 1, factors: 1, challenges: 1, audited: true };

    expect(await sweep(0)).toEqual(all);
    expect(await sweep(301_000)).toEqual({ ...all, factors: 0, challenges: 0 });
    expect(await sweep(3_601_000)).toEqual({ ...all, factors: 0, challenges: 0, tokens: 0 });
    expect(await sweep(91 * 86_400_000)).toEqual({
      users: 1,
      sessions: 0,
      tokens: 0,
      factors: 0,
      challenges: 0,
      audited: false,
    });
    await pool.end();
  });
});
