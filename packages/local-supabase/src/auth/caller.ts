import type { FastifyRequest } from 'fastify';
import type { AuthContext } from './context.ts';
import { AuthError, notAdmin, userBanned, userNotFound } from './errors.ts';
import { isSessionExpired } from './refresh-session.ts';
import { findSession } from './sessions.ts';
import type { SessionRow } from './sessions.ts';
import { findUserById, isBanned } from './users.ts';
import type { UserRow } from './users.ts';

/** The gateway sets this header after dropping any copy that arrived with the request. */
export const GATEWAY_ROLE_HEADER = 'x-sotto-gateway-role';

/** The person behind a request, and the session that they use. */
export interface Caller {
  user: UserRow;
  session: SessionRow;
}

/**
 * Reads the bearer token and finds its account and session, so that an ended session is refused here
 * while its access token is still within its time.
 *
 * Throws 401 no_authorization, or 403 with bad_jwt, user_not_found, user_banned or session_not_found.
 */
export async function requireCaller(
  context: AuthContext,
  request: FastifyRequest,
): Promise<Caller> {
  const token = bearerToken(request);
  if (token === undefined) {
    throw new AuthError(401, 'no_authorization', 'This endpoint requires a valid Bearer token');
  }
  const { userId, sessionId } = await context.accessTokens.verify(token);
  const user = await findUserById(context.pool, userId);
  if (user === undefined || user.deleted_at !== null) throw userNotFound(403);
  const now = context.clock();
  if (isBanned(user, now)) throw userBanned(403);
  const session = await findSession(context.pool, sessionId);
  if (session?.user_id !== userId || isSessionExpired(context, session, now)) {
    throw sessionNotFound();
  }
  return { user, session };
}

/** What ends a device's session: the client drops its tokens when it sees this code. */
export function sessionNotFound(): AuthError {
  return new AuthError(
    403,
    'session_not_found',
    'Session from session_id claim in JWT does not exist',
  );
}

/** Whether the gateway vouches that the caller holds the secret key. */
export function isOperator(request: FastifyRequest): boolean {
  return request.headers[GATEWAY_ROLE_HEADER] === 'service_role';
}

/**
 * Throws 403 not_admin unless the caller holds the secret key and does not act with a person's token:
 * a server that forwards a user's request must not lend it its own rights.
 */
export async function requireOperator(
  context: AuthContext,
  request: FastifyRequest,
): Promise<void> {
  if (!isOperator(request)) throw notAdmin();
  const token = bearerToken(request);
  if (token === undefined) return;
  const isPersonal = await context.accessTokens.verify(token).then(
    () => true,
    () => false,
  );
  if (isPersonal) throw notAdmin();
}

function bearerToken(request: FastifyRequest): string | undefined {
  const match = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '');
  const token = match?.[1];
  // API keys are not about a person; clients without a session send theirs here.
  return token === undefined || token.startsWith('sb_') ? undefined : token;
}
