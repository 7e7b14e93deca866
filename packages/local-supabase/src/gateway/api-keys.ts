import { createHash, randomBytes } from 'node:crypto';

/** Role that a request has through its API key alone. */
export type ApiRole = 'anon' | 'service_role';

/** The keys of one instance, in the format of Supabase's API keys. */
export interface ApiKeys {
  /** `sb_publishable_…`; may be in a browser. */
  readonly publishableKey: string;
  /** `sb_secret_…`; bypasses row level security. */
  readonly secretKey: string;
}

const checksum = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 8);

/** Makes a key: its kind, 22 random base64url characters (131 bits), `_`, 8 of checksum. */
export function generateApiKey(kind: 'publishable' | 'secret'): string {
  const body = `sb_${kind}_${randomBytes(17).toString('base64url').slice(0, 22)}`;
  return `${body}_${checksum(body)}`;
}

/** Answers which role a presented key has; `undefined` for an unknown one. */
export type ApiKeyLookup = (presented: string) => ApiRole | undefined;

/** Looks keys up by their hash, so that the time taken says nothing about how much of one is right. */
export function createApiKeyLookup({ publishableKey, secretKey }: ApiKeys): ApiKeyLookup {
  const digest = (key: string): string => createHash('sha256').update(key).digest('base64');
  const roles = new Map<string, ApiRole>([
    [digest(publishableKey), 'anon'],
    [digest(secretKey), 'service_role'],
  ]);
  return (presented) => roles.get(digest(presented));
}
