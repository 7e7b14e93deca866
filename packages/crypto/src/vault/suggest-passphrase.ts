import { assertCount } from '../encoding/integers.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { passphraseWords } from './passphrase-words.ts';

/** Words of a suggested passphrase: 6 × log2(1,296) = 62 bits. */
export const defaultPassphraseWords = 6;

/** A number from 0 to `bound` − 1 without bias: 16-bit draws above the last multiple are thrown away. */
function drawBelow(random: RandomSource, bound: number): number {
  const limit = 65_536 - (65_536 % bound);
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const [high = 0, low = 0] = drawRandom(random, 2);
    const value = high * 256 + low;
    if (value < limit) return value % bound;
  }
  throw new Error('random: no usable value in 1,000 draws');
}

/** A passphrase of words joined by single spaces; 4 to 24 words, 10.3 bits each, 6 unless given. */
export function suggestPassphrase(options: { words?: number; random?: RandomSource } = {}): string {
  const { words = defaultPassphraseWords, random = systemRandom } = options;
  assertCount(words, 'words', 24);
  if (words < 4) throw new RangeError('words: expected at least 4');
  return Array.from({ length: words }, () => {
    return passphraseWords[drawBelow(random, passphraseWords.length)] ?? '';
  }).join(' ');
}
