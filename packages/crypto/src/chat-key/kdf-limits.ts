import { CryptoError } from '../errors.ts';

/** PBKDF2 iterations for every new key. */
export const defaultIterations = 600_000;

/** The lowest count that new keys and vaults may use. */
export const minimumIterations = 600_000;

/** The lowest count accepted for reading what was made before; nothing is written under it. */
export const minimumReadIterations = 150_000;

/** Above this a hostile server could freeze a client. */
export const maximumIterations = 10_000_000;

/** Refuses with `weak_parameters` an iteration count outside the limits, whoever chose it. */
export function assertIterations(
  iterations: unknown,
  minimum: number,
): asserts iterations is number {
  const whole = typeof iterations === 'number' && Number.isSafeInteger(iterations);
  if (!whole || iterations < minimum || iterations > maximumIterations) {
    throw new CryptoError('weak_parameters');
  }
}
