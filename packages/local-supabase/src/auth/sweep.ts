import type { AuthContext } from './context.ts';
import { CHALLENGE_LIFETIME_MS, UNVERIFIED_FACTOR_LIFETIME_MS } from './factors.ts';

const SWEEP_INTERVAL_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Removes rows that no request can use any more: expired sessions, codes, challenges, old audit entries. */
export async function sweepExpired({
  pool,
  settings,
  clock,
}: Pick<AuthContext, 'pool' | 'settings' | 'clock'>): Promise<void> {
  const now = clock();
  const before = (ageMs: number) => [new Date(now - ageMs)];
  await pool.query('delete from auth.sessions where not_after < $1', before(0));
  await pool.query(
    'delete from auth.one_time_tokens where created_at < $1',
    before(settings.otpExpirySeconds * 1000),
  );
  await pool.query(
    'delete from auth.mfa_challenges where created_at < $1',
    before(CHALLENGE_LIFETIME_MS),
  );
  await pool.query(
    `delete from auth.mfa_factors where status = 'unverified' and created_at < $1`,
    before(UNVERIFIED_FACTOR_LIFETIME_MS),
  );
  await pool.query(
    'delete from auth.audit_log_entries where created_at < $1',
    before(settings.auditRetentionDays * DAY_MS),
  );
}

/** Sweeps once an hour, without keeping the process alive; returns what stops it. */
export function startSweeping(context: AuthContext): () => void {
  const timer = setInterval(() => {
    sweepExpired(context).catch(() => context.log({ level: 'warn', event: 'sweep_failed' }));
  }, SWEEP_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
