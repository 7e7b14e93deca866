import { describe, expect, it } from 'vitest';
import {
  assertHashAcceptable,
  assertPasswordAcceptable,
  createPasswordHasher,
} from './passwords.ts';

describe('a password hash', () => {
  const hasher = createPasswordHasher(2);

  it('is argon2id with 19 MiB and two passes', async () => {
    const encoded = await hasher.hash('correct horse');

    expect(encoded).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(encoded, 'correct horse')).toBe(true);
    expect(await hasher.verify(encoded, 'correct hors')).toBe(false);
  });

  it('that does not exist is false, also for the password it stands in with', async () => {
    expect(await hasher.verify(null, 'no such password')).toBe(false);
    expect(await hasher.verify('$2a$10$abcdefghijklmnopqrstuv', 'no such password')).toBe(false);
  });

  it('waits its turn, and is refused when too many wait', async () => {
    const narrow = createPasswordHasher(1);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 210 }, () => narrow.verify('$argon2id$broken', 'x')),
    );

    const refused = outcomes.filter(
      (outcome) =>
        outcome.status === 'rejected' && outcome.reason?.code === 'over_request_rate_limit',
    );
    expect(refused.length).toBe(9);
    await expect(narrow.verify(null, 'x')).resolves.toBe(false);
  });
});

describe('a new password', () => {
  it('must be long enough in characters and short enough in bytes', () => {
    expect(() => assertPasswordAcceptable('😀😀😀😀😀😀😀', 8)).toThrowError(
      expect.objectContaining({ status: 422, code: 'weak_password' }),
    );
    expect(() => assertPasswordAcceptable('é'.repeat(37), 8)).toThrowError(
      expect.objectContaining({ status: 400, code: 'validation_failed' }),
    );
    assertPasswordAcceptable('é'.repeat(36), 8);
  });
});

describe('a ready-made hash', () => {
  const tail = 'c2FsdHNhbHRzYWx0c2FsdA$'.concat('A'.repeat(43));

  it('must be argon2id of bearable cost', () => {
    assertHashAcceptable(`$argon2id$v=19$m=19456,t=2,p=1$${tail}`);
    for (const encoded of [
      `$argon2id$v=19$m=4194304,t=2,p=1$${tail}`,
      `$argon2id$v=19$m=19456,t=1000,p=1$${tail}`,
      `$argon2i$v=19$m=19456,t=2,p=1$${tail}`,
      '$2a$10$abcdefghijklmnopqrstuv',
      '$argon2id$v=19$',
      'secret',
    ]) {
      expect(() => assertHashAcceptable(encoded)).toThrowError(
        expect.objectContaining({ code: 'validation_failed' }),
      );
    }
  });
});
