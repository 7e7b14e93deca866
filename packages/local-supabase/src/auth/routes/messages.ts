import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createEmailAccount } from '../accounts.ts';
import { recordAudit } from '../audit.ts';
import { isOperator } from '../caller.ts';
import type { AuthContext, OperatorMessage } from '../context.ts';
import { inTransaction } from '../database.ts';
import type { Database } from '../database.ts';
import { AuthError, phoneDisabled, validationFailed } from '../errors.ts';
import {
  allowedRedirect,
  deliver,
  prepareEmailChangeMessage,
  prepareMessage,
} from '../messages.ts';
import { clientKey } from '../rate-limits.ts';
import {
  mergeMetadata,
  metadataSchema,
  optional,
  parseRequest,
  requireEmail,
} from '../request-values.ts';
import { findUserByEmail, updateUser } from '../users.ts';
import type { Metadata, UserRow } from '../users.ts';

const querySchema = z.object({ redirect_to: optional(z.string()) });
const recoverSchema = z.object({ email: optional(z.string()) });
const otpSchema = z.object({
  email: optional(z.string()),
  phone: optional(z.string()),
  create_user: optional(z.boolean()),
  data: optional(metadataSchema),
});
const resendSchema = z.object({
  email: optional(z.string()),
  phone: optional(z.string()),
  type: z.enum(['signup', 'email_change', 'sms', 'phone_change']),
});

/**
 * `POST /recover`, `/otp`, `/resend`: requests for a code or link.
 *
 * They answer `{}` whether or not the address is known, and count it against the same limits.
 */
export function registerMessages(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'POST',
    url: '/recover',
    handler: async (request) => {
      const { email: asked } = parseRequest(recoverSchema, request.body);
      const email = admit(context, request, asked);
      const redirectTo = redirectOf(context, request);
      await send(context, email, 'user_recovery_requested', async (db, user) => {
        if (user === undefined) return undefined;
        const account = await forgetUnprovenPassword(context, db, user);
        return (await prepareMessage(context, db, account, 'recovery', redirectTo)).message;
      });
      return {};
    },
  });

  app.route({
    method: 'POST',
    url: '/otp',
    handler: async (request) => {
      const body = parseRequest(otpSchema, request.body);
      if (!body.email && body.phone) throw phoneDisabled();
      const email = admit(context, request, body.email);
      const data = mergeMetadata({}, body.data ?? {});
      const redirectTo = redirectOf(context, request);
      const mayCreate = body.create_user ?? true;
      await send(context, email, 'user_otp_requested', async (db, user) => {
        const account =
          user === undefined
            ? await createForOtp(context, db, email, data, mayCreate)
            : await forgetUnprovenPassword(context, db, user);
        const kind = account.email_confirmed_at === null ? 'signup' : 'magiclink';
        return (await prepareMessage(context, db, account, kind, redirectTo)).message;
      });
      return {};
    },
  });

  app.route({
    method: 'POST',
    url: '/resend',
    handler: async (request) => {
      const body = parseRequest(resendSchema, request.body);
      // No account has a number that waits for a code, so there is nothing to send again.
      if (body.type === 'sms' || body.type === 'phone_change') return {};
      const email = admit(context, request, body.email);
      const redirectTo = redirectOf(context, request);
      await send(context, email, 'user_resend_requested', async (db, user) => {
        if (user === undefined) return undefined;
        if (body.type === 'signup') {
          if (user.email_confirmed_at !== null) return undefined;
          return (await prepareMessage(context, db, user, 'signup', redirectTo)).message;
        }
        if (!user.email_change) return undefined;
        const type = 'email_change_token_new';
        const change = user.email_change;
        return (await prepareEmailChangeMessage(context, db, user.id, change, type, redirectTo))
          .message;
      });
      return {};
    },
  });
}

function admit(
  context: AuthContext,
  request: FastifyRequest,
  asked: string | null | undefined,
): string {
  if (!asked) throw validationFailed('An email address is required');
  const email = requireEmail(asked);
  if (isOperator(request)) return email;
  context.limits.count('otp', clientKey(request.ip));
  context.limits.countMessage(email, context.settings.otpIntervalSeconds);
  return email;
}

// Known or not, there is one transaction with one audit row: the answers take alike long.
async function send(
  context: AuthContext,
  email: string,
  action: string,
  prepare: (db: Database, user: UserRow | undefined) => Promise<OperatorMessage | undefined>,
): Promise<void> {
  const message = await inTransaction(context.pool, async (db) => {
    const user = await findUserByEmail(db, email);
    const prepared = await prepare(db, user);
    const subject = user === undefined ? {} : { subjectId: user.id };
    await recordAudit(db, context.clock(), { action, ...subject });
    return prepared;
  });
  deliver(context, message);
}

async function createForOtp(
  context: AuthContext,
  db: Database,
  email: string,
  data: Metadata,
  mayCreate: boolean,
): Promise<UserRow> {
  if (!mayCreate || !context.settings.allowSignup) {
    throw new AuthError(422, 'otp_disabled', 'Signups not allowed for otp');
  }
  return createEmailAccount(db, context.clock(), {
    email,
    passwordHash: null,
    isConfirmed: false,
    userMetadata: data,
  });
}

// Whoever signed up with an address they do not own must not keep a password to the account when the
// owner proves the address later.
async function forgetUnprovenPassword(
  context: AuthContext,
  db: Database,
  user: UserRow,
): Promise<UserRow> {
  if (user.email_confirmed_at !== null || user.encrypted_password === null) return user;
  return updateUser(db, context.clock(), user.id, { encrypted_password: null });
}

function redirectOf(context: AuthContext, request: FastifyRequest): string {
  return allowedRedirect(context, parseRequest(querySchema, request.query).redirect_to);
}
