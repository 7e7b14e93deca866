import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { recordAudit } from '../audit.ts';
import { requireCaller, sessionNotFound } from '../caller.ts';
import type { Caller } from '../caller.ts';
import type { AuthContext } from '../context.ts';
import { inTransaction } from '../database.ts';
import { AuthError } from '../errors.ts';
import {
  CHALLENGE_LIFETIME_MS,
  closeChallenge,
  confirmFactor,
  findFactor,
  insertChallenge,
  isChallengeOpen,
  takeTotpStep,
} from '../factors.ts';
import { grantTokens } from '../grant.ts';
import type { AccessTokenResponse } from '../grant.ts';
import { clientKey } from '../rate-limits.ts';
import { parseRequest, requireUuid } from '../request-values.ts';
import {
  addMethod,
  advanceSession,
  deleteWeakSessions,
  lockSession,
  raiseSession,
} from '../sessions.ts';
import { matchTotpStep } from '../totp.ts';

const pathSchema = z.object({ factorId: z.string() });
const verifySchema = z.object({ challenge_id: z.uuid(), code: z.string() });

/** `POST /factors/:id/challenge` and `/verify`: raise the caller's session to aal2. */
export function registerFactorChallenges(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'POST',
    url: '/factors/:factorId/challenge',
    handler: async (request) => {
      // Apart from the tries, so that asking and answering does not count twice.
      context.limits.count('factorVerify', `challenge ${clientKey(request.ip)}`);
      const { user } = await requireCaller(context, request);
      const factorId = requireUuid(parseRequest(pathSchema, request.params).factorId);
      const now = context.clock();
      const id = await inTransaction(context.pool, async (db) => {
        const factor = await findFactor(db, user.id, factorId);
        await recordAudit(db, now, { action: 'challenge_created', actorId: user.id });
        return insertChallenge(db, now, factor.id);
      });
      return {
        id,
        type: 'totp',
        expires_at: Math.floor((now + CHALLENGE_LIFETIME_MS) / 1000),
      };
    },
  });

  app.route({
    method: 'POST',
    url: '/factors/:factorId/verify',
    handler: async (request) => {
      context.limits.count('factorVerify', clientKey(request.ip));
      const caller = await requireCaller(context, request);
      const factorId = requireUuid(parseRequest(pathSchema, request.params).factorId);
      const body = parseRequest(verifySchema, request.body);
      // Counted per account too: six digits must not fall to someone with many addresses.
      context.limits.count('factorVerifyPerUser', caller.user.id);
      const tokens = await verifyFactor(context, caller, factorId, body.challenge_id, body.code);
      context.limits.clear('factorVerifyPerUser', caller.user.id);
      return tokens;
    },
  });
}

async function verifyFactor(
  context: AuthContext,
  { user, session }: Caller,
  factorId: string,
  challengeId: string,
  code: string,
): Promise<AccessTokenResponse> {
  return inTransaction(context.pool, async (db) => {
    const now = context.clock();
    const locked = await lockSession(db, session.id);
    if (locked === undefined) throw sessionNotFound();
    const factor = await findFactor(db, user.id, factorId);
    if (!(await isChallengeOpen(db, now, factorId, challengeId))) throw challengeExpired();

    const step = matchTotpStep(factor.secret ?? '', code, now);
    if (step === undefined || !(await takeTotpStep(db, factorId, step))) {
      await recordAudit(db, now, { action: 'verification_attempted', actorId: user.id });
      throw new AuthError(422, 'mfa_verification_failed', 'Invalid TOTP code entered', {
        commit: true,
      });
    }
    if (!(await closeChallenge(db, challengeId))) throw challengeExpired();
    await confirmFactor(db, now, user.id, factorId);
    await raiseSession(db, session.id, factorId);
    await addMethod(db, now, session.id, 'totp');
    await deleteWeakSessions(db, user.id, session.id);
    const raised = await advanceSession(db, now, session.id);
    await recordAudit(db, now, { action: 'factor_verified', actorId: user.id });
    return grantTokens(context, db, user, raised);
  });
}

function challengeExpired(): AuthError {
  const message = 'MFA challenge has expired, verify against another challenge or create a new one';
  return new AuthError(422, 'mfa_challenge_expired', message);
}
