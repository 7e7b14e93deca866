/*
 * Loaded when a chat password is chosen: the lists of words behind it are a good part of the engine.
 */
import { estimatePassword } from '@sotto/crypto';
import { limits } from '@sotto/protocol';
import type { LoginPasswordMemory } from '../account/login-password-memory.ts';
import { ClientError } from '../client-error.ts';
import type { PasswordEstimate } from '../facade.ts';

/** Words to choose a chat password from, drawn by this source. */
export { suggestPassphrase } from '@sotto/crypto';

const warnings = {
  empty: 'too_short',
  short: 'too_short',
  common: 'common',
  repetition: 'repeats',
  sequence: 'sequence',
  date: 'sequence',
} as const satisfies Record<string, PasswordEstimate['warning']>;

/** How hard a chat password is to guess, in the facade's words; too short is always weak. */
export function judgePassword(password: string): PasswordEstimate {
  const { score, warning } = estimatePassword(password);
  if ([...password.normalize('NFKC')].length < limits.chatPasswordMinimumCharacters) {
    return { score: 0, warning: 'too_short' };
  }
  return { score, warning: warning ? warnings[warning] : null };
}

/** `weak_password` for what is guessed at once, `same_password` for the login password. */
export async function assertChatPassword(
  chatPassword: string,
  login: LoginPasswordMemory,
): Promise<void> {
  if (judgePassword(chatPassword).score === 0) throw new ClientError('weak_password');
  if (await login.isSame(chatPassword)) throw new ClientError('same_password');
}
