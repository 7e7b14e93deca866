import { ProtocolError, userIdSchema } from '@sotto/protocol';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { UserCaller } from './caller.ts';

/** Whose access tokens are accepted. */
export interface TokenVerifierOptions {
  jwksUrl: URL;
  issuer: string;
  /** HS256 is accepted only with this. */
  jwtSecret?: string | undefined;
}

/** What an access token says, after its signature, issuer, audience and times were checked. */
export interface AccessToken extends UserCaller {
  expiresAtMs: number;
}

const claimsSchema = z.object({
  sub: userIdSchema,
  session_id: userIdSchema,
  role: z.literal('authenticated'),
  is_anonymous: z.literal(false).optional(),
  exp: z.int(),
  // Other services list bare words: such a sign-in has no known time.
  amr: z.array(z.unknown()).optional(),
});

const methodSchema = z.object({ timestamp: z.int() });

const audience = 'authenticated';
/** Between the clocks of this machine and the auth service's. */
const clockToleranceSeconds = 5;

/** Checks access tokens against the auth service's published keys. */
export class TokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #keys: JWTVerifyGetKey;
  readonly #secret: Uint8Array | undefined;

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.#keys = createRemoteJWKSet(options.jwksUrl, {
      timeoutDuration: 5000,
      cooldownDuration: 10_000,
      cacheMaxAge: 600_000,
    });
    this.#secret =
      options.jwtSecret === undefined ? undefined : new TextEncoder().encode(options.jwtSecret);
  }

  /** @throws ProtocolError `unauthenticated`, or `unavailable` when the keys cannot be fetched. */
  async verify(token: string): Promise<AccessToken> {
    const payload = await this.#payload(token);
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) throw new ProtocolError('unauthenticated', { cause: claims.error });
    return {
      userId: claims.data.sub,
      sessionId: claims.data.session_id,
      authenticatedAtMs: newestMethodMs(claims.data.amr ?? []),
      expiresAtMs: claims.data.exp * 1000,
    };
  }

  async #payload(token: string): Promise<JWTPayload> {
    const expected = {
      issuer: this.#options.issuer,
      audience,
      clockTolerance: clockToleranceSeconds,
    };
    try {
      // One algorithm per kind of key, so that a public key can never serve as a shared secret.
      if (this.#secret && algorithmOf(token) === 'HS256') {
        return (await jwtVerify(token, this.#secret, { ...expected, algorithms: ['HS256'] }))
          .payload;
      }
      return (await jwtVerify(token, this.#keys, { ...expected, algorithms: ['ES256'] })).payload;
    } catch (cause) {
      throw tokenError(cause);
    }
  }
}

function newestMethodMs(methods: readonly unknown[]): number | undefined {
  const times = methods
    .map((method) => methodSchema.safeParse(method).data?.timestamp)
    .filter((seconds) => seconds !== undefined);
  return times.length === 0 ? undefined : Math.max(...times) * 1000;
}

function algorithmOf(token: string): unknown {
  try {
    const header = Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString('utf8');
    return (JSON.parse(header) as { alg?: unknown } | null)?.alg;
  } catch {
    return undefined;
  }
}

function tokenError(cause: unknown): ProtocolError {
  // Everything wrong with the token itself is a JOSEError of its own kind; a key set that cannot be
  // fetched is a timeout, a bare JOSEError ("Expected 200 OK") or a network error.
  const unreachable =
    cause instanceof errors.JWKSTimeout ||
    !(cause instanceof errors.JOSEError) ||
    cause.code === 'ERR_JOSE_GENERIC';
  return unreachable
    ? new ProtocolError('unavailable', { retryAfterMs: 1000, cause })
    : new ProtocolError('unauthenticated', { cause });
}
