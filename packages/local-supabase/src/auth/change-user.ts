import { EMAIL_APP_METADATA } from './accounts.ts';
import { recordAudit } from './audit.ts';
import type { Caller } from './caller.ts';
import type { AuthContext, OperatorMessage } from './context.ts';
import { inTransaction } from './database.ts';
import type { Database } from './database.ts';
import { AuthError, emailExists, userNotFound } from './errors.ts';
import { hasVerifiedFactor } from './factors.ts';
import { saveEmailIdentity } from './identities.ts';
import { deliver, prepareEmailChangeMessage } from './messages.ts';
import { deleteOneTimeTokens } from './one-time-tokens.ts';
import { assertPasswordAcceptable } from './passwords.ts';
import { mergeMetadata, requireEmail } from './request-values.ts';
import { deleteSessions } from './sessions.ts';
import { renderUser } from './user-json.ts';
import type { UserJson } from './user-json.ts';
import { findUserByEmail, lockUserById, updateUser } from './users.ts';
import type { UserRow } from './users.ts';

/** Sessions younger than this may change the password without a nonce. */
const FRESH_SESSION_MS = 24 * 3_600_000;

/** What a person asks to change about their own account. */
export interface RequestedChanges {
  email: string | undefined;
  password: string | undefined;
  currentPassword: string | undefined;
  nonce: string | undefined;
  data: Record<string, unknown> | undefined;
  redirectTo: string;
}

/** Applies changes to the caller's account, all or none, and answers it as it is then. */
export async function changeUser(
  context: AuthContext,
  caller: Caller,
  changes: RequestedChanges,
): Promise<UserJson> {
  const email = changes.email === undefined ? undefined : requireEmail(changes.email);
  const isSensitive = changes.password !== undefined || email !== undefined;
  if (isSensitive && caller.session.aal === 'aal1') {
    if (await hasVerifiedFactor(context.pool, caller.user.id)) {
      const message = 'AAL2 session is required to update email or password when MFA is enabled.';
      throw new AuthError(401, 'insufficient_aal', message);
    }
  }
  // Hashing comes before the transaction: no lock and no connection is held meanwhile.
  const passwordHash =
    changes.password === undefined
      ? undefined
      : await hashNewPassword(context, caller.user, email, changes.password, changes);

  const { user, messages } = await inTransaction(context.pool, async (db) => {
    const now = context.clock();
    let current = await lockUserById(db, caller.user.id);
    if (current === undefined) throw userNotFound(403);
    const outbox: OperatorMessage[] = [];
    if (changes.data !== undefined) {
      const merged = mergeMetadata(current.raw_user_meta_data, changes.data);
      current = await updateUser(db, now, current.id, { raw_user_meta_data: merged });
    }
    if (passwordHash !== undefined) {
      current = await storePassword(context, db, caller, current, passwordHash, changes.nonce);
    }
    if (email !== undefined && email !== current.email) {
      const changed = await changeEmail(context, db, current, email, changes.redirectTo);
      current = changed.user;
      outbox.push(...changed.messages);
    }
    await recordAudit(db, now, { action: 'user_modified', actorId: current.id });
    return { user: await renderUser(db, current), messages: outbox };
  });
  deliver(context, ...messages);
  return user;
}

async function hashNewPassword(
  context: AuthContext,
  user: UserRow,
  email: string | undefined,
  password: string,
  { currentPassword }: RequestedChanges,
): Promise<string> {
  const { settings, passwords } = context;
  if (user.is_anonymous && !(email !== undefined && settings.autoconfirm)) {
    throw new AuthError(
      422,
      'validation_failed',
      'Updating password of an anonymous user without an email or phone is not allowed',
    );
  }
  assertPasswordAcceptable(password, settings.passwordMinLength);
  const encoded = user.encrypted_password;
  if (encoded) {
    if (settings.requireCurrentPassword) {
      if (!currentPassword) {
        const message = 'Current password required when setting new password.';
        throw new AuthError(400, 'current_password_required', message);
      }
      if (!(await passwords.verify(encoded, currentPassword))) {
        const message = 'Current password is incorrect.';
        throw new AuthError(400, 'current_password_invalid', message);
      }
    }
    if (await passwords.verify(encoded, password)) {
      const message = 'New password should be different from the old password.';
      throw new AuthError(422, 'same_password', message);
    }
  }
  return passwords.hash(password);
}

async function storePassword(
  context: AuthContext,
  db: Database,
  caller: Caller,
  user: UserRow,
  passwordHash: string,
  nonce: string | undefined,
): Promise<UserRow> {
  const now = context.clock();
  const isOldSession = now - caller.session.created_at.getTime() > FRESH_SESSION_MS;
  if (context.settings.securePasswordChange && isOldSession) {
    await spendNonce(context, db, user, nonce);
  }
  const updated = await updateUser(db, now, user.id, { encrypted_password: passwordHash });
  await deleteSessions(db, user.id, caller.session.id, 'others');
  await deleteOneTimeTokens(db, user.id);
  await recordAudit(db, now, { action: 'user_updated_password', actorId: user.id });
  return updated;
}

async function spendNonce(
  context: AuthContext,
  db: Database,
  user: UserRow,
  nonce: string | undefined,
): Promise<void> {
  if (nonce === undefined) {
    const message = 'Password update requires reauthentication';
    throw new AuthError(400, 'reauthentication_needed', message);
  }
  context.limits.count('otpVerifyPerAddress', user.id);
  const types = ['reauthentication_token'] as const;
  const spent = await context.oneTimeTokens.spendCode(
    db,
    context.clock(),
    types,
    user.email ?? '',
    nonce,
  );
  if (spent?.userId !== user.id) {
    throw new AuthError(422, 'reauthentication_not_valid', 'Nonce has expired or is invalid');
  }
}

async function changeEmail(
  context: AuthContext,
  db: Database,
  user: UserRow,
  email: string,
  redirectTo: string,
): Promise<{ user: UserRow; messages: OperatorMessage[] }> {
  const now = context.clock();
  if ((await findUserByEmail(db, email)) !== undefined) throw emailExists();
  if (user.is_anonymous && context.settings.autoconfirm) {
    await saveEmailIdentity(db, now, user.id, email, true);
    const converted = await updateUser(db, now, user.id, {
      email,
      email_confirmed_at: new Date(now),
      is_anonymous: false,
      raw_app_meta_data: { ...user.raw_app_meta_data, ...EMAIL_APP_METADATA },
    });
    return { user: converted, messages: [] };
  }
  context.limits.countMessage(email, context.settings.otpIntervalSeconds);
  const pending = await updateUser(db, now, user.id, {
    email_change: email,
    email_change_sent_at: new Date(now),
    email_change_confirm_status: 0,
  });
  const prepare = (to: string, type: 'email_change_token_new' | 'email_change_token_current') =>
    prepareEmailChangeMessage(context, db, user.id, to, type, redirectTo);
  const messages = [(await prepare(email, 'email_change_token_new')).message];
  if (context.settings.doubleConfirmEmailChange && user.email !== null) {
    messages.push((await prepare(user.email, 'email_change_token_current')).message);
  }
  return { user: pending, messages };
}
