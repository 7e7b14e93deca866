import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import { isUniqueViolation } from './database.ts';
import { AuthError } from './errors.ts';

/** An enrolled factor is forgotten when it stays unverified this long. */
export const UNVERIFIED_FACTOR_LIFETIME_MS = 5 * 60_000;

/** A challenge must be answered within this time. */
export const CHALLENGE_LIFETIME_MS = 5 * 60_000;

/** A row of `auth.mfa_factors` without its secret. */
export interface FactorRow {
  id: string;
  user_id: string;
  friendly_name: string | null;
  factor_type: 'totp' | 'webauthn' | 'phone';
  status: 'unverified' | 'verified';
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = 'id, user_id, friendly_name, factor_type, status, created_at, updated_at';

/** All factors of an account, oldest first. */
export async function listFactors(db: Database, userId: string): Promise<FactorRow[]> {
  const { rows } = await db.query<FactorRow>(
    `select ${COLUMNS} from auth.mfa_factors where user_id = $1 order by created_at, id`,
    [userId],
  );
  return rows;
}

/** Whether the account signs in with a second factor. */
export async function hasVerifiedFactor(db: Database, userId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select 1 from auth.mfa_factors where user_id = $1 and status = 'verified' limit 1`,
    [userId],
  );
  return rowCount === 1;
}

/** Finds a factor of this account, with its secret; throws 404 for any other. */
export async function findFactor(
  db: Database,
  userId: string,
  factorId: string,
): Promise<FactorRow & { secret: string | null }> {
  const { rows } = await db.query<FactorRow & { secret: string | null }>(
    `select ${COLUMNS}, secret from auth.mfa_factors where id = $1 and user_id = $2`,
    [factorId, userId],
  );
  const [factor] = rows;
  if (factor === undefined) {
    throw new AuthError(404, 'mfa_factor_not_found', 'MFA factor not found');
  }
  return factor;
}

/** Drops the account's factors that were never verified in time. */
export async function deleteStaleFactors(
  db: Database,
  nowMs: number,
  userId: string,
): Promise<void> {
  await db.query(
    `delete from auth.mfa_factors
     where user_id = $1 and status = 'unverified' and created_at < $2`,
    [userId, new Date(nowMs - UNVERIFIED_FACTOR_LIFETIME_MS)],
  );
}

/** Adds an unverified TOTP factor; throws 422 when the name is taken. */
export async function insertTotpFactor(
  db: Database,
  nowMs: number,
  userId: string,
  friendlyName: string,
  secret: string,
): Promise<string> {
  const id = randomUUID();
  try {
    await db.query(
      `insert into auth.mfa_factors
         (id, user_id, friendly_name, factor_type, status, secret, created_at, updated_at)
       values ($1, $2, $3, 'totp', 'unverified', $4, $5, $5)`,
      [id, userId, friendlyName, secret, new Date(nowMs)],
    );
  } catch (error) {
    if (isUniqueViolation(error, 'mfa_factors_user_friendly_name_unique')) {
      throw new AuthError(
        422,
        'mfa_factor_name_conflict',
        'A factor with this friendly name already exists',
      );
    }
    throw error;
  }
  return id;
}

/** Marks a factor verified and drops the account's other unverified ones. */
export async function confirmFactor(
  db: Database,
  nowMs: number,
  userId: string,
  factorId: string,
): Promise<void> {
  await db.query(
    `update auth.mfa_factors set status = 'verified', updated_at = $2
     where id = $1 and status = 'unverified'`,
    [factorId, new Date(nowMs)],
  );
  await db.query(
    `delete from auth.mfa_factors where user_id = $1 and status = 'unverified' and id <> $2`,
    [userId, factorId],
  );
}

/** Removes a factor. */
export async function deleteFactor(db: Database, factorId: string): Promise<void> {
  await db.query('delete from auth.mfa_factors where id = $1', [factorId]);
}

/** Opens a challenge and drops the factor's old ones; returns its id. */
export async function insertChallenge(
  db: Database,
  nowMs: number,
  factorId: string,
): Promise<string> {
  const id = randomUUID();
  await db.query('delete from auth.mfa_challenges where factor_id = $1 and created_at < $2', [
    factorId,
    new Date(nowMs - CHALLENGE_LIFETIME_MS),
  ]);
  await db.query(
    'insert into auth.mfa_challenges (id, factor_id, created_at) values ($1, $2, $3)',
    [id, factorId, new Date(nowMs)],
  );
  await db.query('update auth.mfa_factors set last_challenged_at = $2 where id = $1', [
    factorId,
    new Date(nowMs),
  ]);
  return id;
}

/** Whether an unexpired challenge of this factor is open. */
export async function isChallengeOpen(
  db: Database,
  nowMs: number,
  factorId: string,
  challengeId: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    'select 1 from auth.mfa_challenges where id = $1 and factor_id = $2 and created_at >= $3',
    [challengeId, factorId, new Date(nowMs - CHALLENGE_LIFETIME_MS)],
  );
  return rowCount === 1;
}

/** Closes a challenge; false when another request closed it first. */
export async function closeChallenge(db: Database, challengeId: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from auth.mfa_challenges where id = $1', [
    challengeId,
  ]);
  return rowCount === 1;
}

/** Takes a time step for a factor; false when it, or a later one, was taken before (RFC 6238 §5.2). */
export async function takeTotpStep(db: Database, factorId: string, step: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into auth.totp_uses as used (factor_id, last_used_step) values ($1, $2)
     on conflict (factor_id) do update set last_used_step = excluded.last_used_step
       where used.last_used_step < excluded.last_used_step`,
    [factorId, step],
  );
  return rowCount === 1;
}
