import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { recordAudit } from '../audit.ts';
import { isOperator } from '../caller.ts';
import type { AuthContext } from '../context.ts';
import { inTransaction } from '../database.ts';
import {
  AuthError,
  invalidCredentials,
  phoneDisabled,
  userBanned,
  validationFailed,
} from '../errors.ts';
import { beginSession } from '../grant.ts';
import type { AccessTokenResponse } from '../grant.ts';
import { clientKey } from '../rate-limits.ts';
import { refreshSession } from '../refresh-session.ts';
import { normalizeEmail, optional, parseRequest, passwordSchema } from '../request-values.ts';
import { userAgentOf } from '../user-agent.ts';
import { findUserByEmail, isBanned, lockUserById } from '../users.ts';

const querySchema = z.object({ grant_type: optional(z.string()) });
const passwordBodySchema = z.object({
  email: optional(z.string()),
  phone: optional(z.string()),
  password: optional(passwordSchema),
});
const refreshBodySchema = z.object({ refresh_token: z.string() });

/** `POST /token`: the password and refresh grants; the others answer that they are not offered. */
export function registerToken(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'POST',
    url: '/token',
    handler: async (request, reply) => {
      const { grant_type: grant } = parseRequest(querySchema, request.query);
      switch (grant) {
        case 'password':
          return signInWithPassword(context, request);
        case 'refresh_token':
          return refresh(context, request, reply);
        case 'pkce':
          throw new AuthError(
            404,
            'flow_state_not_found',
            'invalid flow state, no valid flow state',
          );
        case 'id_token':
          throw new AuthError(400, 'provider_disabled', 'Sign-in by id token is not offered here');
        case 'web3':
          throw new AuthError(422, 'web3_provider_disabled', 'Web3 provider is disabled');
        default:
          throw new AuthError(400, 'invalid_credentials', 'unsupported_grant_type');
      }
    },
  });
}

async function signInWithPassword(
  context: AuthContext,
  request: FastifyRequest,
): Promise<AccessTokenResponse> {
  if (!isOperator(request)) context.limits.count('signIn', clientKey(request.ip));
  const body = parseRequest(passwordBodySchema, request.body);
  if (!body.email && !body.phone) throw validationFailed('missing email or phone');
  if (!body.email) throw phoneDisabled();

  const email = normalizeEmail(body.email);
  const user = email === undefined ? undefined : await findUserByEmail(context.pool, email);
  const encoded = user?.encrypted_password ?? null;
  // Runs for unknown addresses too, and before any other state of the account is told.
  const fits = await context.passwords.verify(encoded, body.password ?? '');
  if (!fits || user === undefined) {
    context.log({ level: 'info', event: 'sign_in_refused' });
    throw invalidCredentials();
  }
  return inTransaction(context.pool, async (db) => {
    const now = context.clock();
    const current = await lockUserById(db, user.id);
    // The password may have been changed while the old one was being checked.
    if (current?.encrypted_password !== encoded || current.deleted_at !== null) {
      throw invalidCredentials();
    }
    if (isBanned(current, now)) throw userBanned(400);
    if (current.email_confirmed_at === null) {
      throw new AuthError(400, 'email_not_confirmed', 'Email not confirmed');
    }
    await recordAudit(db, now, { action: 'login', actorId: user.id });
    return beginSession(context, db, current, 'password', userAgentOf(request));
  });
}

async function refresh(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<AccessTokenResponse> {
  if (!isOperator(request)) context.limits.count('refresh', clientKey(request.ip));
  const body = parseRequest(refreshBodySchema, request.body);
  const { sessionId, reuse, tokens } = await refreshSession(context, body.refresh_token);
  void reply.header('sb-auth-session-id', sessionId);
  if (reuse !== undefined) {
    void reply.headers({
      'sb-auth-refresh-token-reuse': 'true',
      'sb-auth-refresh-token-reuse-cause': reuse,
    });
  }
  return tokens;
}
