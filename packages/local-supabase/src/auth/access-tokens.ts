import { SignJWT, jwtVerify } from 'jose';
import { z } from 'zod';
import { badJwt } from './errors.ts';
import type { KeyRing } from './signing-keys.ts';

const AUDIENCE = 'authenticated';

/** Claims that an access token carries besides `iss`, `aud`, `iat` and `exp`. */
interface AccessClaims {
  sub: string;
  email: string;
  phone: string;
  app_metadata: Record<string, unknown>;
  user_metadata: Record<string, unknown>;
  role: string;
  aal: string;
  amr: { method: string; timestamp: number }[];
  session_id: string;
  is_anonymous: boolean;
}

/** What an authenticated request is about. */
interface TokenSubject {
  userId: string;
  sessionId: string;
}

/** Signs and verifies access tokens. */
export interface AccessTokens {
  sign(claims: AccessClaims, issuedAtSeconds: number, expiresAtSeconds: number): Promise<string>;
  /** Throws 403 bad_jwt unless signature, issuer, audience and expiry hold. */
  verify(token: string): Promise<TokenSubject>;
}

const subjectSchema = z.object({ sub: z.uuid(), session_id: z.uuid() });

/** ES256 tokens (RFC 7518 §3.4) of one issuer. `clock` gives milliseconds. */
export function createAccessTokens(
  keyRing: Promise<KeyRing>,
  issuer: string,
  clock: () => number,
): AccessTokens {
  return {
    async sign(claims, issuedAtSeconds, expiresAtSeconds) {
      const { signingKey, signingKid } = await keyRing;
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: signingKid, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setIssuedAt(issuedAtSeconds)
        .setExpirationTime(expiresAtSeconds)
        .sign(signingKey);
    },
    async verify(token) {
      const { verificationKeys } = await keyRing;
      try {
        const { payload } = await jwtVerify(
          token,
          ({ kid }) => {
            const key = verificationKeys.get(kid ?? '');
            if (key === undefined) throw badJwt();
            return key;
          },
          {
            // Fixed here: the header of a token must not choose its own check.
            algorithms: ['ES256'],
            issuer,
            audience: AUDIENCE,
            requiredClaims: ['exp', 'iat', 'sub'],
            currentDate: new Date(clock()),
          },
        );
        const subject = subjectSchema.parse(payload);
        return { userId: subject.sub, sessionId: subject.session_id };
      } catch {
        throw badJwt();
      }
    },
  };
}
