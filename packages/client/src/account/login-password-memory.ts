import { concatBytes, equalBytes, sha256, utf8 } from '@sotto/crypto';
import type { Platform } from '../platform.ts';

/**
 * Recognises the login password when it is given as chat password: the server has seen that one, so
 * it would protect nothing. Only a salted hash is kept, in memory, from sign-in to sign-out.
 */
export interface LoginPasswordMemory {
  remember(password: string): Promise<void>;
  forget(): void;
  /** False also where nobody signed in since the start. */
  isSame(password: string): Promise<boolean>;
}

export function createLoginPasswordMemory(random: Platform['random']): LoginPasswordMemory {
  const salt = random(32);
  let known: Uint8Array | null = null;
  const hash = (password: string) => sha256(concatBytes(salt, utf8(password.normalize('NFKC'))));
  return {
    async remember(password) {
      known = await hash(password);
    },
    forget() {
      known = null;
    },
    async isSame(password) {
      return known !== null && equalBytes(known, await hash(password));
    },
  };
}
