import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../test/building/builders.ts';
import { estimatePassword } from './estimate-password.ts';
import { passphraseWords } from './passphrase-words.ts';
import { suggestPassphrase } from './suggest-passphrase.ts';

describe('The word list', () => {
  it('has 1,296 short lower-case words that differ within four letters', () => {
    expect(passphraseWords.length).toBe(1_296);
    expect(new Set(passphraseWords.map((word) => word.slice(0, 4))).size).toBe(1_296);
    expect(passphraseWords.filter((word) => !/^[a-z]{3,7}$/.test(word))).toEqual([]);
  });
});

describe('A suggested passphrase', () => {
  it('has six words of the list, 62 bits, unless asked otherwise', () => {
    expect(
      suggestPassphrase()
        .split(' ')
        .filter((word) => passphraseWords.includes(word)),
    ).toHaveLength(6);
    expect(suggestPassphrase({ words: 8 }).split(' ')).toHaveLength(8);
    expect(suggestPassphrase({ words: 4 }).split(' ')).toHaveLength(4);
    for (const words of [0, 3, 25, 4.5])
      expect(() => suggestPassphrase({ words })).toThrow(RangeError);
  });

  it('draws every word about equally often', () => {
    const random = seededRandom(77);
    const counts = new Map<string, number>();
    for (let i = 0; i < 3_240; i++) {
      for (const word of suggestPassphrase({ words: 8, random }).split(' ')) {
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
    // 20 expected each; chi-square with 1,295 degrees of freedom stays below 1,550 but once in 10^6.
    const chi = passphraseWords.reduce(
      (sum, word) => sum + ((counts.get(word) ?? 0) - 20) ** 2 / 20,
      0,
    );
    expect(chi).toBeLessThan(1_550);
  });

  it('takes 16-bit draws below the last multiple of 1,296 and no others', () => {
    const draws = [0xff, 0xff, 0xfd, 0x20, 0x01, 0x05, 0xfd, 0x1f, 0, 0, 5, 15];
    const random = (length: number) => Uint8Array.from(draws.splice(0, length));
    const words = suggestPassphrase({ words: 4, random }).split(' ');
    expect(words).toEqual([261, 1_295, 0, 1_295].map((index) => passphraseWords[index]));
  });

  it('gives up on a source that is stuck rather than choosing with bias', () => {
    expect(() =>
      suggestPassphrase({ random: (length) => new Uint8Array(length).fill(255) }),
    ).toThrow('no usable value');
  });
});

describe('A password estimate', () => {
  it.each([
    ['', 0, 'empty'],
    ['password', 0, 'common'],
    ['P@ssw0rd1', 0, 'common'],
    ['aaaaaaaaaaaaaaaaaaaa', 0, 'repetition'],
    ['abcdefgh12345', 0, 'sequence'],
    ['qwertyuiop', 0, 'sequence'],
    ['1990-01-12', 0, 'date'],
    ['summer2026!', 0, 'common'],
    ['kT4', 0, 'short'],
  ])('of %j is %d because of %s', (password, score, warning) => {
    expect(estimatePassword(password)).toMatchObject({ score, warning });
  });

  it('of every suggested passphrase is the best', () => {
    for (let seed = 1; seed < 200; seed++) {
      const estimate = estimatePassword(suggestPassphrase({ random: seededRandom(seed * 7_919) }));
      expect(estimate.score).toBe(4);
      expect(estimate.warning).toBeUndefined();
    }
  });

  it('never exceeds what the characters can carry, never fails and ends quickly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (password) => {
        const { guessesLog2 } = estimatePassword(password);
        const length = password.normalize('NFKC').length;
        expect(guessesLog2).toBeGreaterThanOrEqual(0);
        expect(guessesLog2).toBeLessThanOrEqual(Math.min(length, 128) * 5 + 8);
      }),
    );
  });
});
