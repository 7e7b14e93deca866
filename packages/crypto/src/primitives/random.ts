import { isBytes } from '../encoding/bytes.ts';
import { fillRandom } from './web-platform.ts';

/** Gives `length` fresh random bytes; the only way randomness enters this package. */
export type RandomSource = (length: number) => Uint8Array;

/** The system's cryptographic generator (`crypto.getRandomValues`). */
export const systemRandom: RandomSource = (length) => {
  const out = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += 65_536) {
    fillRandom(out.subarray(offset, Math.min(offset + 65_536, length)));
  }
  return out;
};

/**
 * Whether randomness is to come from the system, so that WebCrypto may draw it itself: nothing was handed
 * in, or {@link systemRandom}. Any other source, such as a test's, is drawn from, byte for byte.
 */
export function isSystemRandom(random: RandomSource | undefined): boolean {
  return random === undefined || random === systemRandom;
}

/** Draws from `random` and refuses a source that gives the wrong type or amount. */
export function drawRandom(random: RandomSource, length: number): Uint8Array {
  if (typeof random !== 'function') throw new TypeError('random: expected a function');
  const bytes: unknown = random(length);
  if (!isBytes(bytes)) throw new TypeError('random: expected Uint8Array');
  if (bytes.length !== length) throw new RangeError(`random: expected ${length} bytes`);
  return bytes;
}
