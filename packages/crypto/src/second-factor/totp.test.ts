import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/building/builders.ts';
import { utf8 } from '../encoding/text.ts';
import { parseTotpSecret, totpCode, totpStep } from './totp.ts';

/** RFC 6238, appendix B; the last six of its eight digits. */
const secret = utf8('12345678901234567890');

describe('One-time codes', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %i s are as RFC 6238 says: %s', (seconds, code) => {
    expect(totpCode(secret, totpStep(seconds * 1000))).toBe(code);
  });

  it('come from the secret as it is written in otpauth addresses', async () => {
    expect(parseTotpSecret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')).toEqual(secret);
    for (const text of ['GEZDGNB1', 'gezd', 'GEZD=', ' ']) {
      expect(await refusal(() => parseTotpSecret(text))).toBe('bad_encoding');
    }
  });

  it('have no step before 1970', () => {
    expect(() => totpStep(-1)).toThrow(RangeError);
    expect(() => totpStep(Number.NaN)).toThrow(RangeError);
  });
});
