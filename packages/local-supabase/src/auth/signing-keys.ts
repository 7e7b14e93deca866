import { createPrivateKey } from 'node:crypto';
import { importJWK } from 'jose';
import type { CryptoKey } from 'jose';
import { z } from 'zod';

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A private ES256 key as a JWK (RFC 7517) with the id that tokens name. */
export const signingKeySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1).max(128),
  x: coordinate,
  y: coordinate,
  d: coordinate,
});

/** At least one key, each with an id of its own and usable. */
export const signingKeysSchema = z
  .array(signingKeySchema)
  .min(1)
  .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, {
    error: 'signing keys must have distinct kids',
  })
  .refine((keys) => keys.every(isUsable), { error: 'a signing key is not on its curve' });

/** A private ES256 key as a JWK. */
export type SigningKey = z.infer<typeof signingKeySchema>;

/** The public half of a signing key, as published. */
interface PublicJwk {
  kty: 'EC';
  crv: 'P-256';
  alg: 'ES256';
  use: 'sig';
  key_ops: ['verify'];
  kid: string;
  x: string;
  y: string;
}

/** A JWK set (RFC 7517 §5) of public keys only. */
export interface JwkSet {
  keys: PublicJwk[];
}

/** Keys ready for use: the first of the list signs, each verifies under its id. */
export interface KeyRing {
  signingKid: string;
  signingKey: CryptoKey;
  verificationKeys: ReadonlyMap<string, CryptoKey>;
}

/** The public set of `keys`, in order. */
export function publicKeySet(keys: readonly SigningKey[]): JwkSet {
  return {
    keys: keys.map(({ kid, x, y }) => ({
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      use: 'sig',
      key_ops: ['verify'],
      kid,
      x,
      y,
    })),
  };
}

/** Imports a list that `signingKeysSchema` accepts. */
export async function importKeyRing(keys: readonly SigningKey[]): Promise<KeyRing> {
  const [first] = keys;
  if (first === undefined) throw new TypeError('at least one signing key is needed');
  const verificationKeys = new Map<string, CryptoKey>();
  for (const { kty, crv, x, y, kid } of keys) {
    verificationKeys.set(kid, await importKey({ kty, crv, x, y }));
  }
  const { kty, crv, x, y, d } = first;
  return {
    signingKid: first.kid,
    signingKey: await importKey({ kty, crv, x, y, d }),
    verificationKeys,
  };
}

function isUsable(key: SigningKey): boolean {
  try {
    createPrivateKey({ key, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

async function importKey(jwk: { kty: 'EC'; crv: string; x: string; y: string; d?: string }) {
  const key = await importJWK(jwk, 'ES256');
  if (key instanceof Uint8Array) throw new TypeError('an EC key is needed');
  return key;
}
