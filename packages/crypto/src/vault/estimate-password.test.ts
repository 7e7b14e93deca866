import { describe, expect, it } from 'vitest';
import { estimatePassword, type PasswordWarning } from './estimate-password.ts';

/** Bits as the model has them: pieces added up, and the logarithm of how many there are. */
const expected: Record<string, [string, number, PasswordWarning?][]> = {
  'a list, capitals and substitutions costing one bit each': [
    ['password', 1, 'common'],
    ['Password', 2, 'common'],
    ['monkey', 3.7, 'common'],
    ['m0nkey', 4.7, 'common'],
    ['M0nkey', 5.7, 'common'],
    ['fr33dom', 5.5, 'common'],
    ['m4ster', 5.1, 'common'],
    ['m@ster', 5.1, 'common'],
    ['5ecret', 6.4, 'common'],
    ['$ecret', 6.4, 'common'],
    ['7est', 6.6, 'common'],
    ['w!nter', 6.3, 'common'],
    ['butterfly', 6.1, 'common'],
    ['able', 10.3, 'short'],
    ['0rb1t', 11.3, 'short'],
    ['monkey1', 9.7, 'common'],
    ['kmonkey', 9.7, 'common'],
    ['monkey monkey', 10, 'common'],
  ],
  'keyboard walks and the alphabet, in both directions': [
    ['fgh', 6.6, 'sequence'],
    ['fghj', 7, 'sequence'],
    ['lkjhgfdsa', 8.2, 'sequence'],
    ['xcvb', 7, 'sequence'],
    ['qwer', 7, 'sequence'],
    ['tzui', 7, 'sequence'],
    ['azer', 7, 'sequence'],
    ['CDEF', 7, 'sequence'],
    ['7890', 7, 'sequence'],
    ['gf', 8.8, 'short'],
  ],
  'repeats of one to four characters': [
    ['kkk', 6.6, 'repetition'],
    ['k9k', 16.6, 'short'],
    ['k9k9', 11, 'repetition'],
    ['k9k9k9', 11.6, 'repetition'],
    ['k9mk9m', 16, 'repetition'],
    ['k9mqk9mq', 21, 'repetition'],
    ['k9mqzk9mqz', 42.3],
    ['testtest', 12.1, 'common'],
  ],
  'dates and years': [
    ['19900112', 15.5, 'date'],
    ['1990-01-12', 15.5, 'date'],
    ['1990/01-12', 15.5, 'date'],
    ['199001-12', 15.5, 'date'],
    ['1990.0112', 15.5, 'date'],
    ['12011990', 15.5, 'date'],
    ['12-011990', 15.5, 'date'],
    ['1201-1990', 15.5, 'date'],
    ['12/01.1990', 15.5, 'date'],
    ['1999', 7, 'date'],
    ['2026', 7, 'date'],
    ['kxqz1990', 22.7, 'date'],
    ['#%199001111', 32.5, 'date'],
    ['1856', 22, 'short'],
  ],
  'single characters, letters after letters and separators costing less': [
    ['k', 5, 'short'],
    ['kt', 8.8, 'short'],
    ['kT', 11, 'short'],
    ['Ktv', 14.4, 'short'],
    ['k t', 12.6, 'short'],
    ['k.t', 12.6, 'short'],
    ['K-t', 12.6, 'short'],
    ['q#8Vz2', 32.6, 'short'],
    ['kqXw9vRb', 40.8],
    ['ktvktbxwm', 30.6, 'short'],
    ['ktvktbxwmh', 33.5],
    ['kw7pXq9RzT4mBv2hKd', 92],
  ],
};

describe('A password estimate', () => {
  it.each(Object.entries(expected))('knows %s', (_, table) => {
    for (const [password, bits, warning] of table) {
      const { guessesLog2, warning: shown } = estimatePassword(password);
      expect([password, guessesLog2, shown]).toEqual([password, bits, warning]);
    }
  });

  it('rises from 0 to 4 at 20, 30, 40 and 55 bits', () => {
    const passwords = ['k9mk9m', 'k9mqk9mq', 'q#8Vz2', 'kqXw9vRb', 'kw7pXq9RzT4mBv2hKd'];
    expect(passwords.map((password) => estimatePassword(password).score)).toEqual([0, 1, 2, 3, 4]);
  });

  it('judges the first 128 characters of what key derivation is given', () => {
    const long = Array.from({ length: 300 }, (_, i) => String.fromCharCode(0x4e00 + 7 * i)).join(
      '',
    );

    expect(estimatePassword(long)).toEqual(estimatePassword(long.slice(0, 128)));
    expect(estimatePassword(long).guessesLog2).toBe(128 * 5 + 7);
    expect(estimatePassword('ｍｏｎｋｅｙ')).toEqual(estimatePassword('monkey'));
  });
});
