import { describe, expect, it } from 'vitest';
import { mergeMetadata, normalizeEmail } from './request-values.ts';

describe('an email address', () => {
  it('is one account in any spelling of case', () => {
    expect(normalizeEmail(' Ann@Example.ORG ')).toBe('ann@example.org');
  });

  it.each([
    '',
    'ann',
    'ann@',
    '@example.org',
    'xx:;x@x.x',
    'a b@example.org',
    `${'a'.repeat(250)}@x.org`,
  ])('is not %j', (text) => {
    expect(normalizeEmail(text)).toBeUndefined();
  });
});

describe('metadata', () => {
  it('is merged by key; null removes', () => {
    expect(mergeMetadata({ a: 1, b: 2 }, { b: null, c: 3 })).toEqual({ a: 1, c: 3 });
  });

  it('stays small enough for a token in a header', () => {
    expect(() => mergeMetadata({ a: 'x'.repeat(4000) }, { b: 'x'.repeat(200) })).toThrowError(
      expect.objectContaining({ status: 400 }),
    );
  });
});
