import { isCryptoError } from '../errors.ts';

/** What a computation gives must be `expected`: bytes as lower-case hex, else words. */
export interface KnownAnswer {
  compute: () => Promise<string>;
  expected: string;
}

/** The known answers of one algorithm. */
export interface KnownAnswers {
  /** Its name, for people. */
  algorithm: string;
  /** Where the answers are from. */
  origin: string;
  /** The algorithms of WebCrypto that take part, by their names in `primitives`; empty if it runs in JavaScript alone. */
  native: readonly string[];
  answers: readonly KnownAnswer[];
}

/** The code with which `work` is refused, `accepted` if it is not. */
export async function refusalOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    if (isCryptoError(error)) return error.code;
    throw error;
  }
}

/** A copy whose last byte is another. */
export function altered(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
}
