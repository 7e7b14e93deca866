import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filled, refusal } from '../../test/building/builders.ts';
import { formatRecoveryKey, generateRecoveryKey, parseRecoveryKey } from './recovery-key.ts';

const key32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('A written recovery key', () => {
  it('comes back for any key, in 14 groups of 4', () => {
    fc.assert(
      fc.property(key32, (key) => {
        const text = formatRecoveryKey(key);
        expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}$/);
        expect(parseRecoveryKey(text)).toEqual(key);
      }),
    );
  });

  it('is read in lower case, with other dashes, spaces and lines, and with O, I and L for 0 and 1', () => {
    fc.assert(
      fc.property(key32, (key) => {
        const text = formatRecoveryKey(key);
        for (const variant of [
          text.toLowerCase(),
          text.replaceAll('-', ''),
          ` ${text.replaceAll('-', '  ')}\n`,
          text.replaceAll('-', '–'),
          text.replaceAll('0', 'O').replaceAll('1', 'l'),
          text.replaceAll('0', 'o').replaceAll('1', 'I'),
        ]) {
          expect(parseRecoveryKey(variant)).toEqual(key);
        }
      }),
    );
  });

  it('is refused with any one character changed, two swapped, or of another length', async () => {
    const key = generateRecoveryKey();
    const text = formatRecoveryKey(key).replaceAll('-', '');
    for (let i = 0; i < text.length; i++) {
      const other = text.charAt(i) === 'Z' ? 'Y' : 'Z';
      const changed = text.slice(0, i) + other + text.slice(i + 1);
      expect(await refusal(() => parseRecoveryKey(changed))).toBe('bad_encoding');
      const [a, b] = [text.charAt(i), text.charAt(i + 1)];
      if (a === b || b === '') continue;
      const swapped = text.slice(0, i) + b + a + text.slice(i + 2);
      expect(await refusal(() => parseRecoveryKey(swapped))).toBe('bad_encoding');
    }
    for (const wrong of [
      '',
      text.slice(1),
      `${text}0`,
      text.replace(/^./, 'U'),
      text.replace(/^./, 'é'),
    ]) {
      expect(await refusal(() => parseRecoveryKey(wrong))).toBe('bad_encoding');
    }
  });

  it('has no character that stands for another, but for O, I and L', async () => {
    const text = formatRecoveryKey(filled(32, 255)).replaceAll('-', '');
    for (let i = 0; i < text.length; i++) {
      for (const character of ['U', '*', '_', '.']) {
        const changed = text.slice(0, i) + character + text.slice(i + 1);
        expect(await refusal(() => parseRecoveryKey(changed))).toBe('bad_encoding');
      }
    }
  });

  it('is made of 32 bytes only', () => {
    for (const length of [0, 31, 33])
      expect(() => formatRecoveryKey(filled(length, 1))).toThrow(RangeError);
  });
});
