import { expect, it } from 'vitest';
import { createApiKeyLookup, generateApiKey } from './api-keys.ts';

const keys = { publishableKey: generateApiKey('publishable'), secretKey: generateApiKey('secret') };

it('makes keys in the format of Supabase, never the same twice', () => {
  expect(keys.publishableKey).toMatch(/^sb_publishable_[\w-]{22}_[\w-]{8}$/);
  expect(keys.secretKey).toMatch(/^sb_secret_[\w-]{22}_[\w-]{8}$/);
  expect(generateApiKey('secret')).not.toBe(keys.secretKey);
});

it('knows the role of its own keys only', () => {
  const roleOf = createApiKeyLookup(keys);

  expect(roleOf(keys.publishableKey)).toBe('anon');
  expect(roleOf(keys.secretKey)).toBe('service_role');
  for (const other of [
    '',
    keys.secretKey.slice(0, -1),
    `${keys.secretKey} `,
    generateApiKey('secret'),
  ]) {
    expect(roleOf(other)).toBeUndefined();
  }
});
