import type { Database } from './database.ts';
import { listFactors } from './factors.ts';
import type { FactorRow } from './factors.ts';
import { listIdentities } from './identities.ts';
import type { IdentityRow } from './identities.ts';
import type { UserRow } from './users.ts';

/** An account as clients see it: never its password hash, never a factor's secret. */
export type UserJson = Record<string, unknown> & { id: string };

/** Renders an account with its identities and factors. */
export async function renderUser(db: Database, user: UserRow): Promise<UserJson> {
  const identities = await listIdentities(db, user.id);
  const factors = await listFactors(db, user.id);
  return userJson(user, identities, factors);
}

/** The wire form; absent times are omitted, absent addresses are empty strings. */
function userJson(
  user: UserRow,
  identities: readonly IdentityRow[],
  factors: readonly FactorRow[],
): UserJson {
  return {
    id: user.id,
    aud: user.aud ?? 'authenticated',
    role: user.role ?? 'authenticated',
    email: user.email ?? '',
    ...time('email_confirmed_at', user.email_confirmed_at),
    phone: user.phone ?? '',
    ...time('phone_confirmed_at', user.phone_confirmed_at),
    ...time('confirmed_at', user.confirmed_at),
    ...time('invited_at', user.invited_at),
    ...time('confirmation_sent_at', user.confirmation_sent_at),
    ...time('recovery_sent_at', user.recovery_sent_at),
    ...(user.email_change ? { new_email: user.email_change } : {}),
    ...time('email_change_sent_at', user.email_change_sent_at),
    ...time('reauthentication_sent_at', user.reauthentication_sent_at),
    ...time('last_sign_in_at', user.last_sign_in_at),
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    identities: identities.map(identityJson),
    ...(factors.length > 0 ? { factors: factors.map(factorJson) } : {}),
    created_at: user.created_at.toISOString(),
    updated_at: user.updated_at.toISOString(),
    ...time('banned_until', user.banned_until),
    ...time('deleted_at', user.deleted_at),
    is_anonymous: user.is_anonymous,
  };
}

/** The wire form of a factor. */
export function factorJson(factor: FactorRow): Record<string, unknown> {
  return {
    id: factor.id,
    friendly_name: factor.friendly_name ?? '',
    factor_type: factor.factor_type,
    status: factor.status,
    created_at: factor.created_at.toISOString(),
    updated_at: factor.updated_at.toISOString(),
  };
}

function identityJson(identity: IdentityRow): Record<string, unknown> {
  return {
    identity_id: identity.id,
    id: identity.provider_id,
    user_id: identity.user_id,
    identity_data: identity.identity_data,
    provider: identity.provider,
    ...time('last_sign_in_at', identity.last_sign_in_at),
    created_at: identity.created_at.toISOString(),
    updated_at: identity.updated_at.toISOString(),
    ...(identity.email === null ? {} : { email: identity.email }),
  };
}

function time(name: string, at: Date | null): Record<string, string> {
  return at === null ? {} : { [name]: at.toISOString() };
}
