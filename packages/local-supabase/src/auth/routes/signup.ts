import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createEmailAccount, EMAIL_APP_METADATA } from '../accounts.ts';
import { recordAudit } from '../audit.ts';
import { isOperator } from '../caller.ts';
import type { AuthContext } from '../context.ts';
import { inTransaction } from '../database.ts';
import { AuthError, emailExists, phoneDisabled, validationFailed } from '../errors.ts';
import { beginSession } from '../grant.ts';
import type { AccessTokenResponse } from '../grant.ts';
import { allowedRedirect, deliver, prepareMessage } from '../messages.ts';
import { assertPasswordAcceptable } from '../passwords.ts';
import { clientKey } from '../rate-limits.ts';
import {
  mergeMetadata,
  metadataSchema,
  optional,
  parseRequest,
  passwordSchema,
  requireEmail,
} from '../request-values.ts';
import { userAgentOf } from '../user-agent.ts';
import { renderUser } from '../user-json.ts';
import type { UserJson } from '../user-json.ts';
import { findUserByEmail, insertUser, updateUser } from '../users.ts';
import type { Metadata } from '../users.ts';

const bodySchema = z.object({
  email: optional(z.string()),
  phone: optional(z.string()),
  password: optional(passwordSchema),
  data: optional(metadataSchema),
});
const querySchema = z.object({ redirect_to: optional(z.string()) });

interface NewAccount {
  email: string;
  passwordHash: string;
  data: Metadata;
}

/** `POST /signup`: by email and password, or, without an address, as a guest. */
export function registerSignup(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'POST',
    url: '/signup',
    handler: async (request) => {
      const body = parseRequest(bodySchema, request.body);
      const data = mergeMetadata({}, body.data ?? {});
      if (!context.settings.allowSignup) {
        throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance');
      }
      if (!body.email && !body.phone) return signUpGuest(context, request, data);
      if (!body.email) throw phoneDisabled();
      if (!isOperator(request)) context.limits.count('signIn', clientKey(request.ip));

      const email = requireEmail(body.email);
      if (!body.password) throw validationFailed('Signup requires a valid password');
      assertPasswordAcceptable(body.password, context.settings.passwordMinLength);
      const { redirect_to: redirectTo } = parseRequest(querySchema, request.query);
      // Hashed before anything is looked up: a taken address costs the same time as a free one.
      const passwordHash = await context.passwords.hash(body.password);
      const account = { email, passwordHash, data };
      return context.settings.autoconfirm
        ? signUpConfirmed(context, request, account)
        : signUpUnconfirmed(context, account, allowedRedirect(context, redirectTo));
    },
  });
}

async function signUpGuest(
  context: AuthContext,
  request: FastifyRequest,
  data: Metadata,
): Promise<AccessTokenResponse> {
  if (!context.settings.allowAnonymous) {
    throw new AuthError(422, 'anonymous_provider_disabled', 'Anonymous sign-ins are disabled');
  }
  if (!isOperator(request)) context.limits.count('anonymous', clientKey(request.ip));
  return inTransaction(context.pool, async (db) => {
    const now = context.clock();
    const user = await insertUser(db, now, { raw_user_meta_data: data, is_anonymous: true });
    await recordAudit(db, now, { action: 'user_signedup', actorId: user.id });
    return beginSession(context, db, user, 'anonymous', userAgentOf(request));
  });
}

async function signUpConfirmed(
  context: AuthContext,
  request: FastifyRequest,
  { email, passwordHash, data }: NewAccount,
): Promise<AccessTokenResponse> {
  try {
    return await inTransaction(context.pool, async (db) => {
      const now = context.clock();
      if ((await findUserByEmail(db, email)) !== undefined) throw emailExists();
      const user = await createEmailAccount(db, now, {
        email,
        passwordHash,
        isConfirmed: true,
        userMetadata: data,
      });
      await recordAudit(db, now, { action: 'user_signedup', actorId: user.id });
      return beginSession(context, db, user, 'password', userAgentOf(request));
    });
  } catch (error) {
    if (error instanceof AuthError && error.code === 'email_exists') {
      throw new AuthError(422, 'user_already_exists', 'User already registered');
    }
    throw error;
  }
}

/** Answers alike for a free and a taken address; only its owner learns the difference. */
async function signUpUnconfirmed(
  context: AuthContext,
  { email, passwordHash, data }: NewAccount,
  redirectTo: string,
): Promise<UserJson> {
  context.limits.countMessage(email, context.settings.otpIntervalSeconds);
  const { user, message } = await inTransaction(context.pool, async (db) => {
    const now = context.clock();
    const existing = await findUserByEmail(db, email);
    if (existing?.email_confirmed_at) {
      await recordAudit(db, now, { action: 'user_repeated_signup', subjectId: existing.id });
      return { user: pretendedUser(email, data, now), message: undefined };
    }
    const unconfirmed =
      existing === undefined
        ? await createEmailAccount(db, now, {
            email,
            passwordHash,
            isConfirmed: false,
            userMetadata: data,
          })
        : await updateUser(db, now, existing.id, {
            encrypted_password: passwordHash,
            raw_user_meta_data: data,
          });
    const prepared = await prepareMessage(context, db, unconfirmed, 'signup', redirectTo);
    await recordAudit(db, now, {
      action: 'user_confirmation_requested',
      actorId: unconfirmed.id,
    });
    return { user: await renderUser(db, prepared.user), message: prepared.message };
  });
  deliver(context, message);
  return user;
}

// The shape that clients know as "perhaps taken": no identities and no role.
function pretendedUser(email: string, data: Metadata, nowMs: number): UserJson {
  const now = new Date(nowMs).toISOString();
  return {
    id: randomUUID(),
    aud: 'authenticated',
    role: '',
    email,
    phone: '',
    confirmation_sent_at: now,
    app_metadata: EMAIL_APP_METADATA,
    user_metadata: data,
    identities: [],
    created_at: now,
    updated_at: now,
    is_anonymous: false,
  };
}
