import { createPrivateKey, sign } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { generateSigningKey } from '../stack/signing-key.ts';
import { createTokenVerifier } from './token-verifier.ts';

const key = generateSigningKey();
const issuer = 'http://127.0.0.1:1/auth/v1';
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const tokenFor = (name: string, exp: number): string => {
  const claims = {
    iss: issuer,
    aud: 'authenticated',
    role: 'authenticated',
    sub: crypto.randomUUID(),
    session_id: crypto.randomUUID(),
    exp,
    name,
  };
  const text = `${encode({ alg: 'ES256', kid: key.kid })}.${encode(claims)}`;
  const privateKey = createPrivateKey({ format: 'jwk', key: { ...key } });
  const signature = sign('sha256', Buffer.from(text), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${text}.${signature.toString('base64url')}`;
};

it('refuses a token that expires while it is remembered', () => {
  let now = 1_000_000;
  const verify = createTokenVerifier({
    keys: [key],
    issuer,
    signInternal: () => 'i',
    now: () => now,
  });
  const token = tokenFor('anna', 1_001);

  expect(verify(token).internalToken).toBe('i');
  now = 1_001_000;

  expect(() => verify(token)).toThrow('JWT expired');
});

it('remembers the tokens used last, up to its size', () => {
  const signInternal = vi.fn(() => 'i');
  const verify = createTokenVerifier({
    keys: [key],
    issuer,
    signInternal,
    cacheSize: 2,
    now: () => 0,
  });
  const [a, b, c] = ['a', 'b', 'c'].map((name) => tokenFor(name, 1)) as [string, string, string];

  for (const token of [a, b, a, c, a]) verify(token);
  expect(signInternal).toHaveBeenCalledTimes(3);
  verify(b);

  expect(signInternal).toHaveBeenCalledTimes(4);
});

it('knows no key of a ring that lacks it', () => {
  const verify = createTokenVerifier({
    keys: [generateSigningKey()],
    issuer,
    signInternal: () => 'i',
    now: () => 0,
  });

  expect(() => verify(tokenFor('anna', 1))).toThrow('JWT key is unknown');
});
