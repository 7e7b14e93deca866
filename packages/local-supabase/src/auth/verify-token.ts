import { recordAudit } from './audit.ts';
import { EMAIL_APP_METADATA } from './accounts.ts';
import type { AuthContext } from './context.ts';
import { inTransaction } from './database.ts';
import type { Database } from './database.ts';
import { otpExpired, userBanned, validationFailed } from './errors.ts';
import { beginSession } from './grant.ts';
import type { AccessTokenResponse } from './grant.ts';
import { saveEmailIdentity } from './identities.ts';
import { deleteOneTimeTokens } from './one-time-tokens.ts';
import type { OneTimeTokenType, SpentToken } from './one-time-tokens.ts';
import { isBanned, lockUserById, updateUser } from './users.ts';
import type { UserRow } from './users.ts';

const TYPES: Readonly<Record<string, readonly OneTimeTokenType[]>> = {
  signup: ['confirmation_token'],
  invite: ['confirmation_token'],
  magiclink: ['recovery_token'],
  recovery: ['recovery_token'],
  email: ['confirmation_token', 'recovery_token'],
  email_change: ['email_change_token_new', 'email_change_token_current'],
};

/** Which address has confirmed a change, as `email_change_confirm_status` keeps it. */
const HALVES = { email_change_token_new: 1, email_change_token_current: 2 } as const;

/** A code with its address, or the token of a link. */
export type Proof = { email: string; code: string } | { linkToken: string };

/** A session, or that the other address must still confirm a change of email. */
export type Verified =
  { outcome: 'session'; tokens: AccessTokenResponse } | { outcome: 'half_confirmed' };

/**
 * Spends a one-time token and does what it stands for: confirms an address, signs in, changes an email.
 *
 * Throws 403 otp_expired for a wrong, used or old token, whoever the address belongs to.
 */
export async function verifyToken(
  context: AuthContext,
  type: string,
  proof: Proof,
  userAgent: string,
): Promise<Verified> {
  const types = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (types === undefined) throw validationFailed('Unknown verification type');
  return inTransaction(context.pool, async (db) => {
    const now = context.clock();
    const tokens = context.oneTimeTokens;
    const spent =
      'linkToken' in proof
        ? await tokens.spendLink(db, now, types, proof.linkToken)
        : await tokens.spendCode(db, now, types, proof.email, proof.code);
    if (spent === undefined) throw otpExpired();
    const user = await lockUserById(db, spent.userId);
    if (user === undefined || user.deleted_at !== null) throw otpExpired();
    if (isBanned(user, now)) throw userBanned(403);

    const proven = await applyProof(context, db, user, spent);
    if (proven === undefined) return { outcome: 'half_confirmed' };
    await recordAudit(db, now, { action: 'user_verified', actorId: user.id, traits: { type } });
    const method = type === 'recovery' ? 'recovery' : 'otp';
    const granted = await beginSession(context, db, proven, method, userAgent);
    return { outcome: 'session', tokens: granted };
  });
}

async function applyProof(
  context: AuthContext,
  db: Database,
  user: UserRow,
  spent: SpentToken,
): Promise<UserRow | undefined> {
  if (spent.type === 'email_change_token_new' || spent.type === 'email_change_token_current') {
    return applyEmailChange(context, db, user, spent.type);
  }
  if (user.email_confirmed_at !== null || user.email === null) return user;
  const now = context.clock();
  await saveEmailIdentity(db, now, user.id, user.email, true);
  return updateUser(db, now, user.id, { email_confirmed_at: new Date(now) });
}

async function applyEmailChange(
  context: AuthContext,
  db: Database,
  user: UserRow,
  type: keyof typeof HALVES,
): Promise<UserRow | undefined> {
  const now = context.clock();
  const email = user.email_change;
  if (!email) throw otpExpired();
  // A guest has no present address that could confirm.
  const needsBoth = context.settings.doubleConfirmEmailChange && user.email !== null;
  const half = HALVES[type];
  const earlier = user.email_change_confirm_status ?? 0;
  // One address confirming twice is still one address.
  if (needsBoth && (earlier === 0 || earlier === half)) {
    await updateUser(db, now, user.id, { email_change_confirm_status: half });
    return undefined;
  }
  await saveEmailIdentity(db, now, user.id, email, true);
  await deleteOneTimeTokens(db, user.id);
  await recordAudit(db, now, { action: 'user_email_changed', actorId: user.id });
  return updateUser(db, now, user.id, {
    email,
    email_change: '',
    email_change_confirm_status: 0,
    email_confirmed_at: new Date(now),
    is_anonymous: false,
    ...(user.is_anonymous
      ? { raw_app_meta_data: { ...user.raw_app_meta_data, ...EMAIL_APP_METADATA } }
      : {}),
  });
}
