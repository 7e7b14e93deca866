import { fromBase64Url, fromUtf8 } from '@sotto/crypto';
import { userIdSchema } from '@sotto/protocol';
import * as z from 'zod/mini';

const factorSchema = z.looseObject({
  id: z.uuid(),
  factor_type: z.string(),
  status: z.string(),
});

/** The part of a Supabase Auth session that the engine reads; the rest is carried along unread. */
export const authSessionSchema = z.looseObject({
  access_token: z.string(),
  refresh_token: z.string(),
  /** Seconds since 1970, by the service's clock. */
  expires_at: z.number(),
  /** Seconds from the moment the service answered. */
  expires_in: z.number(),
  user: z.looseObject({
    id: userIdSchema,
    email: z.optional(z.string()),
    factors: z.optional(z.array(factorSchema)),
  }),
});
export type AuthSession = z.infer<typeof authSessionSchema>;

const claimsSchema = z.looseObject({
  sub: userIdSchema,
  session_id: z.uuid(),
  /** Seconds since 1970, by the service's clock. */
  iat: z.optional(z.number()),
  aal: z.optional(z.string()),
});

/** What an access token says. Not verified: only the relay's checks count. */
export interface AccessTokenClaims {
  userId: string;
  sessionId: string;
  issuedAtMs: number | null;
  /** The second factor was given in this session. */
  twoFactors: boolean;
}

export function readAccessToken(token: string): AccessTokenClaims {
  const payload = token.split('.')[1] ?? '';
  const claims = claimsSchema.parse(JSON.parse(fromUtf8(fromBase64Url(payload))));
  return {
    userId: claims.sub,
    sessionId: claims.session_id,
    issuedAtMs: claims.iat === undefined ? null : claims.iat * 1000,
    twoFactors: claims.aal === 'aal2',
  };
}

/** Ids of the verified TOTP factors that the service named with the session. */
export function verifiedFactorIds({ user }: Pick<AuthSession, 'user'>): string[] {
  return (user.factors ?? [])
    .filter(({ factor_type, status }) => factor_type === 'totp' && status === 'verified')
    .map(({ id }) => id);
}
