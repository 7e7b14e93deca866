/**
 * Checks the access tokens of users: ES256 (RFC 7518 §3.4) under one of our own keys, named by `kid`.
 *
 * The algorithm is fixed here and never taken from the token, so `alg: none` and an HS256 token keyed
 * with the public key are refused before any signature is looked at. Results are kept per token, since
 * verifying costs a hundred times more than finding; expiry is checked on every use.
 */
import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Claims } from './internal-tokens.ts';

/** The public half of a signing key (RFC 7517). */
export interface VerificationKey {
  readonly kid: string;
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** A token that was accepted. */
interface VerifiedToken {
  readonly claims: Claims;
  readonly role: string;
  readonly userId: string | undefined;
  readonly sessionId: string | undefined;
  /** The token's claims under the internal signature. */
  readonly internalToken: string;
}

/** Why a token was refused; safe to tell its bearer. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/** What {@link createTokenVerifier} needs. */
export interface TokenVerifierOptions {
  readonly keys: readonly VerificationKey[];
  readonly issuer: string;
  readonly signInternal: (claims: Claims) => string;
  readonly cacheSize?: number;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Returns the accepted token or throws {@link TokenRefused}. */
export type TokenVerifier = (token: string) => VerifiedToken;

const audience = 'authenticated';
const maxTokenLength = 16 * 1024;
const defaultCacheSize = 4_000;

const headerSchema = z.object({
  alg: z.literal('ES256'),
  kid: z.string().min(1),
  crit: z.undefined().optional(),
});

const claimsSchema = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  exp: z.number(),
  nbf: z.number().optional(),
  role: z.enum(['anon', 'authenticated', 'service_role']),
  sub: z.uuid().optional(),
  session_id: z.uuid().optional(),
});

interface CacheEntry extends VerifiedToken {
  readonly expiresAtMs: number;
}

/** Makes a verifier with its own cache of at most `cacheSize` tokens, least recently used first out. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const now = options.now ?? Date.now;
  const cacheSize = options.cacheSize ?? defaultCacheSize;
  const keys = new Map(options.keys.map((key) => [key.kid, importKey(key)]));
  const cache = new Map<string, CacheEntry>();

  return (token) => {
    const known = cache.get(token);
    cache.delete(token);
    const entry = known ?? verifyToken(token, keys, options, now());
    if (entry.expiresAtMs <= now()) throw new TokenRefused('JWT expired');
    cache.set(token, entry);
    if (cache.size > cacheSize) {
      const [oldest] = cache.keys();
      if (oldest !== undefined) cache.delete(oldest);
    }
    return entry;
  };
}

function importKey({ kty, crv, x, y }: VerificationKey): KeyObject {
  return createPublicKey({ format: 'jwk', key: { kty, crv, x, y } });
}

function verifyToken(
  token: string,
  keys: ReadonlyMap<string, KeyObject>,
  options: TokenVerifierOptions,
  nowMs: number,
): CacheEntry {
  const parts = token.split('.');
  const [header = '', payload = '', signature = ''] = parts;
  if (parts.length !== 3 || token.length > maxTokenLength) throw new TokenRefused('JWT malformed');
  const named = headerSchema.safeParse(parsePart(header));
  if (!named.success) throw new TokenRefused('JWT algorithm or key not accepted');
  const key = keys.get(named.data.kid);
  if (!key) throw new TokenRefused('JWT key is unknown');
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, decodePart(signature))) {
    throw new TokenRefused('JWT signature is wrong');
  }
  const parsed = claimsSchema.safeParse(parsePart(payload));
  if (!parsed.success) throw new TokenRefused('JWT claims are incomplete');
  const claims = parsed.data;
  if (claims.iss !== options.issuer) throw new TokenRefused('JWT is of another issuer');
  if (![claims.aud].flat().includes(audience))
    throw new TokenRefused('JWT is for another audience');
  if (claims.nbf !== undefined && claims.nbf * 1000 > nowMs) {
    throw new TokenRefused('JWT is not valid yet');
  }
  if (claims.role === 'authenticated' && (!claims.sub || !claims.session_id)) {
    throw new TokenRefused('JWT names no session');
  }
  return {
    claims,
    role: claims.role,
    userId: claims.sub,
    sessionId: claims.session_id,
    internalToken: options.signInternal(claims),
    expiresAtMs: claims.exp * 1000,
  };
}

const base64url = /^[A-Za-z0-9_-]+$/;

function decodePart(part: string): Buffer {
  // Buffer ignores what is not base64url, which would give one token many spellings.
  if (!base64url.test(part)) throw new TokenRefused('JWT malformed');
  return Buffer.from(part, 'base64url');
}

function parsePart(part: string): unknown {
  try {
    return JSON.parse(decodePart(part).toString('utf8'));
  } catch {
    throw new TokenRefused('JWT malformed');
  }
}
