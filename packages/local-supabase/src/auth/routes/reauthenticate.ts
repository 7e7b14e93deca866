import type { FastifyInstance } from 'fastify';
import { recordAudit } from '../audit.ts';
import { requireCaller } from '../caller.ts';
import type { AuthContext } from '../context.ts';
import { inTransaction } from '../database.ts';
import { validationFailed } from '../errors.ts';
import { deliver } from '../messages.ts';
import { updateUser } from '../users.ts';

/** `GET /reauthenticate`: issues the nonce that a careful password change asks for. */
export function registerReauthenticate(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'GET',
    url: '/reauthenticate',
    handler: async (request) => {
      const { user } = await requireCaller(context, request);
      const { email } = user;
      if (!email) {
        throw validationFailed(
          'Reauthentication requires the user to have an email or a phone number',
        );
      }
      context.limits.countMessage(email, context.settings.otpIntervalSeconds);
      const now = context.clock();
      const { code } = await inTransaction(context.pool, async (db) => {
        const type = 'reauthentication_token';
        const issued = await context.oneTimeTokens.issue(db, now, user.id, type, email);
        await updateUser(db, now, user.id, { reauthentication_sent_at: new Date(now) });
        await recordAudit(db, now, { action: 'user_reauthenticate_requested', actorId: user.id });
        return issued;
      });
      const expiresAt = context.oneTimeTokens.expiry(now);
      deliver(context, { kind: 'reauthentication', email, code, expiresAt });
      return {};
    },
  });
}
