import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { signingKeySchema } from '../auth/signing-keys.ts';
import type { SigningKey } from '../auth/signing-keys.ts';

/** Makes a private ES256 key with a random id. */
export function generateSigningKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return signingKeySchema.parse({ ...privateKey.export({ format: 'jwk' }), kid: randomUUID() });
}
