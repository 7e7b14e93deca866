import type { AuthContext } from './context.ts';
import type { Database } from './database.ts';
import { userBanned } from './errors.ts';
import { serializeRefreshToken } from './refresh-tokens.ts';
import { insertSession, listMethods } from './sessions.ts';
import type { AuthenticationMethod, SessionRow } from './sessions.ts';
import { renderUser } from './user-json.ts';
import type { UserJson } from './user-json.ts';
import { isBanned, updateUser } from './users.ts';
import type { UserRow } from './users.ts';

/** What a successful sign-in or refresh answers. */
export interface AccessTokenResponse {
  access_token: string;
  token_type: 'bearer';
  expires_in: number;
  expires_at: number;
  refresh_token: string;
  user: UserJson;
}

/** Begins a session for an account and answers its tokens; throws 400 when the account is banned. */
export async function beginSession(
  context: AuthContext,
  db: Database,
  user: UserRow,
  method: AuthenticationMethod,
  userAgent: string,
): Promise<AccessTokenResponse> {
  const now = context.clock();
  if (isBanned(user, now)) throw userBanned(400);
  const signedIn = await updateUser(db, now, user.id, { last_sign_in_at: new Date(now) });
  const timebox = context.settings.sessionTimeboxSeconds;
  const endsAt = timebox === undefined ? null : new Date(now + timebox * 1000);
  const session = await insertSession(db, now, user.id, method, userAgent, endsAt);
  return grantTokens(context, db, signedIn, session);
}

/** The tokens of a session as it stands: same counter, same refresh token. */
export async function grantTokens(
  context: AuthContext,
  db: Database,
  user: UserRow,
  session: SessionRow,
): Promise<AccessTokenResponse> {
  const issuedAt = Math.floor(context.clock() / 1000);
  const expiresAt = issuedAt + context.settings.jwtExpirySeconds;
  const accessToken = await context.accessTokens.sign(
    {
      sub: user.id,
      email: user.email ?? '',
      phone: user.phone ?? '',
      app_metadata: user.raw_app_meta_data ?? {},
      user_metadata: user.raw_user_meta_data ?? {},
      role: user.role ?? 'authenticated',
      aal: session.aal,
      amr: await listMethods(db, session.id),
      session_id: session.id,
      is_anonymous: user.is_anonymous,
    },
    issuedAt,
    expiresAt,
  );
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: context.settings.jwtExpirySeconds,
    expires_at: expiresAt,
    refresh_token: serializeRefreshToken(
      session.id,
      Number(session.refresh_token_counter),
      session.refresh_token_hmac_key,
    ),
    user: await renderUser(db, user),
  };
}
