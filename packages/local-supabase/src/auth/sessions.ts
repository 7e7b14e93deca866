import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import { generateRefreshKey } from './refresh-tokens.ts';

/** A row of `auth.sessions`, as far as the service reads it. */
export interface SessionRow {
  id: string;
  user_id: string;
  created_at: Date;
  refreshed_at: Date | null;
  not_after: Date | null;
  aal: 'aal1' | 'aal2' | 'aal3';
  factor_id: string | null;
  refresh_token_hmac_key: string;
  /** A bigint, which arrives as text. */
  refresh_token_counter: string;
}

/** How a session began or was strengthened (RFC 8176 in spirit). */
export type AuthenticationMethod = 'password' | 'otp' | 'recovery' | 'anonymous' | 'totp';

const COLUMNS = `id, user_id, created_at, refreshed_at, not_after, aal, factor_id,
  refresh_token_hmac_key, refresh_token_counter`;

/** Begins a session at aal1; `endsAt` is its time-box, if there is one. */
export async function insertSession(
  db: Database,
  nowMs: number,
  userId: string,
  method: AuthenticationMethod,
  userAgent: string,
  endsAt: Date | null,
): Promise<SessionRow> {
  const { rows } = await db.query<SessionRow>(
    `insert into auth.sessions
       (id, user_id, created_at, updated_at, aal, user_agent, not_after,
        refresh_token_hmac_key, refresh_token_counter)
     values ($1, $2, $3, $3, 'aal1', $4, $5, $6, 0)
     returning ${COLUMNS}`,
    [randomUUID(), userId, new Date(nowMs), userAgent.slice(0, 256), endsAt, generateRefreshKey()],
  );
  const [session] = rows;
  if (session === undefined) throw new TypeError('insert returned no row');
  await addMethod(db, nowMs, session.id, method);
  return session;
}

/** Finds a session. */
export async function findSession(db: Database, id: string): Promise<SessionRow | undefined> {
  const sql = `select ${COLUMNS} from auth.sessions where id = $1`;
  return (await db.query<SessionRow>(sql, [id])).rows[0];
}

/** Finds a session and locks it: two refreshes of one session take turns. */
export async function lockSession(db: Database, id: string): Promise<SessionRow | undefined> {
  const sql = `select ${COLUMNS} from auth.sessions where id = $1 for update`;
  return (await db.query<SessionRow>(sql, [id])).rows[0];
}

/** Steps the refresh counter; the token before this one is then the previous one. */
export async function advanceSession(db: Database, nowMs: number, id: string): Promise<SessionRow> {
  const { rows } = await db.query<SessionRow>(
    `update auth.sessions
     set refresh_token_counter = refresh_token_counter + 1, refreshed_at = $2, updated_at = $2
     where id = $1 returning ${COLUMNS}`,
    [id, new Date(nowMs)],
  );
  const [session] = rows;
  if (session === undefined) throw new TypeError('the session vanished under its lock');
  return session;
}

/** Raises a session to aal2 through a factor. */
export async function raiseSession(db: Database, id: string, factorId: string): Promise<void> {
  await db.query(`update auth.sessions set aal = 'aal2', factor_id = $2 where id = $1`, [
    id,
    factorId,
  ]);
}

/** Takes aal2 from the sessions that a factor raised. */
export async function lowerSessions(db: Database, factorId: string): Promise<void> {
  await db.query(
    `with lowered as (
       update auth.sessions set aal = 'aal1', factor_id = null where factor_id = $1 returning id
     )
     delete from auth.mfa_amr_claims
     where authentication_method = 'totp' and session_id in (select id from lowered)`,
    [factorId],
  );
}

/** Records a method of authentication; again only moves its time. */
export async function addMethod(
  db: Database,
  nowMs: number,
  sessionId: string,
  method: AuthenticationMethod,
): Promise<void> {
  await db.query(
    `insert into auth.mfa_amr_claims
       (id, session_id, created_at, updated_at, authentication_method)
     values ($1, $2, $3, $3, $4)
     on conflict (session_id, authentication_method) do update set updated_at = excluded.updated_at`,
    [randomUUID(), sessionId, new Date(nowMs), method],
  );
}

/** The `amr` claim of a session, latest method first. */
export async function listMethods(
  db: Database,
  sessionId: string,
): Promise<{ method: string; timestamp: number }[]> {
  const { rows } = await db.query<{ method: string; at: Date }>(
    `select authentication_method as method, updated_at as at from auth.mfa_amr_claims
     where session_id = $1 order by updated_at desc, authentication_method desc`,
    [sessionId],
  );
  return rows.map(({ method, at }) => ({ method, timestamp: Math.floor(at.getTime() / 1000) }));
}

/** Which sessions of an account to end, seen from one of them. */
export type SessionScope = 'global' | 'local' | 'others';

/** Ends sessions of an account; their refresh tokens end with them. */
export async function deleteSessions(
  db: Database,
  userId: string,
  sessionId: string,
  scope: SessionScope,
): Promise<void> {
  await db.query(
    `delete from auth.sessions where user_id = $1 and
       ($3 = 'global' or ($3 = 'local' and id = $2) or ($3 = 'others' and id <> $2))`,
    [userId, sessionId, scope],
  );
}

/** Ends all sessions of an account. */
export async function deleteAllSessions(db: Database, userId: string): Promise<void> {
  await db.query('delete from auth.sessions where user_id = $1', [userId]);
}

/** Ends the other sessions of an account that stayed at aal1. */
export async function deleteWeakSessions(
  db: Database,
  userId: string,
  keepId: string,
): Promise<void> {
  await db.query(`delete from auth.sessions where user_id = $1 and id <> $2 and aal = 'aal1'`, [
    userId,
    keepId,
  ]);
}
