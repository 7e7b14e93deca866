import { fromBase64Url, fromUtf8 } from '@sotto/crypto';
import { userIdSchema } from '@sotto/protocol';
import * as z from 'zod/mini';

/** The part of a Supabase Auth session that the engine reads; the rest is carried along unread. */
export const authSessionSchema = z.looseObject({
  access_token: z.string(),
  refresh_token: z.string(),
  /** Seconds since 1970, by the service's clock. */
  expires_at: z.number(),
  /** Seconds from the moment the service answered. */
  expires_in: z.number(),
  user: z.looseObject({ id: userIdSchema, email: z.optional(z.string()) }),
});
export type AuthSession = z.infer<typeof authSessionSchema>;

const claimsSchema = z.looseObject({ sub: userIdSchema, session_id: z.uuid() });

/** User and auth session of an access token. Not verified: only the relay's checks count. */
export function readAccessToken(token: string): { userId: string; sessionId: string } {
  const payload = token.split('.')[1] ?? '';
  const claims = claimsSchema.parse(JSON.parse(fromUtf8(fromBase64Url(payload))));
  return { userId: claims.sub, sessionId: claims.session_id };
}
