/**
 * Refresh with rotation and reuse detection, without a row per token or per refresh.
 *
 * The session's counter says which token is current. One step behind is a client that lost the answer;
 * anything within the reuse interval is a tab that raced another: both get the current token again.
 * An older token is a stolen one or its theft's victim, so the session ends.
 */
import type { AuthContext } from './context.ts';
import { recordAudit } from './audit.ts';
import { inTransaction } from './database.ts';
import { AuthError, userBanned, validationFailed } from './errors.ts';
import { grantTokens } from './grant.ts';
import type { AccessTokenResponse } from './grant.ts';
import { parseRefreshToken } from './refresh-tokens.ts';
import { advanceSession, deleteSessions, lockSession } from './sessions.ts';
import type { SessionRow } from './sessions.ts';
import { findUserById, isBanned } from './users.ts';

/** Why an older token was answered with the current one. */
type ReuseCause = 'fail-to-save' | 'concurrent-refresh';

/** The new tokens, and what the response headers say about them. */
export interface Refreshed {
  sessionId: string;
  reuse: ReuseCause | undefined;
  tokens: AccessTokenResponse;
}

/** Exchanges a refresh token. Throws an `AuthError` with status 400. */
export async function refreshSession(context: AuthContext, token: string): Promise<Refreshed> {
  const parsed = parseRefreshToken(token);
  if (parsed === undefined) throw notFound();
  return inTransaction(context.pool, async (db) => {
    const now = context.clock();
    const session = await lockSession(db, parsed.sessionId);
    if (session === undefined) throw notFound();
    if (!parsed.isAuthentic(session.refresh_token_hmac_key)) {
      throw validationFailed('Refresh token is not valid');
    }
    const user = await findUserById(db, session.user_id);
    if (user === undefined || user.deleted_at !== null) throw notFound();
    if (isBanned(user, now)) throw userBanned(400);
    assertNotExpired(context, session, now);

    const behind = Number(session.refresh_token_counter) - parsed.counter;
    if (behind < 0) throw validationFailed('Refresh token is not valid');
    if (behind === 0) {
      const next = await advanceSession(db, now, session.id);
      const tokens = await grantTokens(context, db, user, next);
      return { sessionId: session.id, reuse: undefined, tokens };
    }

    const sinceMs = now - (session.refreshed_at ?? session.created_at).getTime();
    const isRecent = sinceMs < context.settings.refreshReuseIntervalSeconds * 1000;
    if (behind === 1 || isRecent) {
      const reuse = isRecent ? 'concurrent-refresh' : 'fail-to-save';
      if (!isRecent) logReuse(context, 'refresh_token_previous_reused', session, sinceMs);
      const tokens = await grantTokens(context, db, user, session);
      return { sessionId: session.id, reuse, tokens };
    }

    logReuse(context, 'refresh_token_reused', session, sinceMs);
    await deleteSessions(db, user.id, session.id, 'local');
    await recordAudit(db, now, { action: 'refresh_token_reused', actorId: user.id });
    throw new AuthError(400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used', {
      commit: true,
    });
  });
}

function assertNotExpired(context: AuthContext, session: SessionRow, nowMs: number): void {
  if (!isSessionExpired(context, session, nowMs)) return;
  throw new AuthError(400, 'session_expired', 'Invalid Refresh Token: Session Expired');
}

/** Whether a session ran out by its time-box or by inactivity. */
export function isSessionExpired(
  { settings }: AuthContext,
  session: Pick<SessionRow, 'created_at' | 'refreshed_at' | 'not_after'>,
  nowMs: number,
): boolean {
  const { sessionInactivitySeconds: inactivity } = settings;
  const usedMs = (session.refreshed_at ?? session.created_at).getTime();
  return (
    (session.not_after !== null && nowMs >= session.not_after.getTime()) ||
    (inactivity !== undefined && nowMs >= usedMs + inactivity * 1000)
  );
}

function logReuse(context: AuthContext, event: string, session: SessionRow, sinceMs: number) {
  context.log({
    level: 'warn',
    event,
    userId: session.user_id,
    sessionId: session.id,
    sinceRefreshMs: sinceMs,
  });
}

function notFound(): AuthError {
  return new AuthError(
    400,
    'refresh_token_not_found',
    'Invalid Refresh Token: Refresh Token Not Found',
  );
}
