import type { AuthContext, OperatorMessage } from './context.ts';
import type { Database } from './database.ts';
import type { OneTimeTokenType } from './one-time-tokens.ts';
import { updateUser } from './users.ts';
import type { UserChanges, UserRow } from './users.ts';

/** The type that a link and `POST /verify` name. */
type VerificationType = 'signup' | 'invite' | 'magiclink' | 'recovery' | 'email_change';

/** A message that waits for its transaction to commit, and the account as it is then. */
export interface PreparedMessage {
  message: OperatorMessage;
  linkToken: string;
  user: UserRow;
}

const TOKEN_TYPES = {
  signup: 'confirmation_token',
  invite: 'confirmation_token',
  magiclink: 'recovery_token',
  recovery: 'recovery_token',
} as const satisfies Partial<Record<VerificationType, OneTimeTokenType>>;

const SENT_AT = {
  signup: 'confirmation_sent_at',
  invite: 'confirmation_sent_at',
  magiclink: 'recovery_sent_at',
  recovery: 'recovery_sent_at',
} as const satisfies Partial<Record<VerificationType, keyof UserChanges>>;

/** Issues the token of a sign-up, invitation, sign-in link or recovery, and words its message. */
export async function prepareMessage(
  context: AuthContext,
  db: Database,
  user: UserRow,
  kind: keyof typeof TOKEN_TYPES,
  redirectTo: string,
): Promise<PreparedMessage> {
  const now = context.clock();
  const email = user.email ?? '';
  const issued = await context.oneTimeTokens.issue(db, now, user.id, TOKEN_TYPES[kind], email);
  const updated = await updateUser(db, now, user.id, { [SENT_AT[kind]]: new Date(now) });
  const message: OperatorMessage = {
    kind,
    email,
    code: issued.code,
    link: verificationLink(context, issued.linkToken, kind, redirectTo),
    expiresAt: context.oneTimeTokens.expiry(now),
  };
  return { message, linkToken: issued.linkToken, user: updated };
}

/** Issues one half of a change of email, for the new or the present address. */
export async function prepareEmailChangeMessage(
  context: AuthContext,
  db: Database,
  userId: string,
  email: string,
  type: 'email_change_token_new' | 'email_change_token_current',
  redirectTo: string,
): Promise<{ message: OperatorMessage; linkToken: string }> {
  const now = context.clock();
  const { code, linkToken } = await context.oneTimeTokens.issue(db, now, userId, type, email);
  const message: OperatorMessage = {
    kind: 'email_change',
    email,
    code,
    link: verificationLink(context, linkToken, 'email_change', redirectTo),
    expiresAt: context.oneTimeTokens.expiry(now),
  };
  return { message, linkToken };
}

/**
 * Hands messages to the operator, once what they speak of is committed.
 *
 * Nothing waits for it and its failure is only logged: the answer must not show whether there was
 * anything to hand over.
 */
export function deliver(context: AuthContext, ...messages: (OperatorMessage | undefined)[]): void {
  const hand = async (message: OperatorMessage) => context.onOperatorMessage(message);
  for (const message of messages) {
    if (message === undefined) continue;
    hand(message).catch(() =>
      context.log({ level: 'error', event: 'operator_message_failed', kind: message.kind }),
    );
  }
}

/** Where a link may lead after it is opened: the asked-for address if it is allowed, else the site. */
export function allowedRedirect(context: AuthContext, asked: string | null | undefined): string {
  if (!asked || !URL.canParse(asked)) return context.siteUrl;
  const target = new URL(asked);
  if (target.username !== '' || target.password !== '') return context.siteUrl;
  const allowed = [new URL(context.siteUrl).origin, ...context.settings.redirectUrls];
  const isAllowed = allowed.some((prefix) => {
    const base = new URL(prefix);
    const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
    return (
      base.protocol === target.protocol &&
      base.host === target.host &&
      (target.pathname === base.pathname || target.pathname.startsWith(folder))
    );
  });
  return isAllowed ? target.href : context.siteUrl;
}

function verificationLink(
  context: AuthContext,
  linkToken: string,
  type: VerificationType,
  redirectTo: string,
): string {
  // ":" and "/" may stand in a query as they are (RFC 3986 §3.4): people read these links.
  const target = encodeURIComponent(redirectTo).replaceAll('%3A', ':').replaceAll('%2F', '/');
  return `${context.issuer}/verify?token=${linkToken}&type=${type}&redirect_to=${target}`;
}
