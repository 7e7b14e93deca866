import { describe, expect, it } from 'vitest';
import {
  encodeBase32,
  generateTotpSecret,
  matchTotpStep,
  totpCode,
  totpStep,
  totpUri,
} from './totp.ts';

/** RFC 6238 Appendix B, SHA-1, eight digits, secret "12345678901234567890". */
const vectors = [
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
] as const;
const secret = encodeBase32(Buffer.from('12345678901234567890'));

describe('TOTP', () => {
  it.each(vectors)('gives the code of RFC 6238 at %d s', (seconds, code) => {
    expect(totpCode(secret, totpStep(seconds * 1000), 8)).toBe(code);
  });

  it('accepts the step before, the present and the next, and names which', () => {
    const now = 1_700_000_000_000;
    const present = totpStep(now);

    for (const skew of [-1, 0, 1]) {
      expect(matchTotpStep(secret, totpCode(secret, present + skew), now)).toBe(present + skew);
    }
    for (const skew of [-2, 2, 20]) {
      expect(matchTotpStep(secret, totpCode(secret, present + skew), now)).toBeUndefined();
    }
  });

  it.each(['', '12345', '1234567', '12345x', '１２３４５６', '-12345'])('refuses %j', (code) => {
    expect(matchTotpStep(secret, code, 59_000)).toBeUndefined();
  });

  it('encodes base32 as RFC 4648 §10, without padding', () => {
    const cases = { '': '', f: 'MY', fo: 'MZXQ', foo: 'MZXW6', foob: 'MZXW6YQ', fooba: 'MZXW6YTB' };
    for (const [text, encoded] of Object.entries(cases)) {
      expect(encodeBase32(Buffer.from(text))).toBe(encoded);
    }
    expect(generateTotpSecret()).toMatch(/^[A-Z2-7]{32}$/);
  });

  it('escapes names in the address of the authenticator app', () => {
    const uri = totpUri(secret, 'My Sotto & co', 'a+b@example.org');

    expect(uri).toContain('otpauth://totp/My%20Sotto%20%26%20co:a%2Bb%40example.org?');
    expect(uri).not.toContain('+');
  });
});
