/**
 * How hard a chat password is to guess. A password is cut into the cheapest sequence of dictionary
 * words, keyboard walks, runs, repeats, dates and single characters; the guesses multiply, and an
 * ordering term pays for not knowing how it was cut. An estimate for showing, never a gate by itself.
 */
import { commonPasswords } from './common-passwords.ts';
import { passphraseWords } from './passphrase-words.ts';

/** Why a password is weak. */
export type PasswordWarning = 'empty' | 'common' | 'repetition' | 'sequence' | 'date' | 'short';

/** What {@link estimatePassword} answers. */
export interface PasswordEstimate {
  /** 0 below 20 bits, 1 below 30, 2 below 40, 3 below 55, else 4. */
  score: 0 | 1 | 2 | 3 | 4;
  /** Binary logarithm of the guesses an informed attacker needs. */
  guessesLog2: number;
  warning?: PasswordWarning;
}

interface Piece {
  length: number;
  bits: number;
  warning?: PasswordWarning;
}

const words = new Map<string, { bits: number; common: boolean }>();
for (const word of passphraseWords) {
  words.set(word, { bits: Math.log2(passphraseWords.length), common: false });
}
for (const [rank, word] of commonPasswords.entries()) {
  words.set(word, { bits: Math.log2(rank + 2), common: true });
}

const longestWord = 9;
/** Longer passwords are judged by their beginning; the estimate only rises with length. */
const judgedCharacters = 128;
/** A character that belongs to nothing: attackers try likely ones first, so less than log2(95). */
const bitsPerCharacter = 5;
/** A lower-case letter after another: words that are not in the list look like this. */
const bitsPerNextLetter = 2.8;
/** Between words, people use one separator throughout. */
const bitsPerSeparator = 1;
const walks = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
];
const substitutions: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

function plainLetters(text: string): string {
  return Array.from(text, (character) => substitutions[character] ?? character).join('');
}

function wordAt(text: string, start: number): Piece[] {
  const pieces: Piece[] = [];
  for (let length = 3; length <= longestWord && start + length <= text.length; length++) {
    const written = text.slice(start, start + length);
    const lower = written.toLowerCase();
    const direct = words.get(lower);
    const word = direct ?? words.get(plainLetters(lower));
    if (!word) continue;
    const capitals = lower === written ? 0 : 1;
    const bits = word.bits + capitals + (direct ? 0 : 1);
    pieces.push(word.common ? { length, bits, warning: 'common' } : { length, bits });
  }
  return pieces;
}

function walkAt(text: string, start: number): Piece[] {
  const lower = text.toLowerCase();
  let best = 0;
  for (const walk of walks) {
    for (const line of [walk, Array.from(walk).toReversed().join('')]) {
      let at = line.indexOf(lower.charAt(start));
      let length = 0;
      while (at < line.length && line.charAt(at) === lower.charAt(start + length)) {
        length++;
        at++;
      }
      best = Math.max(best, length);
    }
  }
  return best >= 3 ? [{ length: best, bits: 5 + Math.log2(best), warning: 'sequence' }] : [];
}

function repeatAt(text: string, start: number): Piece[] {
  for (let period = 1; period <= 4; period++) {
    let length = period;
    while (text.charAt(start + length) === text.charAt(start + length - period)) length++;
    if (length >= Math.max(3, 2 * period)) {
      const bits = period * bitsPerCharacter + Math.log2(length / period);
      return [{ length, bits, warning: 'repetition' }];
    }
  }
  return [];
}

function dateAt(text: string, start: number): Piece[] {
  const rest = text.slice(start, start + 10);
  const full = /^(\d{4}[-./]?\d{2}[-./]?\d{2}|\d{2}[-./]?\d{2}[-./]?\d{4})/.exec(rest)?.[0];
  if (full) return [{ length: full.length, bits: 15.5, warning: 'date' }];
  return /^(19|20)\d\d/.test(rest) ? [{ length: 4, bits: 7, warning: 'date' }] : [];
}

function characterAt(text: string, start: number): Piece {
  const pair = text.slice(Math.max(0, start - 1), start + 1);
  if (/[a-z]{2}/.test(pair)) return { length: 1, bits: bitsPerNextLetter };
  const separator = /[\s._-]/.test(text.charAt(start));
  return { length: 1, bits: separator ? bitsPerSeparator : bitsPerCharacter };
}

function scoreOf(bits: number): PasswordEstimate['score'] {
  if (bits < 20) return 0;
  if (bits < 30) return 1;
  if (bits < 40) return 2;
  return bits < 55 ? 3 : 4;
}

/** Estimates a password after the normalisation (NFKC) that key derivation applies. */
export function estimatePassword(password: string): PasswordEstimate {
  if (typeof password !== 'string')
    throw new TypeError(`password: expected string, got ${typeof password}`);
  const text = password.normalize('NFKC').slice(0, judgedCharacters);
  if (text.length === 0) return { score: 0, guessesLog2: 0, warning: 'empty' };
  // cheapest[i] is the cheapest cutting of the first i characters.
  const cheapest: Array<{ bits: number; pieces: number; warning?: PasswordWarning }> = [
    { bits: 0, pieces: 0 },
  ];
  for (let start = 0; start < text.length; start++) {
    const from = cheapest[start];
    if (!from) continue;
    const options = [
      characterAt(text, start),
      ...wordAt(text, start),
      ...walkAt(text, start),
      ...repeatAt(text, start),
      ...dateAt(text, start),
    ];
    for (const piece of options) {
      const end = start + piece.length;
      const bits = from.bits + piece.bits;
      const known = cheapest[end];
      if (known && known.bits <= bits) continue;
      const warning = from.warning ?? piece.warning;
      cheapest[end] = { bits, pieces: from.pieces + 1, ...(warning && { warning }) };
    }
  }
  const best = cheapest[text.length] ?? { bits: 0, pieces: 1 };
  const guessesLog2 = Math.round((best.bits + Math.log2(best.pieces)) * 10) / 10;
  const score = scoreOf(guessesLog2);
  if (score >= 3) return { score, guessesLog2 };
  const warning = best.warning ?? (text.length < 10 ? 'short' : undefined);
  return warning ? { score, guessesLog2, warning } : { score, guessesLog2 };
}
