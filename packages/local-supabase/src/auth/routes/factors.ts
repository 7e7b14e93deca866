import type { FastifyInstance } from 'fastify';
import encodeQr from 'qr';
import { z } from 'zod';
import { recordAudit } from '../audit.ts';
import { requireCaller } from '../caller.ts';
import type { AuthContext } from '../context.ts';
import { inTransaction } from '../database.ts';
import { AuthError, validationFailed } from '../errors.ts';
import {
  deleteFactor,
  deleteStaleFactors,
  findFactor,
  insertTotpFactor,
  listFactors,
} from '../factors.ts';
import { optional, parseRequest, requireUuid } from '../request-values.ts';
import { lowerSessions } from '../sessions.ts';
import { generateTotpSecret, totpUri } from '../totp.ts';
import { lockUserById } from '../users.ts';

const enrolSchema = z.object({
  factor_type: z.string(),
  friendly_name: optional(z.string().trim().max(64)),
  issuer: optional(z.string().max(128)),
});
const pathSchema = z.object({ factorId: z.string() });

/** `POST /factors` and `DELETE /factors/:id`: enrol and remove a TOTP factor. */
export function registerFactors(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'POST',
    url: '/factors',
    handler: async (request) => {
      const { user, session } = await requireCaller(context, request);
      const body = parseRequest(enrolSchema, request.body);
      assertFactorType(body.factor_type);
      const friendlyName = body.friendly_name ?? '';
      const secret = generateTotpSecret();
      const id = await inTransaction(context.pool, async (db) => {
        const now = context.clock();
        // Locks the account, so that parallel requests cannot pass the limit together.
        await lockUserById(db, user.id);
        await deleteStaleFactors(db, now, user.id);
        const factors = await listFactors(db, user.id);
        if (factors.some(({ status }) => status === 'verified') && session.aal === 'aal1') {
          const message = 'AAL2 required to enroll a new factor';
          throw new AuthError(403, 'insufficient_aal', message);
        }
        if (factors.length >= context.settings.maxFactors) {
          const message = 'Maximum number of verified factors reached, unenroll to continue';
          throw new AuthError(422, 'too_many_enrolled_mfa_factors', message);
        }
        const factorId = await insertTotpFactor(db, now, user.id, friendlyName, secret);
        await recordAudit(db, now, { action: 'factor_in_progress', actorId: user.id });
        return factorId;
      });
      const issuer = body.issuer || new URL(context.siteUrl).host;
      const uri = totpUri(secret, issuer, user.email ?? user.id);
      return {
        id,
        type: 'totp',
        friendly_name: friendlyName,
        totp: { qr_code: drawQrCode(uri), secret, uri },
      };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/factors/:factorId',
    handler: async (request) => {
      const { user, session } = await requireCaller(context, request);
      const factorId = requireUuid(parseRequest(pathSchema, request.params).factorId);
      await inTransaction(context.pool, async (db) => {
        const factor = await findFactor(db, user.id, factorId);
        if (factor.status === 'verified' && session.aal === 'aal1') {
          throw new AuthError(422, 'insufficient_aal', 'AAL2 required to unenroll verified factor');
        }
        await deleteFactor(db, factorId);
        await lowerSessions(db, factorId);
        await recordAudit(db, context.clock(), { action: 'factor_unenrolled', actorId: user.id });
      });
      return { id: factorId };
    },
  });
}

function assertFactorType(type: string): void {
  switch (type) {
    case 'totp':
      return;
    case 'phone':
      throw new AuthError(422, 'mfa_phone_enroll_not_enabled', 'MFA by phone is not offered here');
    case 'webauthn':
      throw new AuthError(422, 'mfa_webauthn_enroll_not_enabled', 'MFA by WebAuthn is not offered');
    default:
      throw validationFailed('factor_type needs to be totp');
  }
}

// Clients put the image into a data URL as it is, where "#" would begin a fragment.
function drawQrCode(text: string): string {
  return encodeQr(text, 'svg', { ecc: 'medium', border: 4 }).replaceAll('#', '%23');
}
