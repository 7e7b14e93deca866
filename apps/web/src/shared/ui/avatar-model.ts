/** White text on each has a contrast of at least 5 (measured in `tokens.test.ts`). */
export const avatarColors = [
  '#0b6e63',
  '#0a5fa8',
  '#5b4bbf',
  '#9a356c',
  '#a8322a',
  '#8a5000',
  '#3d6a1e',
  '#4a5560',
] as const;

const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function firstGrapheme(word: string): string {
  for (const { segment } of segments.segment(word)) return segment;
  return '';
}

/** The first letters of the first and the last word, as people see letters. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => firstGrapheme(word ?? '').toLocaleUpperCase()).join('');
}
