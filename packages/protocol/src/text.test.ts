import { describe, expect, it } from 'vitest';
import { handleSchema, nameSchema, normaliseHandle } from './text.ts';

describe('a name', () => {
  it('is normalised to NFC and trimmed', () => {
    expect(nameSchema.parse('  Zoe\u0308 ')).toBe('Zo\u00eb');
  });

  it('counts code points, not UTF-16 units', () => {
    expect(nameSchema.safeParse('🌊'.repeat(64)).success).toBe(true);
    expect(nameSchema.safeParse('🌊'.repeat(65)).success).toBe(false);
  });

  it.each([
    ['empty', ' '],
    ['a line break', 'a\nb'],
    ['NUL', 'a\u0000b'],
    ['right-to-left override', 'a\u202eb'],
    ['isolate', 'a\u2067b'],
    ['zero width space', 'a\u200bb'],
    ['byte order mark', '\ufeffa b'.slice(0, 1) + 'a\ufeffb'],
    ['10 kB', 'x'.repeat(10_000)],
  ])('is refused: %s', (_why, name) => {
    expect(nameSchema.safeParse(name).success).toBe(false);
  });
});

describe('a handle', () => {
  it.each(['maya', 'm4ya', 'maya.lin_2'])('may be %s', (handle) => {
    expect(handleSchema.parse(handle)).toBe(handle);
  });

  it.each(['ma', 'Maya', '1maya', 'maya.', 'ma ya', 'mаya', '__proto__', 'x'.repeat(33)])(
    'may not be %s',
    (handle) => {
      expect(handleSchema.safeParse(handle).success).toBe(false);
    },
  );

  it('is recognised however it is typed', () => {
    expect(normaliseHandle(' @Maya ')).toBe('maya');
  });
});
