import { clientErrorCodes } from '@sotto/client';
import { expect, test } from 'vitest';
import { errorWords } from '../client/error-words.ts';
import { appWords } from './app-words.ts';
import { contactWords } from './contact-words.ts';
import { deviceWords } from './device-words.ts';
import { frontWords } from './front-words.ts';
import { securityWords } from './security-words.ts';

function texts(words: object): string[] {
  return Object.values(words).flatMap((value: unknown) =>
    typeof value === 'string' ? [value] : texts(value as object),
  );
}

test.each(clientErrorCodes)('there are words for %s', (code) => {
  const words = errorWords({ code, retryAtMs: null });

  expect(words).not.toBe(`error.${code}`);
  expect(words).toMatch(/[.!]$/);
});

test('waiting is said in seconds, with the right plural', () => {
  const now = 1_000_000;

  expect(errorWords({ code: 'too_many_tries', retryAtMs: now + 1 }, now)).toContain('1 second.');
  expect(errorWords({ code: 'too_many_tries', retryAtMs: now + 9001 }, now)).toContain(
    '10 seconds.',
  );
  expect(errorWords({ code: 'too_many_tries', retryAtMs: now - 1 }, now)).not.toContain('second');
});

const forbidden =
  /military|unhackable|fingerprint|identity key|ratchet|prekey|passphrase KDF|decryption error|verification failed/i;

test('no word promises or explains in jargon', () => {
  const found = [frontWords, appWords, deviceWords, securityWords, contactWords]
    .flatMap(texts)
    .filter((text) => forbidden.test(text));

  expect(found).toEqual([]);
});
