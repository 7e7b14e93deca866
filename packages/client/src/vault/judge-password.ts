import { estimatePassword } from '@sotto/crypto';
import { limits } from '@sotto/protocol';
import type { PasswordEstimate } from '../facade.ts';

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
