import { createEmailAccount } from './accounts.ts';
import { recordAudit } from './audit.ts';
import type { AuthContext, OperatorMessage } from './context.ts';
import { inTransaction } from './database.ts';
import type { Database } from './database.ts';
import { emailExists, userNotFound, validationFailed } from './errors.ts';
import { prepareEmailChangeMessage, prepareMessage } from './messages.ts';
import { assertPasswordAcceptable } from './passwords.ts';
import { mergeMetadata } from './request-values.ts';
import { renderUser } from './user-json.ts';
import type { UserJson } from './user-json.ts';
import { findUserByEmail, updateUser } from './users.ts';
import type { Metadata, UserRow } from './users.ts';

/** A link that an operator asks for. Addresses are normalised, `redirectTo` is allowed. */
export interface LinkRequest {
  type:
    'signup' | 'invite' | 'magiclink' | 'recovery' | 'email_change_current' | 'email_change_new';
  email: string;
  newEmail: string | undefined;
  password: string | undefined;
  data: Metadata;
  redirectTo: string;
}

/** The account with its link, code and token beside its own members, as clients expect them. */
export type LinkResponse = UserJson & {
  action_link: string;
  email_otp: string;
  hashed_token: string;
  verification_type: string;
  redirect_to: string;
};

interface Prepared {
  user: UserRow;
  message: OperatorMessage;
  linkToken: string;
}

/** Makes a link and answers it to the operator; nothing else is delivered. */
export async function generateLink(
  context: AuthContext,
  asked: LinkRequest,
): Promise<LinkResponse> {
  const passwordHash = await hashForSignup(context, asked);
  return inTransaction(context.pool, async (db) => {
    const { user, message, linkToken } = await prepareLink(context, db, asked, passwordHash);
    const traits = { type: asked.type };
    const entry = { action: 'link_generated', subjectId: user.id, traits };
    await recordAudit(db, context.clock(), entry);
    return {
      ...(await renderUser(db, user)),
      action_link: message.link ?? '',
      email_otp: message.code,
      hashed_token: linkToken,
      verification_type: asked.type,
      redirect_to: asked.redirectTo,
    };
  });
}

/** Makes an unconfirmed account, or renews the invitation of one, and words the invitation. */
export async function inviteUser(
  context: AuthContext,
  email: string,
  data: Metadata,
  redirectTo: string,
): Promise<{ user: UserJson; message: OperatorMessage }> {
  return inTransaction(context.pool, async (db) => {
    const prepared = await prepareInvite(context, db, email, data, redirectTo);
    const entry = { action: 'user_invited', subjectId: prepared.user.id };
    await recordAudit(db, context.clock(), entry);
    return { user: await renderUser(db, prepared.user), message: prepared.message };
  });
}

async function hashForSignup(
  context: AuthContext,
  { type, password }: LinkRequest,
): Promise<string | null> {
  if (type !== 'signup') return null;
  if (password === undefined) throw validationFailed('Signup requires a valid password');
  assertPasswordAcceptable(password, context.settings.passwordMinLength);
  return context.passwords.hash(password);
}

async function prepareLink(
  context: AuthContext,
  db: Database,
  asked: LinkRequest,
  passwordHash: string | null,
): Promise<Prepared> {
  const { email, redirectTo } = asked;
  const existing = await findUserByEmail(db, email);
  switch (asked.type) {
    case 'invite':
      return prepareInvite(context, db, email, asked.data, redirectTo);
    case 'signup': {
      if (existing?.email_confirmed_at) throw emailExists();
      const user =
        existing === undefined
          ? await createUnconfirmed(context, db, email, passwordHash, asked.data)
          : await updateUser(db, context.clock(), existing.id, {
              encrypted_password: passwordHash,
              raw_user_meta_data: mergeMetadata(existing.raw_user_meta_data, asked.data),
            });
      return prepareMessage(context, db, user, 'signup', redirectTo);
    }
    case 'magiclink': {
      const user = existing ?? (await createUnconfirmed(context, db, email, null, asked.data));
      return prepareMessage(context, db, user, 'magiclink', redirectTo);
    }
    case 'recovery':
      if (existing === undefined) throw userNotFound(404);
      return prepareMessage(context, db, existing, 'recovery', redirectTo);
    case 'email_change_current':
    case 'email_change_new':
      if (existing === undefined) throw userNotFound(404);
      return prepareChange(context, db, existing, asked);
  }
}

async function prepareInvite(
  context: AuthContext,
  db: Database,
  email: string,
  data: Metadata,
  redirectTo: string,
): Promise<Prepared> {
  const existing = await findUserByEmail(db, email);
  if (existing?.email_confirmed_at) throw emailExists();
  const user = existing ?? (await createUnconfirmed(context, db, email, null, data));
  const now = context.clock();
  const invited = await updateUser(db, now, user.id, { invited_at: new Date(now) });
  return prepareMessage(context, db, invited, 'invite', redirectTo);
}

async function prepareChange(
  context: AuthContext,
  db: Database,
  user: UserRow,
  { type, newEmail, redirectTo }: LinkRequest,
): Promise<Prepared> {
  if (newEmail === undefined) throw validationFailed('new_email is required');
  if ((await findUserByEmail(db, newEmail)) !== undefined) throw emailExists();
  const now = context.clock();
  const isSame = user.email_change === newEmail;
  const pending = await updateUser(db, now, user.id, {
    email_change: newEmail,
    email_change_sent_at: new Date(now),
    email_change_confirm_status: isSame ? user.email_change_confirm_status : 0,
  });
  const isNew = type === 'email_change_new';
  const prepared = await prepareEmailChangeMessage(
    context,
    db,
    user.id,
    isNew ? newEmail : (user.email ?? ''),
    isNew ? 'email_change_token_new' : 'email_change_token_current',
    redirectTo,
  );
  return { user: pending, ...prepared };
}

function createUnconfirmed(
  context: AuthContext,
  db: Database,
  email: string,
  passwordHash: string | null,
  data: Metadata,
): Promise<UserRow> {
  return createEmailAccount(db, context.clock(), {
    email,
    passwordHash,
    isConfirmed: false,
    userMetadata: mergeMetadata({}, data),
  });
}
